import Foundation

/// Base64 (RFC 4648 4), as zips stand in requests.
enum Base64 {
    /// The bytes; `nil` where the text is none.
    static func decode(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map { Array($0) } }
}
