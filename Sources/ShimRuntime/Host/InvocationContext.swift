import Foundation
import LambdaWire

/// What the Runtime API says about an event, as JSON: for a worker's envelope and for a standby program's context file.
///
/// `{"requestId":…,"deadlineMs":…,"functionArn":…,"traceId":…,"clientContext":…,"cognitoIdentity":…,"tenantId":…}`; what
/// Lambda did not send is missing. `deadlineMs` is a number; `clientContext` and `cognitoIdentity` are the JSON that they
/// hold, or a string where it is not JSON.
struct InvocationContext {
    private let variables: [String: String]

    init(_ invocation: Invocation) { variables = invocation.variables }

    /// The keys, in their order, and the variables that they are taken from.
    private static let keys: [(key: String, header: String, isJSON: Bool)] = [
        ("requestId", LambdaHeader.requestID, false),
        ("deadlineMs", LambdaHeader.deadline, true),
        ("functionArn", LambdaHeader.functionARN, false),
        ("traceId", LambdaHeader.traceID, false),
        ("clientContext", LambdaHeader.clientContext, true),
        ("cognitoIdentity", LambdaHeader.cognitoIdentity, true),
        ("tenantId", LambdaHeader.tenantID, false),
    ]

    /// The object on one line.
    func json() -> [UInt8] {
        let members = Self.keys.compactMap { key, header, isJSON -> [UInt8]? in
            guard let variable = Invocation.headers.first(where: { $0.header == header })?.variable,
                let value = variables[variable]
            else { return nil }
            let text = isJSON && Self.isJSON(value) ? Array(value.utf8) : JSONText.encode(value)
            return Array("\"\(key)\":".utf8) + text
        }
        return [0x7B] + members.joined(separator: [0x2C]) + [0x7D]
    }

    /// Whether a header's value is JSON on one line.
    private static func isJSON(_ text: String) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) != nil
    }
}
