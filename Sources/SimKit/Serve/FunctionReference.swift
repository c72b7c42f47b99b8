/// How a caller names a function: a name, a partial or a whole ARN, each with or without a qualifier.
package struct FunctionReference: Equatable, Sendable {
    /// The function's name.
    package let name: String
    /// A version or an alias, if one was given.
    package let qualifier: String?
    /// The region and the account of an ARN, where they are in it.
    package let region: String?
    package let account: String?

    /// A function by its name, and a version or an alias that are known to be some.
    init(_ name: String, _ qualifier: String? = nil) {
        self.name = name
        self.qualifier = qualifier
        region = nil
        account = nil
    }

    /// Takes apart a name that is percent-encoded in a path.
    ///
    /// - Parameters:
    ///   - encoded: The name.
    ///   - extra: The parameter `Qualifier`.
    /// - Throws: ``ServiceError`` in Lambda's words, where one of them is not what it must be, or they disagree.
    package init(encoded: some StringProtocol, qualifier extra: String?) throws(ServiceError) {
        // Most callers say only a name.
        if extra == nil, encoded.utf8.count <= 64, encoded.utf8.allSatisfy(Validation.isNameByte), !encoded.isEmpty {
            name = String(encoded)
            (qualifier, region, account) = (nil, nil, nil)
            return
        }
        let text = PercentCoding.decode(encoded) ?? String(encoded)
        var problems: [String] = []
        if let extra { problems += Validation.qualifier(extra) }
        problems += Validation.functionName(text)
        guard problems.isEmpty, let parts = Parts(text) else { throw .validation(problems) }
        if let own = parts.qualifier, let extra, own != extra { throw .qualifierMismatch }
        name = parts.name
        qualifier = parts.qualifier ?? extra
        region = parts.region
        account = parts.account
    }

    /// What `X-Amz-Executed-Version` says: a number is a version, everything else leads to the newest code.
    package var executedVersion: String {
        guard let qualifier, qualifier.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return "$LATEST" }
        return qualifier
    }

    /// The parts of a name, as Lambda's pattern finds them.
    ///
    /// `(arn:(aws[a-zA-Z-]*)?:lambda:)?(region:)?(account:)?(function:)?name(:qualifier)?`
    struct Parts {
        var region: String?
        var account: String?
        var name = ""
        var qualifier: String?

        /// - Returns: `nil` where the text does not match the pattern.
        init?(_ text: String) {
            var words = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)[...]
            if words.count > 3, words[0] == "arn", Self.isPartition(words[1]), words[2] == "lambda" {
                words = words.dropFirst(3)
            }
            // Each part may be missing; a word that could be two of them is the first, if enough words are left.
            if words.count > 1, let first = words.first, Self.isRegion(first) {
                region = first
                words = words.dropFirst()
            }
            if words.count > 1, let first = words.first, first.utf8.count == 12,
                first.utf8.allSatisfy({ $0 &- 0x30 < 10 })
            {
                account = first
                words = words.dropFirst()
            }
            if words.count > 1, words.first == "function" { words = words.dropFirst() }
            guard let name = words.first, Validation.isPatternName(name), words.count <= 2 else { return nil }
            self.name = name
            guard let last = words.dropFirst().first else { return }
            guard last == "$LATEST" || last == "$LATEST.PUBLISHED" || Validation.isWord(last) else { return nil }
            qualifier = last
        }

        private static func isPartition(_ text: String) -> Bool {
            text.isEmpty
                || text.hasPrefix("aws") && text.utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 == 0x2D }
        }

        /// `us-east-1`, `us-gov-west-1`, `us-isob-east-1`, `eusc-de-east-1`.
        private static func isRegion(_ text: String) -> Bool {
            text.wholeMatch(of: #/(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-[0-9]/#) != nil
        }
    }
}

/// Lambda's checks of what a call names, and their words.
enum Validation {
    /// What Lambda requires of a function's name (recorded July 2025).
    private static let namePattern =
        #"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?"#
        + #"(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"#
    private static let qualifierPattern = #"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"#

    /// One line of a `ValidationException`.
    static func problem(_ value: String, _ member: String, _ rule: String) -> String {
        "Value '\(value)' at '\(member)' failed to satisfy constraint: Member must satisfy \(rule)"
    }

    private static func length(_ value: String, _ member: String, _ rule: String) -> String {
        "Value '\(value)' at '\(member)' failed to satisfy constraint: Member must have length \(rule)"
    }

    static func functionName(_ text: String) -> [String] {
        if text.utf8.count > 256 { return [length(text, "functionName", "less than or equal to 256")] }
        if text.isEmpty { return [length(text, "functionName", "greater than or equal to 1")] }
        if FunctionReference.Parts(text) != nil { return [] }
        return [problem(text, "functionName", "regular expression pattern: " + namePattern)]
    }

    static func qualifier(_ text: String) -> [String] {
        if text.utf8.count > 128 { return [length(text, "qualifier", "less than or equal to 128")] }
        if text.isEmpty { return [length(text, "qualifier", "greater than or equal to 1")] }
        if text == "$LATEST.PUBLISHED" || text.utf8.allSatisfy({ isNameByte($0) || $0 == 0x24 }) { return [] }
        return [problem(text, "qualifier", "regular expression pattern: " + qualifierPattern)]
    }

    static func tenantID(_ text: String) -> [String] {
        if text.utf8.count > 256 { return [length(text, "tenantId", "less than or equal to 256")] }
        if text.isEmpty { return [length(text, "tenantId", "greater than or equal to 1")] }
        if text.utf8.allSatisfy({ isNameByte($0) || ".:/=+@ ".utf8.contains($0) }) { return [] }
        return [problem(text, "tenantId", #"regular expression pattern: [a-zA-Z0-9\._:\/=+\-@ ]+"#)]
    }

    /// A name as the pattern has it, which allows more than the service does.
    static func isPatternName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { isNameByte($0) || $0 == 0x2E }
    }

    static func isWord(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isNameByte) }

    static func isNameByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2D || byte == 0x5F
    }
}
