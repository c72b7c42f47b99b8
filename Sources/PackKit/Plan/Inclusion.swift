import Foundation
import ToolKit

/// Something that is taken along though no library table names it: `--include PATH[=DEST]`.
package struct Inclusion: Equatable, Sendable {
    /// A file, a folder, or a pattern for several.
    package let pattern: String
    /// Its place in the package; one that ends in a slash is a folder to put it into.
    package let destination: String?
    /// Whether its place in an image counts from the root, as it begins with a slash; a zip has no other root than its own.
    var isAtRoot: Bool { destination?.hasPrefix("/") ?? false }

    /// Takes apart `PATH[=DEST]`; a path that exists with its `=` is a path.
    package init(_ text: String) {
        if let equals = text.lastIndex(of: "="), !FileManager.default.fileExists(atPath: text) {
            pattern = String(text[..<equals])
            destination = String(text[text.index(after: equals)...])
        } else {
            pattern = text
            destination = nil
        }
    }

    /// Makes one of its parts.
    package init(pattern: String, destination: String?) {
        self.pattern = pattern
        self.destination = destination
    }

    /// A file or link of this machine and its place in the package.
    struct Item: Equatable, Sendable {
        let source: PackageEntry.Source
        let place: String
        var isAtRoot = false
    }

    /// Everything that it means, folders walked through.
    ///
    /// Links that lead to something inside what is included stay links; others become what they lead to.
    func items(_ walk: InclusionWalk) throws -> [Item] {
        let exists = Disk.kind(pattern) != nil
        let matches = exists || !Glob.isPattern(pattern) ? [pattern] : Glob.expand(pattern)
        guard !matches.isEmpty, exists || Glob.isPattern(pattern) else {
            throw PackError.nothingToInclude(pattern: pattern)
        }
        return try matches.flatMap { match in
            let place = try place(of: match, isOne: matches.count == 1 && exists)
            return try walk.items(of: Paths.absolute(match), at: place).map { item in
                Item(source: item.source, place: item.place, isAtRoot: isAtRoot)
            }
        }
    }

    private func place(of match: String, isOne: Bool) throws -> String {
        let raw: String
        if let destination {
            raw =
                isOne && !destination.hasSuffix("/") && !destination.isEmpty
                ? destination : destination + "/" + Paths.name(Paths.absolute(match))
        } else {
            // A path that leaves the working folder says nothing about a place: its name does.
            let leaves = match.hasPrefix("/") || match.split(separator: "/").contains("..")
            raw = leaves ? Paths.name(Paths.absolute(match)) : match
        }
        guard !raw.split(separator: "/").contains("..") else {
            throw PackError.badDestination(raw, cause: "it is not a place inside the package")
        }
        let place = String(Paths.normalized("/" + raw).dropFirst())
        guard place != "bootstrap", place != "shim" else {
            throw PackError.badDestination(place, cause: "the packer puts its own file there")
        }
        return place
    }
}
