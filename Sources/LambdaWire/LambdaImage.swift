/// What Lambda takes of a container image: one manifest, and parts of types that it knows.
///
/// Sources: "Container image requirements" of the Lambda developer guide (Docker image manifest V2 schema 2 and OCI v1.0);
/// what it refuses, from reports. An index, and what a builder attests: docker/buildx#1533. zstd:
/// terraform-aws-modules/terraform-aws-lambda#741. Docker's layers without gzip, `…rootfs.diff.tar`, which Docker's
/// specification does not have either: bazel-contrib/rules_oci#645 and #777, whose tool adds such layers to AWS's own base
/// images.
package enum LambdaImage {
    /// A part of an image that has a media type.
    package enum Part: String, CaseIterable, Sendable {
        case manifest, configuration, layer
    }

    /// The types of each part.
    package static let mediaTypes: [Part: Set<String>] = [
        .manifest: [
            "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
        ],
        .configuration: [
            "application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json",
        ],
        .layer: [
            "application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.layer.v1.tar+gzip",
            "application/vnd.docker.image.rootfs.diff.tar.gzip",
        ],
    ]

    /// Whether Lambda takes a part of a type.
    package static func takes(_ type: String, as part: Part) -> Bool { mediaTypes[part]?.contains(type) == true }

    /// Lambda's names of architectures, by those of images.
    package static let architectures = ["amd64": "x86_64", "arm64": "arm64"]
}
