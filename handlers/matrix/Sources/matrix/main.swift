// matrix: linear algebra through the system's LAPACK and BLAS, as a program that knows nothing of AWS Lambda.
// One event on standard input, one answer on standard output; trouble is a line on standard error and status 1.
import FoundationEssentials
import Glibc

/// Everything up to the end of standard input.
func readEvent() -> Data {
    var data = Data()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(0, &buffer, buffer.count)
        guard count > 0 else {
            if count == 0 || errno != EINTR { return data }
            continue
        }
        data.append(contentsOf: buffer.prefix(count))
    }
}

/// Writes all bytes, or ends the program where nobody reads them.
func write(_ data: Data, to descriptor: Int32) {
    var rest = [UInt8](data)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { exit(1) }
    }
}

do {
    let event: Event
    do {
        event = try JSONDecoder().decode(Event.self, from: readEvent())
    } catch DecodingError.dataCorrupted(let context) {
        throw MatrixError.notJSON(context.underlyingError.map { "\($0)" } ?? context.debugDescription)
    }
    write(try Answer(to: event).json(), to: 1)
} catch {
    write(Data("matrix: \(error)\n".utf8), to: 2)
    exit(1)
}
