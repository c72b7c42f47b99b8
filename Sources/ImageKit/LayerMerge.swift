import Platform

/// Puts a layer of an image, unpacked to a folder of its own, onto the layers below (OCI image-spec, layer.md).
///
/// No link is followed out of the root: below, a link may lead anywhere, and a file of the layer above would be written there.
package struct LayerMerge {
    /// The root with the layers below.
    private let root: String

    /// Describes the root.
    package init(root: String) { self.root = root }

    private static let mark = ".wh."
    private static let opaque = ".wh..wh..opq"

    /// Moves everything of a layer to its place.
    ///
    /// - Throws: ``SystemError`` of the first file that cannot be moved.
    package func merge(_ layer: String) throws(SystemError) { try merge(layer, into: root) }

    // The place is a real folder in the root, reached without a link.
    private func merge(_ folder: String, into place: String) throws(SystemError) {
        try open(folder)
        try open(place)
        let names = try Files.list(folder)
        if names.contains(Self.opaque) {
            for name in try Files.list(place) { try Files.removeTree("\(place)/\(name)") }
        }
        for name in names where name != Self.opaque {
            guard !name.hasPrefix(Self.mark) else {
                let gone = name.dropFirst(Self.mark.count)
                if !["", ".", ".."].contains(gone) { try Files.removeTree("\(place)/\(gone)") }
                continue
            }
            try move("\(folder)/\(name)", to: "\(place)/\(name)")
        }
    }

    private func move(_ source: String, to place: String) throws(SystemError) {
        guard let new = Files.entry(source) else { return }
        let old = Files.entry(place)
        guard new.kind == .folder else {
            if old?.kind == .folder { try Files.removeTree(place) }
            return try Files.rename(source, to: place)
        }
        var target = place
        switch old?.kind {
        case .folder: break
        case .link:
            // A layer that was made on a system with /bin -> usr/bin may have its files in /bin.
            if let real = ContainedPath.real(String(place.dropFirst(root.count)), in: root),
                Files.entry(real)?.kind == .folder
            {
                target = real
            } else {
                try Files.removeTree(place)
                try Files.makeFolder(place)
            }
        case .file, .other:
            try Files.removeTree(place)
            try Files.makeFolder(place)
        case nil: try Files.makeFolder(place)
        }
        try merge(source, into: target)
        if target == place {
            if Files.isSuperuser { try Files.setOwner(place, user: new.user, group: new.group) }
            // The owner's rights are what we need ourselves, and others' are what counts.
            try Files.setMode(place, Files.isSuperuser ? new.mode : new.mode | 0o700)
        }
    }

    /// Lets this user work in a folder that it owns.
    private func open(_ folder: String) throws(SystemError) {
        guard !Files.isSuperuser, let entry = Files.entry(folder), entry.mode & 0o700 != 0o700 else { return }
        try Files.setMode(folder, entry.mode | 0o700)
    }
}
