import FunctionFile
import LambdaWire

/// What Lambda refuses of the settings, said before anything is sent.
package enum SettingsCheck {
    /// Checks what is desired.
    ///
    /// - Parameters:
    ///   - desired: What is to be there.
    ///   - unpacked: The size of the function and of those layers that are here, unpacked, in bytes.
    /// - Throws: ``DeployError`` that names the setting.
    package static func check(_ desired: Desired, unpacked: Int) throws(DeployError) {
        try checkName(desired.name)
        try checkVariables(desired.variables ?? [:])
        if unpacked > LambdaLimit.unpackedCode {
            throw .contradiction(
                "function and layers have \(unpacked) bytes unpacked, and Lambda takes \(LambdaLimit.unpackedCode) together",
                hint: "leave files out, or make an image: shim-pack --image"
            )
        }
        if let layers = desired.layers, layers.count > LambdaLimit.layers {
            throw .contradiction("\(layers.count) layers: Lambda takes \(LambdaLimit.layers)", hint: nil)
        }
        if case .zip(let path, _, let bytes)? = desired.code, bytes > LambdaLimit.zippedCode,
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
        for rule in SettingsPattern.all {
            for value in rule.values(desired) where !value.fits(rule.pattern) {
                throw .contradiction("'\(value)' is not \(rule.setting)", hint: rule.hint)
            }
        }
        if desired.deploy.canary != nil, desired.deploy.alias == nil {
            throw .contradiction("a canary needs an alias", hint: "--alias live")
        }
    }

    /// Checks whether a function may be called so.
    package static func checkName(_ name: String) throws(DeployError) {
        guard !LambdaName.isFunction(name) else { return }
        throw .contradiction(
            "'\(name)' is not a name for a function",
            hint: "1 to 64 letters, digits, hyphens and underscores; after a package it can be given: PACKAGE NAME"
        )
    }

    private static func checkVariables(_ variables: [String: String]) throws(DeployError) {
        let forbidden = variables.keys.filter(LambdaVariable.reserved.contains).sorted()
        guard forbidden.isEmpty else {
            throw .contradiction(
                "Lambda sets '\(forbidden.joined(separator: ", "))' itself",
                hint: "choose other names"
            )
        }
        for name in variables.keys.sorted() where !LambdaName.isVariable(name) {
            throw .contradiction(
                "'\(name)' is not a name for a variable on Lambda",
                hint: "a letter, then at least one letter, digit or underscore"
            )
        }
        let bytes = JSON.texts(variables).text().utf8.count
        guard bytes <= LambdaLimit.variables else {
            throw .contradiction(
                "the variables have \(bytes) bytes, and Lambda takes \(LambdaLimit.variables)",
                hint:
                    "keep large values in SSM Parameter Store or a file of the package and pass their names"
            )
        }
    }
}
