import FunctionFile

/// What Lambda refuses of the settings, said before anything is sent.
package enum SettingsCheck {
    /// The limit of an unpacked function with its layers.
    private static let unpackedLimit = 262_144_000

    /// Names that Lambda sets itself.
    ///
    /// Source: "Reserved environment variables" of the Lambda developer guide.
    private static let reserved: Set<String> = [
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR", "AWS_LAMBDA_MAX_CONCURRENCY", "AWS_LAMBDA_METADATA_API",
        "AWS_LAMBDA_METADATA_TOKEN",
    ]

    /// Checks what is desired.
    ///
    /// - Parameters:
    ///   - desired: What is to be there.
    ///   - unpacked: The size of the function and of those layers that are here, unpacked, in bytes.
    /// - Throws: ``DeployError`` that names the setting.
    package static func check(_ desired: Desired, unpacked: Int) throws(DeployError) {
        guard isName(desired.name) else {
            throw .contradiction(
                "'\(desired.name)' is not a name for a function",
                hint: "1 to 64 letters, digits, hyphens and underscores"
            )
        }
        try checkVariables(desired.variables ?? [:])
        if unpacked > unpackedLimit {
            throw .contradiction(
                "function and layers have \(unpacked) bytes unpacked, and Lambda takes \(unpackedLimit) together",
                hint: "leave files out, or make an image: shim-pack --image"
            )
        }
        if let layers = desired.layers, layers.count > 5 {
            throw .contradiction("\(layers.count) layers: Lambda takes 5", hint: nil)
        }
        if case .zip(let path, _, let bytes)? = desired.code, bytes > Planner.directLimit,
            desired.deploy.s3Bucket == nil
        {
            throw .badPackage(
                path: path,
                problem: "\(bytes) bytes are more than Lambda takes directly (50 MB)",
                hint: "name a bucket to send it through: --s3-bucket BUCKET"
            )
        }
        if desired.code?.isImage == true {
            if desired.layers?.isEmpty == false {
                throw .contradiction("an image takes no layers", hint: "put their files into the image")
            }
            if desired.configuration["SnapStart"]?["ApplyOn"]?.string == "PublishedVersions" {
                throw .contradiction("an image cannot use SnapStart", hint: nil)
            }
        } else if desired.configuration["ImageConfig"] != nil, desired.code != nil {
            throw .contradiction("ImageConfig is for images, and the package is a zip", hint: nil)
        }
        if let alias = desired.deploy.alias, alias == "$LATEST" || alias.allSatisfy(\.isNumber) {
            throw .contradiction("'\(alias)' is not a name for an alias", hint: "a word, such as live")
        }
        if desired.deploy.canary != nil, desired.deploy.alias == nil {
            throw .contradiction("a canary needs an alias", hint: "--alias live")
        }
    }

    private static func checkVariables(_ variables: [String: String]) throws(DeployError) {
        let forbidden = variables.keys.filter(reserved.contains).sorted()
        guard forbidden.isEmpty else {
            throw .contradiction(
                "Lambda sets '\(forbidden.joined(separator: ", "))' itself",
                hint: "choose other names"
            )
        }
        for name in variables.keys.sorted() where !isVariable(name) {
            throw .contradiction(
                "'\(name)' is not a name for a variable on Lambda",
                hint: "a letter, then at least one letter, digit or underscore"
            )
        }
        let bytes = JSON.texts(variables).text().utf8.count
        guard bytes <= 4096 else {
            throw .contradiction(
                "the variables have \(bytes) bytes, and Lambda takes 4096",
                hint:
                    "keep large values in SSM Parameter Store or a file of the package and pass their names"
            )
        }
    }

    private static func isVariable(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard bytes.count >= 2, (bytes[0] | 0x20) &- 0x61 < 26 else { return false }
        return bytes.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x5F }
    }

    private static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x5F || $0 == 0x2D
            }
    }
}
