import Foundation
import HTTPWire
import LambdaWire

extension ErrorReport {
    /// The trailers that tell of a failure after a stream has begun; they fit into what the Runtime API takes.
    var trailers: HTTPFields {
        let (type, body) = (LambdaHeader.errorType, LambdaHeader.errorBody)
        let room = LambdaLimit.trailers - HTTPWriter.lastChunk(trailers: [type: errorType, body: ""]).count
        // Base64 makes four bytes of three.
        let json = json(atMost: room / 4 * 3)
        return [type: errorType, body: Data(json).base64EncodedString()]
    }
}
