/// What values of the Lambda API must look like as a whole, as regular expressions.
///
/// Source: the service's model as botocore 1.43 has it, in the form in which Lambda's own messages show it.
package enum LambdaPattern {
    /// The execution role.
    package static let role = #"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"#
    /// A version of a layer.
    package static let layerVersion =
        #"(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:layer:"#
        + #"[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)"#
    /// The name of an alias.
    package static let aliasName = "(?!^[0-9]+$)([a-zA-Z0-9-_]+)"
    /// Any ARN, of a source of events or of calls for instance.
    package static let arn =
        #"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)"#
    /// Where the outcome of asynchronous calls goes.
    package static let destination = #"$|kafka://([^.]([a-zA-Z0-9\-_.]{0,248}))|"# + arn
    /// A key, a queue, a topic, or none.
    package static let resource = #"(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()"#
    /// An access point of a file system.
    package static let fileSystem =
        #"arn:aws[a-zA-Z-]*:elasticfilesystem:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:access-point/"#
        + #"fsap-[a-f0-9]{17}|arn:aws[-a-z]*:s3files:[0-9a-z-:]+:file-system/fs-[0-9a-f]{17,40}/access-point/"#
        + #"fsap-[0-9a-f]{17,40}"#
    /// Where a file system appears.
    package static let mountPath = "/mnt/[a-zA-Z0-9-_.]+"
    /// The handler.
    package static let handler = #"[^\s]+"#
    /// A log group.
    package static let logGroup = #"[\.\-_/#A-Za-z0-9]+"#
    /// A bucket with code; it does not end in a full stop either.
    package static let bucket = #"[0-9A-Za-z\.\-_]*(?<!\.)"#
}
