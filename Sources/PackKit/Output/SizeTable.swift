import Foundation
import LambdaWire
import Platform
import ToolKit

/// How large a package is, and what in it.
package struct SizeTable: Equatable, Sendable {
    /// What is said about an archive that is too large to be sent with a request.
    static func zippedWarning(_ bytes: Int) -> String {
        "\(bytes) bytes zipped are more than Lambda takes directly (50 MB): upload it by S3"
    }

    /// One file.
    package struct Row: Equatable, Sendable {
        /// Its place in the package.
        package let place: String
        /// Its size in bytes.
        package let bytes: Int
    }

    /// The files, largest first.
    package let rows: [Row]

    /// The sum of all files.
    package var total: Int { rows.reduce(0) { $0 + $1.bytes } }

    init(rows: [Row]) {
        self.rows = rows.sorted { ($1.bytes, $0.place) < ($0.bytes, $1.place) }
    }

    /// Measures what lies in a folder; links count nothing.
    init(folder: String) throws {
        func walk(_ path: String, _ place: String) throws -> [Row] {
            switch Disk.kind(path) {
            case .folder:
                try Disk.list(path).flatMap { try walk(path + "/" + $0, place.isEmpty ? $0 : place + "/" + $0) }
            case .file: [Row(place: place, bytes: try Self.size(path))]
            default: []
            }
        }
        self.init(rows: try walk(folder, ""))
    }

    /// Measures what a tree would take, before anything is copied.
    init(tree: PackageTree) throws {
        self.init(
            rows: try tree.entries.compactMap { place, entry in
                guard case .file(let path) = entry.source else { return nil }
                return Row(place: place, bytes: try Self.size(path))
            }
        )
    }

    static func size(_ path: String) throws -> Int {
        guard let entry = Files.entry(path) else {
            throw ToolError.cannotRead(path: path, cause: "its size is unknown")
        }
        return entry.size
    }

    /// The table as lines, sizes in bytes to the left; small files beyond the twentieth are one line.
    package var lines: [String] {
        let shown = rows.prefix(20)
        let rest = rows.dropFirst(20)
        let width = String(total).count
        func line(_ bytes: Int, _ text: String) -> String {
            let number = String(bytes)
            return String(repeating: " ", count: max(0, width - number.count) + 2) + number + "  " + text
        }
        var result = shown.map { line($0.bytes, $0.place) }
        if !rest.isEmpty {
            result.append(line(rest.reduce(0) { $0 + $1.bytes }, "\(rest.count) smaller files"))
        }
        return result + [line(total, "bytes unpacked, \(rows.count) files")]
    }

    /// Refuses a package that Lambda would refuse.
    ///
    /// The message names all that is large: the fewest files that have half of it, ten at most.
    func checkUnpackedLimit(isStripped: Bool = false) throws {
        guard total > LambdaLimit.unpackedCode else { return }
        var (large, sum) = ([Row](), 0)
        for row in rows.prefix(10) where sum <= total / 2 {
            large.append(row)
            sum += row.bytes
        }
        throw PackError.tooLarge(
            bytes: total,
            limit: LambdaLimit.unpackedCode,
            largest: large.map { "\($0.place) (\($0.bytes))" }.joined(separator: ", "),
            isStripped: isStripped
        )
    }
}
