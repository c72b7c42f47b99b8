import FunctionFile
import LambdaWire

/// Packages that are not sent with the call: large zips in a bucket, images in a repository, layers.
extension Planner {
    /// Whether the zip goes by way of a bucket.
    private func goesThroughBucket(_ bytes: Int) -> Bool {
        bytes > LambdaLimit.zippedCode && desired.deploy.s3Bucket != nil
    }

    /// How CreateFunction and UpdateFunctionCode get the code.
    func code(_ call: AWSCall, creating: Bool) -> AWSCall {
        var call = call
        var code: [String: JSON] = [:]
        switch desired.code {
        case .zip(let path, let sum, let bytes)?:
            call = call.expecting(sum, of: path, at: "CodeSha256")
            guard goesThroughBucket(bytes), let bucket = desired.deploy.s3Bucket else {
                return call.sending("--zip-file", path)
            }
            code["S3Bucket"] = .string(bucket)
            code["S3Key"] = .string(
                naming.s3Key(prefix: desired.deploy.s3Prefix, digest: sum.hexadecimal)
            )
        case .image(_, let digest)?: code["ImageUri"] = .string("\(repositoryURI)@sha256:\(digest)")
        case .reference(let image)?: code["ImageUri"] = .string(image)
        case .object(let bucket, let key, let version)?:
            code["S3Bucket"] = .string(bucket)
            code["S3Key"] = .string(key)
            code["S3ObjectVersion"] = version.map { .string($0) }
        case nil: break
        }
        if creating { call.input["Code"] = .object(code) } else { call.input.merge(code) { $1 } }
        return call
    }

    private var repositoryName: String { desired.deploy.repository ?? desired.name.lowercased() }

    private var repositoryURI: String {
        let dns = observed.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
        return observed.repository?["repositoryUri"]?.string
            ?? "\(observed.account).dkr.ecr.\(observed.region).\(dns)/\(repositoryName)"
    }

    /// The package in its bucket, or the image in its repository.
    var storageLane: Lane {
        switch desired.code {
        case .zip(let path, let sum, let bytes)? where goesThroughBucket(bytes):
            bucketLane(path, sum, bytes)
        case .image(let path, let digest)?: imageLane(path, digest)
        default: []
        }
    }

    private func bucketLane(_ path: String, _ sum: String, _ bytes: Int) -> Lane {
        guard let bucket = desired.deploy.s3Bucket, observed.objectChecksum != sum else { return [] }
        // Nothing to send where the function has it already.
        guard observed.configuration?["CodeSha256"]?.string != sum else { return [] }
        var lane: Lane = []
        if !observed.hasBucket {
            var input: [String: JSON] = ["Bucket": .string(bucket)]
            // The one region that must not be named.
            if observed.region != "us-east-1" {
                input["CreateBucketConfiguration"] = .object([
                    "LocationConstraint": .string(observed.region)
                ])
            }
            let closed = [
                "BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets",
            ]
            lane.append(
                Step(
                    .add,
                    "bucket \(bucket)",
                    AWSCall("s3api", "create-bucket", input).forgiving("BucketAlreadyOwnedByYou"),
                    AWSCall(
                        "s3api",
                        "put-public-access-block",
                        [
                            "Bucket": .string(bucket),
                            "PublicAccessBlockConfiguration": .object(
                                Dictionary(uniqueKeysWithValues: closed.map { ($0, .bool(true)) })
                            ),
                        ]
                    )
                )
            )
        }
        let key = naming.s3Key(prefix: desired.deploy.s3Prefix, digest: sum.hexadecimal)
        lane.append(
            Step(
                .add,
                "package in bucket \(bucket), \(bytes) bytes",
                AWSCall(
                    "s3api",
                    "put-object",
                    [
                        "Bucket": .string(bucket), "Key": .string(key), "ChecksumAlgorithm": .string("SHA256"),
                        "ExpectedBucketOwner": .string(observed.account),
                    ]
                ).sending("--body", path)
            )
        )
        return lane
    }

