import CommandLineKit
import Foundation
import Platform
import SimKit

/// What the user hands in: files, standard input.
enum Input {
    /// The bytes of a file; `-` is standard input.
    static func file(_ path: String) throws -> [UInt8] {
        do throws(SystemError) {
            let bytes = try Files.read(path == "-" ? "/dev/stdin" : path, atMost: EventLimits.synchronous + 1)
            return bytes
        } catch {
            throw SimError.file(operation: "read", path: path, error)
        }
    }
}
