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
    /// A function with its layers, unpacked: "250 MB".
    package static let unpackedCode = 262_144_000
    /// A zip that comes with the request: "50 MB".
    package static let zippedCode = 52_428_800
    /// A function's variables, as JSON.
    package static let variables = 4096
    /// A function's layers.
    package static let layers = 5
}
