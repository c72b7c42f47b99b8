/// What to do about refusals that do not pass by themselves.
///
/// The texts are AWS's own; a hint is added where they do not say what to do.
enum RefusalTable {
    private struct Row {
        let phrase: String
        let hint: String
    }

    private static let rows: [Row] = [
        Row(
            phrase: "Unzipped size must be smaller than",
            hint: "leave files out, or make an image: shim-pack --image"
        ),
        Row(
            phrase: "Function code combined with layers exceeds",
            hint: "layers count as well: leave some out"
        ),
        Row(
            phrase: "RequestEntityTooLargeException",
            hint: "name a bucket to send it through: --s3-bucket BUCKET"
        ),
        Row(
            phrase: "Zipped size must be smaller than",
            hint: "name a bucket to send it through: --s3-bucket BUCKET"
        ),
        Row(
            phrase: "exceeded the 4KB limit",
            hint: "keep large values in SSM Parameter Store or a file of the package and pass their names"
        ),
        Row(phrase: "reserved keys", hint: "Lambda sets these variables itself: choose other names"),
        Row(
            phrase: "CodeStorageExceededException",
            hint: "old versions fill the account's code storage: --keep-versions N removes them"
        ),
        Row(
            phrase: "PolicyLengthExceededException",
            hint: "the function's policy is full (20 KB): 'aws lambda get-policy' shows its statements"
        ),
        Row(
            phrase: "is not supported",
            hint:
                "Lambda takes one manifest without attestations, layers as tar or tar+gzip: shim-pack --image makes such"
        ),
        Row(
            phrase: "PublicPolicyException",
            hint: "the account blocks public function URLs: --url-auth aws_iam, or lift the block"
        ),
        Row(
            phrase: "Lambda layers are not supported for functions created with container images",
            hint: "put the layer's files into the image"
        ),
        Row(
            phrase: "PreconditionFailedException",
            hint:
                "somebody else has changed the function meanwhile: run it again to see what is left to do"
        ),
        Row(
            phrase: "Configurations overlap",
            hint: "another notification of the bucket has the same events, prefix and suffix"
        ),
        Row(
            phrase: "BucketAlreadyExists",
            hint: "names of buckets are global, and somebody else has this one: choose another"
        ),
        Row(
            phrase: "403: Forbidden",
            hint: "the bucket is somebody else's, or your own user lacks a right to it"
        ),
        Row(
            phrase: "301: Moved Permanently",
            hint: "the bucket is in another region than the function: name one in its region"
        ),
        Row(
            phrase: "Function not found: ",
            hint: "'shim-deploy PACKAGE NAME' makes one; --region and --profile say where it is looked for"
        ),
        Row(
            phrase: "The specified log group does not exist",
            hint: "it is made by the function's first call; --region and --profile say where it is looked for"
        ),
        Row(
            phrase: "AccessDenied",
            hint: "your own user or role lacks this right; docs/reference/shim-deploy.md lists the rights it needs"
        ),
        Row(phrase: "not authorized to perform", hint: "your own user or role lacks this right"),
        Row(
            phrase: "referenced by aliases",
            hint: "an alias still uses the version"
        ),
    ]

    static func hint(for failure: AWSFailure) -> String? {
        switch failure.kind {
        case .credentials:
            return
                "log in: 'aws sso login', 'aws configure', or set AWS_PROFILE; 'aws sts get-caller-identity' shows who you are"
        case .region: return "--region REGION, or set AWS_REGION"
        case .connection:
            return
                "check the network, --region and --endpoint-url; what was done stays done: run it again to go on"
        case .outdated: return "this AWS CLI is too old for it: update it ('aws --version' shows which it is)"
        case .service(let code):
            let text = code + ": " + failure.message
            return rows.first { text.contains($0.phrase) }?.hint
        case .other: return nil
        }
    }
}
