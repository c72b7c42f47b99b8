import LambdaWire
import Foundation
import HTTPWire
import Platform

/// A response that goes out while the program still runs: a chunked POST, with a failure told in its trailers.
///
/// It begins with the first byte, so that a program that fails before has an ordinary error. Nothing here blocks until
/// ``finish(_:)``: what the server does not take now waits, and while something waits the program's output is not
/// read, so that the program is as fast as whoever reads the response.
final class ResponseStream {
    /// Lambda streams at most 200 MB.
    static let maximumBytes = LambdaLimit.streamedResponse
    /// Go's HTTP server, which AWS's Runtime API is built on, breaks a request off whose trailers are longer.
    static let maximumTrailers = LambdaLimit.trailers

    private let client: RuntimeAPIClient
    private let requestID: String
    private let contentType: String
    private var connection: ServerConnection?
    /// Chunks on their way, of which the first `sent` bytes are gone.
    private var unsent: [UInt8] = []
    private var sent = 0
    /// Why nothing can be sent any more; the server's answer may say more.
    private(set) var failure: SystemError?

    init(client: RuntimeAPIClient, requestID: String, contentType: String) {
        self.client = client
        self.requestID = requestID
        self.contentType = contentType
    }

    /// Whether the caller may have got something, so that only the trailers can tell of a failure.
    var hasBegun: Bool { connection != nil }
    /// Whether something waits for the server to take it.
    var isBlocked: Bool { sent < unsent.count }
    /// What to wait on while it is blocked, for `poll`.
    var descriptor: Int32 { connection?.socket.raw ?? -1 }

    /// Sends some bytes as one chunk, as far as the server takes it now.
    ///
    /// - Throws: ``ShimError`` where the Runtime API is gone.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard !bytes.isEmpty, failure == nil else { return }
        try begin()
        unsent += HTTPWriter.chunk(bytes)
        flush()
    }

    /// Sends what waits, as far as the server takes it now.
    func flush() {
        guard let connection else { return }
        do throws(SystemError) {
            while isBlocked {
                guard let count = try connection.sendNow(unsent[sent...]) else { return }
                sent += count
            }
        } catch {
            failure = error
        }
        unsent.removeAll(keepingCapacity: true)
        sent = 0
    }

    /// Ends the response, blocking; a response without a byte begins and ends here.
    ///
    /// - Parameter error: What went wrong after the first byte; it goes into the trailers.
    /// - Throws: ``ShimError`` where the Runtime API is gone, and what ends the wait for a reader that is slow.
    func finish(_ error: ErrorReport?) throws {
        try begin()
        guard let connection, failure == nil else { return }
        unsent += HTTPWriter.lastChunk(trailers: Self.trailers(error))
        flush()
        // A server that takes no more has an answer to read, or is gone: the reply tells.
        while isBlocked {
            try client.waitForRoom(on: connection)
            flush()
        }
    }

    private static func trailers(_ error: ErrorReport?) -> HTTPFields {
        guard let error else { return [:] }
        let (type, body) = (LambdaHeader.errorType, LambdaHeader.errorBody)
        let room = maximumTrailers - HTTPWriter.lastChunk(trailers: [type: error.errorType, body: ""]).count
        // Base64 makes four bytes of three.
        let json = error.json(atMost: room / 4 * 3)
        return [type: error.errorType, body: Data(json).base64EncodedString()]
    }

    private func begin() throws {
        if connection == nil { connection = try client.beginStream(for: requestID, contentType: contentType) }
    }
}
