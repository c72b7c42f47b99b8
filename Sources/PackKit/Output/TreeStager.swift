import Foundation
import Platform
import ToolKit

/// Writes the entries of a tree as files, with the modes and times that every package has.
///
/// Modes are 0755 and 0644 whatever the umask, times are the first that zip can hold, but for a few formats that depend on
/// them: the same input makes the same bytes.
struct TreeStager {
    let folder: String
    let strips: Bool
    let context: PackContext

    /// Writes them.
    ///
    /// - Returns: Lines for the user.
    func write(_ tree: PackageTree) throws -> [String] {
        try Disk.makeFolder(folder)
        try Disk.setMode(folder, 0o755)
        var folders: Set<String> = [folder]
        var byteCode = (rewritten: 0, stale: 0)
        var kept: [(path: String, time: Date)] = []
        for (place, entry) in tree.entries.sorted(by: { $0.key < $1.key }) {
            try context.toolbox.checkInterrupt()
            context.progress("copy \(place)")
            let path = folder + "/" + place
            try makeFolders(entry.source == .folder ? path : Paths.parent(path), &folders)
            switch entry.source {
            case .folder: continue
            case .link(let target):
                try Disk.makeLink(path, to: target)
                continue
            case .text(let text): try Disk.write(Data(text.utf8), to: path)
            case .file(let source):
                switch try byteCodeVerdict(place, source, tree) {
                case .kept: try Disk.copy(source, to: path)
                case .stale:
                    byteCode.stale += 1
                    continue
                case .rewritten(let bytes):
                    byteCode.rewritten += 1
                    try Disk.write(bytes, to: path)
                }
                if KeptTimes.contains(place), let time = Disk.time(source) { kept.append((path, time)) }
                try strip(path, place)
            }
            try Disk.setMode(path, entry.isExecutable ? 0o755 : 0o644)
        }
        let time = "1980-01-01 00:00:00 UTC"
        try context.toolbox.run(.find, [folder, "-exec", "touch", "-h", "-d", time, "{}", "+"])
        for (path, time) in kept { try Disk.setTime(path, time) }
        return notes(byteCode)
    }

    private func notes(_ byteCode: (rewritten: Int, stale: Int)) -> [String] {
        var result: [String] = []
        if byteCode.rewritten > 0 {
            result.append(
                "Python's byte code: \(byteCode.rewritten) files are marked unchecked-hash, so that no time makes them stale"
            )
        }
        if byteCode.stale > 0 {
            result.append(
                "Python's byte code: \(byteCode.stale) files were left out, as they are older than their sources"
            )
        }
        return result
    }

    private func byteCodeVerdict(_ place: String, _ file: String, _ tree: PackageTree) throws -> PythonByteCode.Verdict
    {
        guard let source = PythonByteCode.source(of: place), case .file(let path)? = tree.entries[source]?.source,
            let time = Disk.time(path)
        else { return .kept }
        // CPython compares whole seconds (importlib._bootstrap_external).
        let seconds = Int(time.timeIntervalSince1970.rounded(.down))
        return PythonByteCode.judge(try Disk.map(file), sourceTime: seconds, sourceSize: try SizeTable.size(path))
    }

    private func strip(_ path: String, _ place: String) throws {
        // What is copied may be read-only.
        try Disk.setMode(path, 0o755)
        guard strips, Paths.name(place) != "shim", try Disk.map(path).starts(with: [0x7f, 0x45, 0x4c, 0x46]) else {
            return
        }
        try context.toolbox.run(.strip, ["--strip-unneeded", path])
    }

    private func makeFolders(_ path: String, _ known: inout Set<String>) throws {
        guard known.insert(path).inserted else { return }
        try makeFolders(Paths.parent(path), &known)
        try Disk.makeFolder(path)
        try Disk.setMode(path, 0o755)
    }
}
