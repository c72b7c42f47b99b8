import ELF
import Foundation
import Platform

/// The file calls of the packer, with errors that name the file.
enum Disk {
    /// What a path is, links not followed.
    enum Kind: Equatable {
        case file
        case folder
        case link(String)
        case other
    }

    static func kind(_ path: String) -> Kind? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
        switch attributes[.type] as? FileAttributeType {
        case FileAttributeType.typeRegular: return .file
        case FileAttributeType.typeDirectory: return .folder
        case FileAttributeType.typeSymbolicLink:
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { return .other }
            return .link(target)
        default: return .other
        }
    }

    static func read(_ path: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw PackError.cannotRead(path: path, cause: cause(error))
        }
    }

    /// A file's bytes as memory: only the pages that are looked at are read.
    static func map(_ path: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        } catch {
            throw PackError.cannotRead(path: path, cause: cause(error))
        }
    }

    static func write(_ data: Data, to path: String) throws {
        do {
            try data.write(to: URL(fileURLWithPath: path))
        } catch {
            throw PackError.cannotWrite(path: path, cause: cause(error))
        }
    }

    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw PackError.cannotWrite(path: path, cause: cause(error))
        }
    }

    static func makeLink(_ path: String, to target: String) throws {
        do {
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        } catch {
            throw PackError.cannotWrite(path: path, cause: cause(error))
        }
    }

    static func copy(_ source: String, to path: String) throws {
        do {
            try FileManager.default.copyItem(atPath: source, toPath: path)
        } catch {
            throw PackError.cannotWrite(path: path, cause: cause(error))
        }
    }

    static func setMode(_ path: String, _ mode: Int) throws {
        do {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        } catch {
            throw PackError.cannotWrite(path: path, cause: cause(error))
        }
    }

    /// Puts a finished file or folder in its place; a file that was there is replaced at once.
    static func move(_ source: String, to path: String) throws {
        guard rename(source, path) == 0 else {
            throw PackError.cannotWrite(path: path, cause: SystemError(call: "rename", errno: errno).description)
        }
    }

    static func list(_ path: String) throws -> [String] {
        do throws(SystemError) {
            return try Files.list(path)
        } catch {
            throw PackError.cannotRead(path: path, cause: error.description)
        }
    }

    /// Whether two files have the same bytes.
    static func same(_ first: String, _ second: String) throws -> Bool {
        if first == second { return true }
        guard Files.status(first)?.size == Files.status(second)?.size else { return false }
        return try map(first) == map(second)
    }

    /// A name with its folder made absolute and `.`, `..` and doubled slashes taken out, other links left alone.
    static func absolute(_ path: String) -> String {
        let full = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        var parts = full.split(separator: "/")
        // Above a folder that is reached by a link is what is above the folder, not what is above the link.
        if let last = parts.lastIndex(of: ".."), let real = realpath("/" + parts[...last].joined(separator: "/"), nil) {
            defer { free(real) }
            parts = String(cString: real).split(separator: "/") + parts[(last + 1)...]
        }
        return normalized("/" + parts.joined(separator: "/"))
    }

    /// An absolute name without `.`, `..` and doubled slashes.
    static func normalized(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The system's words for an error of Foundation.
    static func cause(_ error: any Error) -> String {
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

    /// The last part of a path.
    static func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "/") }

    /// All but the last part of a path.
    static func folder(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
