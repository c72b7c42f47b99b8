import CommandLineKit
import Foundation
import Platform
import SimKit

/// What the user hands in: files, standard input.
enum Input {
    /// The bytes of a file; `-` is standard input.
    static func file(_ path: String) throws -> [UInt8] {
        do throws(SystemError) {
            let limit = EventLimits.synchronous + 1
            // Not by /dev/stdin, which cannot be opened where standard input is a socket.
            return path == "-" ? try Files.read(0, atMost: limit) : try Files.read(path, atMost: limit)
        } catch {
            throw SimError.file(operation: "read", path: path == "-" ? "standard input" : path, error)
        }
    }
}
