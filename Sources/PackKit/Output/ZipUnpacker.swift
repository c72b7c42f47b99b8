import Foundation
import ToolKit

/// Unpacks zip archives, with the system's `unzip`.
///
/// It takes names for patterns and options, so it gets the archive by a link with a safe name.
struct ZipUnpacker {
    let toolbox: Toolbox

    /// Unpacks an archive into a folder; of two files of one name the last stays.
    ///
    /// - Returns: The warnings of `unzip`; empty for a sound archive.
    @discardableResult
    func unpack(_ archive: String, to folder: String) throws -> String {
        try withLink(to: archive) { link in
            // Without a password `unzip` would ask for one on the terminal, and wait.
            let result = try toolbox.result(.unzip, ["-q", "-o", "-P", "", link, "-d", folder])
            if result.succeeded { return "" }
            // unzip(1): 1 is a warning, all files were written.
            guard result.end == .exited(status: 1) else { throw toolbox.failure(of: .unzip, result) }
            let first = result.errors.split(separator: "\n").first.map(String.init) ?? "status 1"
            return first.replacing(link, with: archive)
        }
    }

    /// The bytes of one file of an archive.
    func content(of place: String, in archive: String) throws -> Data {
        let name = place.map { "[*?".contains($0) ? "[\($0)]" : String($0) }.joined()
        return try withLink(to: archive) { try toolbox.run(.unzip, ["-P", "", "-p", $0, name]).output }
    }

    private func withLink<R>(to archive: String, _ body: (String) throws -> R) throws -> R {
        let link = "\(toolbox.scratch)/archive.zip"
        try Disk.makeLink(link, to: Paths.absolute(archive))
        defer { unlink(link) }
        return try body(link)
    }
}
