import Foundation
import Platform
import ToolKit

/// A folder that plays the package while its program is watched: LAMBDA_TASK_ROOT and the working directory.
///
/// It has what is included at its place; then what is in the user's working folder, since a relative name means a file
/// there; then the system's own folders, so that a program which looks below LAMBDA_TASK_ROOT sees this machine's files.
struct TaskView {
    let folder: String
    /// The user's working folder.
    let workingFolder: String
    /// The places of what is included.
    private let included: Set<String>
    /// The system's folders that it shows.
    private let shown: [String]

    /// The system's folders that hold files of programs.
    private static let systemFolders = ["usr", "etc", "opt", "lib", "lib64", "bin", "sbin", "var", "srv"]

    init(_ folder: String, items: [Inclusion.Item], program: String, leftOut: Set<String>) throws {
        self.folder = folder
        workingFolder = Paths.absolute(".")
        try Disk.makeFolder(folder)
        for item in items {
            let path = folder + "/" + item.place
            guard Disk.kind(path) == nil else { continue }
            try FileManager.default.createDirectory(atPath: Paths.parent(path), withIntermediateDirectories: true)
            switch item.source {
            case .file(let source): try Disk.makeLink(path, to: source)
            case .link(let target): try Disk.makeLink(path, to: target)
            case .folder: try Disk.makeFolder(path)
            case .text: break
            }
        }
        included = Set(items.map(\.place))
        func fill(_ name: String, from source: String) throws {
            if Disk.kind(folder + "/" + name) == nil { try Disk.makeLink(folder + "/" + name, to: source) }
        }
        try fill(Paths.name(program), from: program)
        if workingFolder != "/" {
            for name in try Disk.list(workingFolder) where !leftOut.contains(workingFolder + "/" + name) {
                try fill(name, from: workingFolder + "/" + name)
            }
        }
        shown = Self.systemFolders.filter { Disk.kind("/" + $0) != nil && Disk.kind(folder + "/" + $0) == nil }
        try show(byMounts: false)
    }

    /// Shows the system's folders by links, or has folders that they may be mounted on.
    ///
    /// - Returns: The names of what is to be mounted; a link of the system (`/lib` to `usr/lib`) stays a link within.
    @discardableResult
    func show(byMounts: Bool) throws -> [String] {
        var mounted: [String] = []
        for name in shown {
            let place = folder + "/" + name
            try Files.removeTree(place)
            switch Disk.kind("/" + name) {
            case .folder where byMounts:
                try Disk.makeFolder(place)
                mounted.append(name)
            case .link(let target) where byMounts && !target.hasPrefix("/"): try Disk.makeLink(place, to: target)
            default: try Disk.makeLink(place, to: "/" + name)
            }
        }
        return mounted
    }

    /// Where on this machine a path below the package's folder leads; the same path where it is not below it.
    func source(of path: String) -> String {
        guard path.hasPrefix(folder + "/") else { return path }
        let place = String(path.dropFirst(folder.count + 1))
        let own = workingFolder + "/" + place
        if Disk.kind(own) != nil { return own }
        return shown.contains { place == $0 || place.hasPrefix($0 + "/") } ? "/" + place : path
    }

    /// The place in the package that a path means; `nil` where it is outside of it.
    func place(of path: String) -> String? {
        for root in [folder, workingFolder] where root != "/" {
            if path == root { return "" }
            if path.hasPrefix(root + "/") { return String(path.dropFirst(root.count + 1)) }
        }
        return nil
    }

    /// Whether a place is that of something included, or in it, or holds it.
    func isIncluded(_ place: String) -> Bool {
        included.contains(place) || included.contains { $0.hasPrefix(place + "/") }
    }
}
