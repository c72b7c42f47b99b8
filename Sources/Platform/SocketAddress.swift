import Glibc

/// An IPv4 or IPv6 address and a port.
package struct SocketAddress: Equatable, Hashable, Sendable, CustomStringConvertible {
    /// The address as a literal, `127.0.0.1` or `::1`.
    package let host: String
    /// The TCP port; 0 asks the system for a free one.
    package let port: UInt16
    let isIPv6: Bool

    /// Takes an address literal, `localhost`, or a name that `/etc/hosts` has.
    ///
    /// There is no DNS: a static executable cannot call `getaddrinfo`, and Lambda gives an address.
    ///
    /// - Returns: `nil` where the host is none of these.
    package init?(host: String, port: UInt16) {
        var host = host
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if Self.family(host) == nil { host = host == "localhost" ? "127.0.0.1" : Self.lookUp(host) ?? host }
        guard let family = Self.family(host) else { return nil }
        self.host = host
        self.port = port
        isIPv6 = family == AF_INET6
    }

    /// `127.0.0.1:9001`, `[::1]:9001`.
    package var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether the address is this machine's own (127.0.0.0/8 or ::1).
    package var isLoopback: Bool { isIPv6 ? host == "::1" : host.hasPrefix("127.") }

    private static func family(_ host: String) -> Int32? {
        var v4 = in_addr()
        if inet_pton(AF_INET, host, &v4) == 1 { return AF_INET }
        var v6 = in6_addr()
        return inet_pton(AF_INET6, host, &v6) == 1 ? AF_INET6 : nil
    }

    private static func lookUp(_ name: String) -> String? {
        guard let bytes = try? Files.read("/etc/hosts", atMost: 1 << 20) else { return nil }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }
            if words.dropFirst().contains(Substring(name)) { return words.first.map(String.init) }
        }
        return nil
    }

    /// Calls the body with the C form of the address.
    func withSockaddr<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        if isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            inet_pton(AF_INET6, host, &address.sin6_addr)
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
