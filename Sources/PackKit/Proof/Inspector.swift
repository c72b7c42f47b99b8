import ELF
import Foundation
import Platform

/// Looks at a finished package, anybody's, and says what would stop it on Lambda.
package struct Inspector {
    let staging: Staging
    let toolbox: Toolbox

    /// Prepares the work; the caller removes the staging folder.
    package init(staging: Staging, interrupts: Int32?) {
        self.staging = staging
        toolbox = Toolbox(scratch: staging.folder, interrupts: interrupts)
    }

    /// One file of the package with the mode it will have.
    private struct Item {
        let place: String
        let mode: UInt16
        let size: Int
        var isLink: Bool { mode & 0o170000 == 0o120000 }
        var isFolder: Bool { place.hasSuffix("/") }
    }

    /// Inspects a zip archive or a folder.
    package func inspect(_ path: String, target: Target) throws -> Inspection {
        let folder: String
        var items: [Item]
        var inspection = Inspection(package: path, target: target.rawValue)
        switch Disk.kind(FileSystemRoot().realHost(Disk.absolute(path)) ?? path) {
        case .folder:
            folder = Disk.absolute(path)
            items = try walk(folder, "")
        case .file:
            items = try unpack(path, &inspection)
            folder = staging.path("unpacked")
        case nil: throw PackError.cannotRead(path: path, cause: "No such file or directory")
        default: throw PackError.cannotRead(path: path, cause: "it is neither a zip archive nor a folder")
        }
        let folders = items.filter(\.isFolder)
        items.removeAll(where: \.isFolder)
        inspection.files = items.count
        inspection.bytes = items.reduce(0) { $0 + $1.size }
        checkBootstrap(items, folder, &inspection)
        checkModes(items, &inspection)
        for item in folders where item.mode & 0o005 != 0o005 {
            inspection.problems.append(
                "'\(item.place)' is not open for all (mode \(octal(item.mode))): Lambda runs as another user"
            )
        }
        try checkBinaries(items, folder, target, &inspection)
        if let warning = FrontEnd.warning(items.map(\.place)) { inspection.warnings.append(warning) }
        if inspection.bytes > SizeTable.unpackedLimit {
            inspection.problems.append(
                "\(inspection.bytes) bytes unpacked are more than Lambda takes (\(SizeTable.unpackedLimit))"
            )
        }
        if let bytes = inspection.zippedBytes, bytes > SizeTable.zippedLimit {
            inspection.warnings.append(SizeTable.zippedWarning(bytes))
        }
        return inspection
    }

    private func unpack(_ path: String, _ inspection: inout Inspection) throws -> [Item] {
        let reader = try ZipReader(path: path)
        var total = 0
        for entry in reader.entries {
            guard !entry.name.hasPrefix("/"), !entry.name.split(separator: "/").contains("..") else {
                throw PackError.damagedZip(path: path, cause: "'\(entry.name)' would lie outside the package")
            }
            total += entry.size
        }
        // Far beyond what Lambda unpacks there is nothing to learn from unpacking it here.
        guard total <= 4 * SizeTable.unpackedLimit else {
            throw PackError.tooLarge(bytes: total, limit: SizeTable.unpackedLimit, largest: "not looked for")
        }
        try Disk.makeFolder(staging.path("unpacked"))
        guard !reader.entries.isEmpty else { return [] }
        let warning = try ZipUnpacker(toolbox: toolbox).unpack(path, to: staging.path("unpacked"))
        if !warning.isEmpty { inspection.warnings.append("unzip says: \(warning)") }
        var last: [String: Int] = [:]
        for (index, entry) in reader.entries.enumerated() {
            guard last.updateValue(index, forKey: entry.name) != nil else { continue }
            inspection.warnings.append("'\(entry.name)' is in the archive more than once; the last one counts here")
        }
        // A table that says less than there is would get any size through.
        for (index, entry) in reader.entries.enumerated() where last[entry.name] == index {
            let there = Files.status(staging.path("unpacked/" + entry.name))
            guard !entry.isLink, let there, there.isRegular, there.size != entry.size else { continue }
            throw PackError.damagedZip(
                path: path,
                cause: "'\(entry.name)' has \(there.size) bytes, its table of contents says \(entry.size)"
            )
        }
        return reader.entries.enumerated().filter { last[$1.name] == $0 }.map { _, entry in
            // What no Unix system made has no modes: Lambda gives such files none that run.
            Item(place: entry.name, mode: entry.mode ?? (entry.isFolder ? 0o040755 : 0o100644), size: entry.size)
        }
    }

    private func walk(_ folder: String, _ place: String) throws -> [Item] {
        try Disk.list(folder).flatMap { name -> [Item] in
            let path = folder + "/" + name
            let place = place.isEmpty ? name : place + "/" + name
            switch Disk.kind(path) {
            case .folder:
                let mode = UInt16(truncatingIfNeeded: Files.status(path)?.mode ?? 0)
                return [Item(place: place + "/", mode: mode, size: 0)] + (try walk(path, place))
            case .link: return [Item(place: place, mode: 0o120777, size: 0)]
            default:
                let mode = UInt16(truncatingIfNeeded: Files.status(path)?.mode ?? 0)
                return [Item(place: place, mode: mode, size: try SizeTable.size(path))]
            }
        }
    }

    private func checkBootstrap(_ items: [Item], _ folder: String, _ inspection: inout Inspection) {
        guard let item = items.first(where: { $0.place == "bootstrap" }) else {
            let other = items.first { $0.place.hasSuffix("/bootstrap") }
            inspection.problems.append(
                other.map { "bootstrap is at '\($0.place)', not at the root of the package: zip the folder's content" }
                    ?? "bootstrap is missing: Lambda starts /var/task/bootstrap, or /opt/bootstrap of a layer"
            )
            return
        }
        if item.mode & 0o001 == 0 {
            inspection.problems.append(
                "bootstrap is not executable for all (mode \(octal(item.mode))): chmod 755 bootstrap before zipping"
            )
        }
        if item.isLink {
            checkLink(folder, &inspection)
            return
        }
        guard let start = try? Files.read(folder + "/bootstrap", atMost: 512) else { return }
        if start.starts(with: [0x7f, 0x45, 0x4c, 0x46]) { return }
        guard let line = ScriptLine(Data(start)) else {
            inspection.problems.append("bootstrap is neither an ELF file nor a script that begins with #!")
            return
        }
        guard !line.hasWindowsEnd else {
            inspection.problems.append("bootstrap has Windows line ends: its interpreter would not be found")
            return
        }
        let brought = ["/var/task/", "/opt/"].contains { line.interpreter.hasPrefix($0) }
        if !brought, !Target.al2023.interpreters.contains(line.interpreter) {
            inspection.problems.append(
                "bootstrap needs the interpreter '\(line.interpreter)', which \(inspection.target) does not have"
            )
        }
    }

    /// A link may lead to a file of the package, or to a place that only the running function has.
    private func checkLink(_ folder: String, _ inspection: inout Inspection) {
        let path = folder + "/bootstrap"
        guard case .link(let target) = Disk.kind(path), !target.hasPrefix("/var/task/"), !target.hasPrefix("/opt/")
        else { return }
        let real = FileSystemRoot(folder).realHost(path)
        guard target.hasPrefix("/") || real.map({ Disk.kind($0) != .file }) ?? true else { return }
        inspection.problems.append("bootstrap is a link to '\(target)', which is no file of the package")
    }

    private func checkModes(_ items: [Item], _ inspection: inout Inspection) {
        for item in items where !item.isLink && item.mode & 0o004 == 0 {
            inspection.problems.append(
                "'\(item.place)' is not readable for all (mode \(octal(item.mode))): Lambda runs as another user"
            )
        }
    }

    private func checkBinaries(_ items: [Item], _ folder: String, _ target: Target, _ inspection: inout Inspection)
        throws
    {
        let binaries = BinaryCache()
        var files: [(item: Item, file: ELFFile)] = []
        for item in items where !item.isLink {
            try toolbox.checkInterrupt()
            let path = folder + "/" + item.place
            do {
                if let file = try binaries.read(path), file.kind != .other { files.append((item, file)) }
            } catch let error as PackError {
                inspection.warnings.append(error.message.replacing(path, with: item.place))
            }
        }
        let machines = Set(files.map(\.file.machine))
        inspection.architecture = machines.count == 1 ? machines.first?.description : nil
        if machines.count > 1 {
            let names = machines.map { machine in
                let first = files.first { $0.file.machine == machine }?.item.place ?? ""
                return "\(machine) ('\(first)')"
            }
            inspection.problems.append("it mixes architectures: \(names.sorted().joined(separator: ", "))")
        } else if let machine = machines.first, !machine.isOnLambda {
            inspection.problems.append("its architecture is \(machine), which Lambda does not have")
        }
        checkNeeds(items, files, target, &inspection)
        for name in inspection.missing { inspection.problems.append("library missing: \(name)") }
        if let bytes = try? SizeTable.size(inspection.package), Disk.kind(inspection.package) == .file {
            inspection.zippedBytes = bytes
        }
    }

    /// Compares what the files need with what the package and the target have.
    private func checkNeeds(
        _ items: [Item],
        _ files: [(item: Item, file: ELFFile)],
        _ target: Target,
        _ inspection: inout Inspection
    ) {
        // A loader of its own brings its own glibc: versions are then that one's business, not the target's.
        let hasLoader = files.contains { GlibcFamily.isLoader(Disk.name($0.item.place)) }
        let provided = Set(items.map { Disk.name($0.place) }).union(files.compactMap(\.file.soname))
        let check = GlibcCheck(available: target.glibc, machine: files.first?.file.machine ?? .current)
        for (item, file) in files where !GlibcFamily.contains(Disk.name(item.place)) {
            let binary = Binary(path: item.place, name: item.place, file: file)
            for name in file.needed where !provided.contains(name) {
                let isGlibc = GlibcFamily.contains(name) && !GlibcFamily.notOnTargets.contains(name)
                if isGlibc, target.glibc != nil { continue }
                if target.commonLibraries.contains(name) {
                    inspection.warnings.append("\(item.place) relies on the \(name) of \(target.rawValue)")
                } else {
                    inspection.missing.append("\(name) (needed by \(item.place))")
                }
            }
            if file.kind == .dynamicExecutable, !hasLoader, let loader = file.interpreter,
                target.glibc == nil || loader != GlibcFamily.loader(for: file.machine)
            {
                inspection.problems.append(
                    "\(item.place) needs the loader \(loader), which \(target.rawValue) does not have"
                )
            }
            for need in file.versionNeeds where !GlibcFamily.contains(need.file) {
                guard let library = files.first(where: { isNamed($0, need.file) }) else { continue }
                let defined = library.file.versionDefinitions
                let missing = need.versions.filter { !$0.isWeak && !defined.contains($0.name) }
                for version in missing where !defined.isEmpty {
                    inspection.problems.append(
                        "\(item.place) needs \(version.name), which \(library.item.place) does not have"
                    )
                }
            }
            guard let unmet = check.unmet(binary).first else { continue }
            let need = "\(item.place) needs \(unmet.version)" + (unmet.symbol.map { " (\($0))" } ?? "")
            if hasLoader {
                inspection.needs.append("\(need); the package has a loader of its own")
            } else {
                let has = target.glibc.map(\.description) ?? "none"
                inspection.problems.append("\(need); \(target.rawValue) has \(has)")
            }
        }
    }

    private func isNamed(_ library: (item: Item, file: ELFFile), _ name: String) -> Bool {
        library.file.soname == name || Disk.name(library.item.place) == name
    }

    private func octal(_ mode: UInt16) -> String { "0" + String(mode & 0o777, radix: 8) }
}
