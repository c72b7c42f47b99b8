import Glibc

// The smallest useful handler: the response is the event, any bytes, any size.
var buffer = [UInt8](repeating: 0, count: 64 << 10)
while true {
    let count = read(0, &buffer, buffer.count)
    if count == 0 { exit(0) }
    if count == -1 && errno == EINTR { continue }
    var written = 0
    while written < count {
        let more = buffer.withUnsafeBytes { write(1, $0.baseAddress?.advanced(by: written), count - written) }
        if more == -1 && errno == EINTR { continue }
        if more == -1 { break }
        written += more
    }
    if count == -1 || written < count {
        perror("echo")
        exit(1)
    }
}
