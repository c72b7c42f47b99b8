import Testing

@testable import SimKit

struct ImageReferenceTests {
    @Test(arguments: [
        ("127.0.0.1:5000/a/b:1", "docker://127.0.0.1:5000/a/b:1", "127.0.0.1:5000/a/b", true),
        ("localhost:5000/a:1", "docker://localhost:5000/a:1", "localhost:5000/a", true),
        (
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/a:latest",
            "docker://123456789012.dkr.ecr.us-east-1.amazonaws.com/a:latest",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/a", false
        ),
        ("docker://host.x/a:t@sha256:00", "docker://host.x/a@sha256:00", "host.x/a", false),
        ("host.x/a@sha256:00", "docker://host.x/a@sha256:00", "host.x/a", false),
        ("oci-archive:/x/y.tar:tag", "oci-archive:/x/y.tar:tag", "/x/y.tar", false),
    ])
    func addressesAreSkopeos(uri: String, source: String, repository: String, isPlain: Bool) throws {
        let reference = try #require(ImageReference(uri))
        #expect(reference.sources.map(\.name) == [source])
        #expect(reference.repository == repository)
        #expect(reference.sources.first?.options == (isPlain ? ["--src-tls-verify=false"] : []))
    }

    @Test func aPathIsWhateverLiesThere() throws {
        let reference = try #require(ImageReference("/x.tar"))
        #expect(
            reference.sources.map(\.name) == [
                "oci-archive:/x.tar", "docker-archive:/x.tar", "oci:/x.tar", "dir:/x.tar",
            ]
        )
    }

    @Test(arguments: [
        "", "alpine", "alpine:1", "library/alpine:1", "host.x/a", "host.x/a:", "host.x/:1", "host.x", "a b.c/d:1",
        "oci:",
        "host.x/a:1\u{0}",
    ])
    func whatIsNotAnAddressIsNone(uri: String) { #expect(ImageReference(uri) == nil) }
}
