import CLinux
import Glibc

/// TCP sockets, close-on-exec.
package enum Socket {
    /// Connects, blocking.
    package static func connect(to address: SocketAddress) throws(SystemError) -> Descriptor {
        let socket = try make(address)
        try check("connect") { address.withSockaddr { Glibc.connect(socket.raw, $0, $1) } }
        setNoDelay(socket)
        return socket
    }

    /// Starts to connect, without blocking: the socket is writable once it is connected or has failed, and
    /// ``pendingError(_:)`` says which.
    package static func startConnecting(to address: SocketAddress) throws(SystemError) -> Descriptor {
        let socket = try make(address)
        try socket.setNonBlocking()
        do throws(SystemError) {
            try check("connect") { address.withSockaddr { Glibc.connect(socket.raw, $0, $1) } }
        } catch {
            guard error.errno == EINPROGRESS else { throw error }
        }
        setNoDelay(socket)
        return socket
    }

    /// The `errno` with which a socket failed since this was asked last, `nil` where it did not.
    package static func pendingError(_ raw: Int32) -> Int32? {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(raw, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else { return errno }
        return code == 0 ? nil : code
    }

    /// A socket that takes connections.
    package struct Listener: ~Copyable, Sendable {
        /// The listening socket.
        package let socket: Descriptor
        /// Its address, with the port that the system chose where 0 was asked for.
        package let address: SocketAddress

        /// Gives the socket away.
        package consuming func takeSocket() -> Descriptor { socket }
    }

    /// Listens for connections.
    package static func listen(
        on address: SocketAddress,
        backlog: Int32 = 1024
    ) throws(SystemError) -> Listener {
        let socket = try make(address)
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        try check("setsockopt") { setsockopt(socket.raw, SOL_SOCKET, SO_REUSEADDR, &yes, size) }
        try check("bind") { address.withSockaddr { Glibc.bind(socket.raw, $0, $1) } }
        try check("listen") { Glibc.listen(socket.raw, backlog) }
        let port = try localPort(of: socket)
        guard let bound = SocketAddress(host: address.host, port: port) else {
            preconditionFailure("the host of an address is a literal")
        }
        return Listener(socket: socket, address: bound)
    }

    /// Accepts one connection.
    ///
    /// - Returns: `nil` where a non-blocking listener has none, or the peer was gone before it was accepted.
    package static func accept(_ listener: borrowing Descriptor) throws(SystemError) -> Descriptor? {
        let raw = listener.raw
        do throws(SystemError) {
            let socket = Descriptor(owning: try check("accept4") { clinux_accept_cloexec(raw) })
            setNoDelay(socket)
            return socket
        } catch {
            if error.errno == EAGAIN || error.errno == ECONNABORTED { return nil }
            throw error
        }
    }

    /// Says that no more bytes will come.
    package static func finishWriting(_ socket: borrowing Descriptor) {
        _ = shutdown(socket.raw, Int32(SHUT_WR))
    }

    /// Wakes up every read and write on the socket: they see its end.
    package static func shutDown(_ raw: Int32) {
        _ = shutdown(raw, Int32(SHUT_RDWR))
    }

    /// Sends two runs of bytes, blocking, with one system call where the socket takes them.
    ///
    /// No SIGPIPE: a peer that is gone is ``SystemError`` with `EPIPE` or `ECONNRESET`.
    package static func send(
        _ head: UnsafeRawBufferPointer,
        _ body: UnsafeRawBufferPointer,
        to socket: borrowing Descriptor
    ) throws(SystemError) {
        let raw = socket.raw
        var sent = 0
        let total = head.count + body.count
        while sent < total {
            let first = UnsafeRawBufferPointer(rebasing: head.dropFirst(sent))
            let second = UnsafeRawBufferPointer(rebasing: body.dropFirst(max(0, sent - head.count)))
            do throws(SystemError) {
                sent += try check("sendmsg") { sendParts(first, second, Int32(MSG_NOSIGNAL), to: raw) }
            } catch {
                guard error.errno == EAGAIN else { throw error }
                _ = try poll([PollRequest(raw, .writable)], timeout: nil)
            }
        }
    }

    /// Sends what a socket takes now, be it blocking or not; no SIGPIPE.
    ///
    /// - Returns: The number of bytes, `nil` where the socket takes nothing now.
    package static func sendNow(_ bytes: UnsafeRawBufferPointer, to raw: Int32) throws(SystemError) -> Int? {
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        do throws(SystemError) {
            return try check("send") { Glibc.send(raw, bytes.baseAddress, bytes.count, flags) }
        } catch {
            if error.errno == EAGAIN { return nil }
            throw error
        }
    }

    /// Sends what a socket takes now of two runs of bytes, of which the first `start` bytes are gone; no SIGPIPE.
    ///
    /// - Returns: The number of bytes, `nil` where the socket takes nothing now.
    package static func sendNow(
        _ head: UnsafeRawBufferPointer,
        _ body: UnsafeRawBufferPointer,
        from start: Int,
        to raw: Int32
    ) throws(SystemError) -> Int? {
        let first = UnsafeRawBufferPointer(rebasing: head.dropFirst(start))
        let second = UnsafeRawBufferPointer(rebasing: body.dropFirst(max(0, start - head.count)))
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        do throws(SystemError) {
            return try check("sendmsg") { sendParts(first, second, flags, to: raw) }
        } catch {
            if error.errno == EAGAIN { return nil }
            throw error
        }
    }

    private static func sendParts(
        _ first: UnsafeRawBufferPointer,
        _ second: UnsafeRawBufferPointer,
        _ flags: Int32,
        to raw: Int32
    ) -> Int {
        // On the stack: this runs twice for each event.
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2) { parts in
            parts[0] = iovec(iov_base: UnsafeMutableRawPointer(mutating: first.baseAddress), iov_len: first.count)
            parts[1] = iovec(iov_base: UnsafeMutableRawPointer(mutating: second.baseAddress), iov_len: second.count)
            var message = msghdr()
            message.msg_iov = parts.baseAddress
            message.msg_iovlen = parts.count
            return sendmsg(raw, &message, flags)
        }
    }

    /// Takes what has come on a non-blocking socket.
    ///
    /// - Returns: The number of bytes, `0` at the end, `nil` where nothing has come yet.
    package static func receive(_ raw: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        do throws(SystemError) {
            return try check("recv") { Glibc.recv(raw, buffer.baseAddress, buffer.count, 0) }
        } catch {
            if error.errno == EAGAIN { return nil }
            throw error
        }
    }

    private static func make(_ address: SocketAddress) throws(SystemError) -> Descriptor {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        return Descriptor(
            owning: try check("socket") { socket(address.isIPv6 ? AF_INET6 : AF_INET, type, 0) }
        )
    }

    private static func setNoDelay(_ socket: borrowing Descriptor) {
        var yes: Int32 = 1
        // Only speed depends on it.
        _ = setsockopt(socket.raw, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func localPort(of socket: borrowing Descriptor) throws(SystemError) -> UInt16 {
        let raw = socket.raw
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        try check("getsockname") {
            withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(raw, $0, &size) }
            }
        }
        // The port is at the same offset in sockaddr_in and sockaddr_in6.
        return withUnsafeBytes(of: &storage) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
    }
}
