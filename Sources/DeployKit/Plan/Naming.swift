/// The names of what is made for a function: fixed, so that they can be found again without a state file.
package struct Naming: Sendable, Equatable {
    /// The key of the tag that marks what is ours; its value is the function's name.
    package static let tag = "shim-deploy"

    /// The function's name.
    package let function: String

    /// The names for a function.
    package init(function: String) { self.function = function }

    /// The execution role.
    package var role: String { bounded("shim-deploy-\(function)", suffix: "") }
    /// The inline policy of a role.
    package var policy: String { "shim-deploy" }
    /// The role by which the scheduler calls the function.
    package var scheduleRole: String { bounded("shim-deploy-\(function)", suffix: "-schedule") }
    /// What begins the name of every schedule.
    package var schedulePrefix: String {
        bounded("shim-deploy-\(function)", suffix: "-000").dropLast(3).description
    }
    /// The schedule in this place, from 1.
    package func schedule(_ number: Int) -> String { schedulePrefix + String(number) }
    /// The log group, where the function does not name another.
    package var logGroup: String { "/aws/lambda/\(function)" }
    /// The id of a bucket's notification in this place, from 1.
    package func notification(_ number: Int) -> String { "shim-deploy-\(function)-\(number)" }
    /// Whether a notification is ours.
    package func isNotification(_ id: String) -> Bool { isNumbered(id, "shim-deploy-\(function)-") }
    /// Whether a schedule is ours.
    package func isSchedule(_ name: String) -> Bool { isNumbered(name, schedulePrefix) }
    /// The permission of a bucket.
    package func bucketStatement(_ bucket: String) -> String {
        "shim-deploy-s3-" + Self.identifier(bucket)
    }
    /// The permission of an HTTP API.
    package var apiStatement: String { "shim-deploy-http-api" }
    /// The two permissions of a public URL: the names that the console gives them.
    package static let urlStatement = "FunctionURLAllowPublicAccess"
    package static let urlInvokeStatement = "FunctionURLAllowInvokeAction"
    /// The folder in a bucket for a package.
    package func s3Key(prefix: String, digest: String) -> String {
        "\(prefix)/\(function)/\(digest).zip"
    }

    /// IAM and the scheduler take 64 characters: what is longer ends in a number made of the whole.
    private func bounded(_ name: String, suffix: String) -> String {
        if name.count + suffix.count <= 64 { return name + suffix }
        let digest = String(Self.hash(name), radix: 16)
        return name.prefix(64 - suffix.count - digest.count - 1) + "-" + digest + suffix
    }

    private func isNumbered(_ text: String, _ prefix: String) -> Bool {
        guard text.hasPrefix(prefix) else { return false }
        let rest = text.dropFirst(prefix.count)
        return !rest.isEmpty && rest.utf8.allSatisfy { $0 &- 0x30 < 10 }
    }

    /// What a statement's id may consist of.
    private static func identifier(_ text: String) -> String {
        String(
            text.prefix(80).map {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") ? $0 : "-"
            }
        )
    }

    /// FNV-1a, 32 bits: stable from one version to the next, which Swift's own hash is not.
    private static func hash(_ text: String) -> UInt32 {
        text.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }
}