    private func imageLane(_ path: String, _ digest: String) -> Lane {
        var lane: Lane = []
        if observed.repository == nil {
            lane.append(
                Step(
                    .add,
                    "repository \(repositoryName)",
                    AWSCall(
                        "ecr",
                        "create-repository",
                        [
                            "repositoryName": .string(repositoryName), "tags": markList(),
                            "imageScanningConfiguration": .object(["scanOnPush": .bool(true)]),
                        ]
                    ).forgiving("RepositoryAlreadyExistsException")
                )
            )
        }
        if !repositoryLetsLambda {
            var statements = observed.repositoryPolicy?["Statement"]?.array ?? []
            statements.append(
                .object([
                    "Sid": .string("LambdaECRImageRetrievalPolicy"), "Effect": .string("Allow"),
                    "Principal": .object(["Service": .string("lambda.amazonaws.com")]),
                    "Action": .list(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]),
                    "Condition": .object([
                        "StringLike": .object([
                            "aws:sourceArn": .string(
                                "arn:\(observed.partition):lambda:\(observed.region):\(observed.account):function:*"
                            )
                        ])
                    ]),
                ])
            )
            let policy = JSON.object(["Version": .string("2012-10-17"), "Statement": .array(statements)])
            lane.append(
                Step(
                    .add,
                    "repository \(repositoryName) lets Lambda read",
                    AWSCall(
                        "ecr",
                        "set-repository-policy",
                        ["repositoryName": .string(repositoryName), "policyText": .string(policy.text())]
                    )
                )
            )
        }
        if !observed.hasImage {
            lane.append(
                Step(
                    [PlanLine(.add, "image \(repositoryName):\(digest.prefix(12))")],
                    [
                        .push(
                            archive: path,
                            repository: repositoryURI,
                            tag: String(digest.prefix(12)),
                            digest: digest
                        )
                    ]
                )
            )
        }
        return lane
    }

    private var repositoryLetsLambda: Bool {
        (observed.repositoryPolicy?["Statement"]?.array ?? []).contains { statement in
            statement["Effect"]?.string == "Allow"
                && (statement["Principal"]?["Service"]?.string
                    ?? statement["Principal"]?["Service"]?.strings?.joined())?
                    .contains("lambda.amazonaws.com") == true
                && statement["Action"]?.text().contains("BatchGetImage") == true
        }
    }

    /// The layers that are published because their content is new, side by side.
    package var layerLanes: [Lane] {
        (desired.layers ?? []).compactMap { layer in
            guard case .zip(let name, let path, let sum, _) = layer, !isPublished(name, sum) else {
                return nil
            }
            var input: [String: JSON] = [
                "LayerName": .string(name),
                "CompatibleRuntimes": .list(["provided.al2023", "provided.al2"]),
            ]
            if let architecture = desired.architecture {
                input["CompatibleArchitectures"] = .list([architecture])
            }
            return [
                Step(
                    .add,
                    "layer \(name)",
                    AWSCall("lambda", "publish-layer-version", input).sending("--zip-file", path)
                        .capturing(.init(Self.layerVariable(name), "LayerVersionArn"))
                        .expecting(sum, of: path, at: "Content", "CodeSha256")
                )
            ]
        }
    }

    private func isPublished(_ name: String, _ sum: String) -> Bool {
        observed.layers[name]?.at("Content", "CodeSha256")?.string == sum
    }

    /// The ARNs of the layers, some known only when they are published.
    var layerARNs: [String]? {
        desired.layers?.map { layer in
            switch layer {
            case .arn(let arn): arn
            case .zip(let name, _, let sum, _):
                isPublished(name, sum)
                    ? observed.layers[name]?["LayerVersionArn"]?.string ?? ""
                    : Variable.place(Self.layerVariable(name))
            }
        }
    }

    private static func layerVariable(_ name: String) -> String {
        "LAYER_" + name.uppercased().map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
    }
}
