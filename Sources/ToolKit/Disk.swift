import Foundation
import Platform

/// File calls with errors that name the file.
package enum Disk {
    /// The kind of a path, links not followed.
    package enum Kind: Equatable {
        case file
        case folder
        case link(String)
        case other
    }

    package static func kind(_ path: String) -> Kind? {
        switch Files.entry(path)?.kind {
        case nil: nil
        case .file: .file
        case .folder: .folder
        case .link: Files.linkTarget(path).map { .link($0) } ?? .other
        case .other: .other
        }
    }

    package static func read(_ path: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw ToolError.cannotRead(path: path, cause: cause(error))
        }
    }

    /// A file's bytes as memory: only the pages that are looked at are read.
    package static func map(_ path: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        } catch {
            throw ToolError.cannotRead(path: path, cause: cause(error))
        }
    }

    package static func write(_ data: Data, to path: String) throws {
        do {
            try data.write(to: URL(fileURLWithPath: path))
        } catch {
            throw ToolError.cannotWrite(path: path, cause: cause(error))
        }
    }

    package static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ToolError.cannotWrite(path: path, cause: cause(error))
        }
    }

    /// Makes a new folder that only this user may enter, in `TMPDIR` or else where it is said.
    ///
    /// - Parameters:
    ///   - name: What its name begins with.
    ///   - place: Where it is without `TMPDIR`; `/var/tmp` for what may be too large for memory, as `/tmp` often is.
    /// - Returns: Its path.
    /// - Throws: ``ToolError/cannotWrite(path:cause:)``.
    package static func makeTemporaryFolder(_ name: String, in place: String = "/tmp") throws(ToolError) -> String {
        let chosen = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? place
        let prefix = "\(chosen)/\(name)-"
        do throws(SystemError) {
            return try Files.makeTemporaryFolder(prefix: prefix)
        } catch {
            throw ToolError.cannotWrite(path: prefix + "XXXXXX", cause: SystemError.text(error.errno))
        }
    }

    package static func makeLink(_ path: String, to target: String) throws {
        do {
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        } catch {
            throw ToolError.cannotWrite(path: path, cause: cause(error))
        }
    }

    package static func copy(_ source: String, to path: String) throws {
        do {
            try FileManager.default.copyItem(atPath: source, toPath: path)
        } catch {
            throw ToolError.cannotWrite(path: path, cause: cause(error))
        }
    }

    package static func setMode(_ path: String, _ mode: Int) throws {
        do {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        } catch {
            throw ToolError.cannotWrite(path: path, cause: cause(error))
        }
    }

    /// When a file was changed last; `nil` where it cannot be looked at.
    package static func time(_ path: String) -> Date? {
        Files.entry(path).map { Date(timeIntervalSince1970: $0.modificationTime) }
    }

    /// Sets when a file was changed last.
    package static func setTime(_ path: String, _ time: Date) throws {
        do {
            try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
        } catch {
            throw ToolError.cannotWrite(path: path, cause: cause(error))
        }
    }

    /// Puts a finished file or folder in its place; a file that was there is replaced at once.
    package static func move(_ source: String, to path: String) throws {
        guard rename(source, path) == 0 else {
            throw ToolError.cannotWrite(path: path, cause: SystemError(call: "rename", errno: errno).description)
        }
    }

    package static func list(_ path: String) throws -> [String] {
        do throws(SystemError) {
            return try Files.list(path)
        } catch {
            throw ToolError.cannotRead(path: path, cause: error.description)
        }
    }

    /// Whether two files have the same bytes.
    package static func same(_ first: String, _ second: String) throws -> Bool {
        if first == second { return true }
        guard Files.status(first)?.size == Files.status(second)?.size else { return false }
        return try map(first) == map(second)
    }

    /// The system's words for an error of Foundation.
    package static func cause(_ error: any Error) -> String {
        let error = error as NSError
        if let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError, underlying.domain == NSPOSIXErrorDomain {
            return SystemError.text(Int32(underlying.code))
        }
        if error.domain == NSPOSIXErrorDomain { return SystemError.text(Int32(error.code)) }
        if error.domain == NSCocoaErrorDomain {
            switch error.code {
            case 4, 260: return SystemError.text(ENOENT)
            case 257, 513: return SystemError.text(EACCES)
            case 516: return SystemError.text(EEXIST)
            case 640: return SystemError.text(ENOSPC)
            case 642: return SystemError.text(EROFS)
            default: break
            }
        }
        return error.localizedDescription
    }
}
