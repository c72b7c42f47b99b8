/// Lambda's own bounds, in bytes.
package enum LambdaLimit {
    /// An event, a response or an error report: 6 MiB and 100 bytes, as the service refuses 6,291,557.
    package static let payload = 6 * 1024 * 1024 + 100
    /// A streamed response.
    package static let streamedResponse = 200 << 20
    /// The head of one message of the Runtime API: its headers may come near 1 MiB.
    package static let head = (1 << 20) + (64 << 10)
    /// The trailers of a streamed response: Go's HTTP server, which the Runtime API is built on, breaks a request off whose
    /// trailers are longer.
    package static let trailers = 4096
}
