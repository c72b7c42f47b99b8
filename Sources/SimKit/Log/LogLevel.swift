import Foundation

/// How important a line of a JSON log is.
package enum LogLevel: Int, Sendable, Comparable {
    case trace, debug, info, warn, error, fatal

    /// The level by its name, in any case.
    package init?(name: String) {
        switch name.uppercased() {
        case "TRACE": self = .trace
        case "DEBUG": self = .debug
        case "INFO": self = .info
        case "WARN": self = .warn
        case "ERROR": self = .error
        case "FATAL": self = .fatal
        default: return nil
        }
    }

    /// The level a line has: that of its member `level`; a line without one counts as INFO.
    init(ofLine line: ArraySlice<UInt8>) {
        guard line.first == UInt8(ascii: "{"),
            let object = (try? JSONSerialization.jsonObject(with: Data(line))) as? [String: Any],
            let name = object["level"] as? String, let level = LogLevel(name: name)
        else {
            self = .info
            return
        }
        self = level
    }

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}
