import Foundation

/// Base64 (RFC 4648 4), the form of zips in requests.
enum Base64 {
    /// The bytes; `nil` where the text is not base64.
    static func decode(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map { Array($0) } }
}
