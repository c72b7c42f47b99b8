import ELF
import Foundation
import ToolKit

/// ELF files that were read, by the path they were read from.
///
/// Used by one thread.
final class BinaryCache {
    private var known: [String: ELFFile?] = [:]

    /// What an ELF file says, `nil` for any other file.
    ///
    /// - Throws: ``ToolError/cannotRead(path:cause:)``, also for an ELF file that is damaged.
    func read(_ path: String) throws -> ELFFile? {
        if let file = known[path] { return file }
        let data = try Disk.map(path)
        let file: ELFFile?
        do {
            // ELF files for no machine hold a program's own data, such as Guile's byte code.
            let isForNone = data.withUnsafeBytes { (try? ELFHeader($0))?.machine.rawValue == 0 }
            file = isForNone ? nil : try data.withUnsafeBytes { try ELFFile($0, withSymbols: true) }
        } catch ELFError.notELF {
            file = nil
        } catch {
            throw ToolError.cannotRead(path: path, cause: "\(error)")
        }
        known[path] = .some(file)
        return file
    }
}
