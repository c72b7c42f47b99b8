/// A function as a request names it: name and qualifier, from a name, a partial or a whole ARN.
package struct NamedFunction: Equatable, Sendable {
    /// The name.
    package let name: String
    /// The version or alias, if one was given.
    package let qualifier: String?

    /// Takes the parameter `FunctionName` apart, whose pattern has been checked.
    ///
    /// - Parameters:
    ///   - text: The parameter.
    ///   - other: The parameter `Qualifier`.
    ///   - place: Where the simulator plays.
    ///   - action: The call, for the refusal of another account's functions.
    /// - Throws: ``ControlError`` of functions that lie elsewhere, and of two qualifiers that differ.
    package init(
        _ text: String,
        qualifier other: String?,
        in place: Place,
        action: String
    ) throws(ControlError) {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.first == "arn", parts.count > 3 { parts.removeFirst(3) }
        if parts.count > 1, Self.isRegion(parts[0]) {
            let region = parts.removeFirst()
            guard region == place.region else {
                throw .notFound("Functions from '\(region)' are not reachable in this region ('\(place.region)')")
            }
        }
        if parts.count > 1, parts[0].utf8.count == 12, parts[0].utf8.allSatisfy({ $0 &- 0x30 < 10 }) {
            let account = parts.removeFirst()
            guard account == place.account else {
                throw .accessDenied(
                    "User: arn:aws:iam::\(place.account):user/simulator is not authorized to perform: "
                        + "lambda:\(action) on resource: arn:aws:lambda:\(place.region):\(account):"
                        + parts.joined(separator: ":")
                        + " because no resource-based policy allows the lambda:\(action) action"
                )
            }
        }
        if parts.count > 1, parts[0] == "function" { parts.removeFirst() }
        name = parts[0]
        let own = parts.count > 1 ? parts[1] : nil
        if let own, let other, own != other {
            throw .invalid("The derived qualifier from the function name does not match the specified qualifier.")
        }
        qualifier = own ?? other
    }

    private static func isRegion(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return (3...5).contains(parts.count) && parts[0].count == 2
            && parts.last?.utf8.allSatisfy { $0 &- 0x30 < 10 } == true && parts.last?.count == 1
    }
}
