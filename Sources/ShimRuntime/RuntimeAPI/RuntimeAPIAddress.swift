import LambdaWire
import Platform

/// Where the Runtime API is: `AWS_LAMBDA_RUNTIME_API`, an IP and a port.
///
/// Some emulators append a path, which is kept.
struct RuntimeAPIAddress: Equatable, Sendable, CustomStringConvertible {
    let socket: SocketAddress
    /// The text as given, without a scheme and a path, for the Host header.
    let authority: String
    /// What precedes `/2018-06-01`; empty on Lambda.
    let basePath: String

    var description: String { authority + basePath }

    init(environment: [String: String]) throws(ShimError) {
        let name = LambdaVariable.runtimeAPI
        guard let value = environment[name], !value.isEmpty else { throw .missingEnvironment(name: name) }
        guard let parsed = Self(value) else { throw .badRuntimeAPI(value: value) }
        self = parsed
    }

    init?(_ value: String) {
        var rest = value[...]
        if rest.hasPrefix("http://") { rest = rest.dropFirst(7) }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let path = rest[slash...]
        let authority = rest[..<slash]
        guard let colon = authority.lastIndex(of: ":"),
            // Digits only: UInt16 also takes '+80'.
            authority[authority.index(after: colon)...].utf8.allSatisfy({ $0 &- 0x30 < 10 }),
            let port = UInt16(authority[authority.index(after: colon)...]), port > 0,
            let socket = SocketAddress(host: String(authority[..<colon]), port: port),
            // Both become part of a request's head.
            value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        self.socket = socket
        self.authority = String(authority)
        basePath = String(path.hasSuffix("/") ? path.dropLast() : path)
    }
}
