import ELF
import Foundation
import Platform
import ToolKit

/// Gathers what a request names and what its program was seen to use, with all libraries.
struct ContentsGatherer {
    let request: PackRequest
    let system: TargetSystem
    let context: PackContext
    /// The layers that the function will have.
    let layers: [LayerContents]
    let exclusions: Exclusions

    /// Names that the packer's own files and folders have.
    private static let reserved: Set<String> = ["bootstrap", "shim", "lib", "glibc", "bin"]

    private var root: FileSystemRoot { context.root }
    private var mirror: Mirror {
        Mirror(
            root: root,
            isFromScratch: request.isFromScratch,
            keepsAbsoluteLinks: request.form == .image,
            texts: request.observation.scripts
        )
    }

    /// What a file becomes in the package: itself, or what its text was changed to.
    private func source(_ real: String) -> PackageEntry.Source {
        request.observation.scripts[real].map { .text($0) } ?? .file(real)
    }

    /// Reads everything once.
    ///
    /// - Throws: ``PackError`` for a program that nothing can start, a missing library, what is included and not there.
    func gather() throws -> Contents {
        var contents = Contents()
        let items = try inclusions(&contents)
        // What was observed was found as it is, be it that another file had loaded its libraries before.
        let names = items.map { Paths.name($0.place) } + request.observation.items.map { Paths.name($0.path) }
        let builder = ClosureBuilder(context: context, included: Set(names))
        if let path = request.program { try add(program: path, to: &contents) }
        for (place, file) in request.texts {
            try contents.tree.add(.text(file.text), at: place, isExecutable: file.isExecutable)
        }
        // Asked before the libraries, as those of another architecture are not on this machine either.
        if let first = contents.programs.first, let machine = try context.binaries.read(first.path)?.machine {
            _ = try request.shim?.path(for: machine, context)
        }
        for program in contents.programs {
            try builder.add(program.path, named: Paths.name(program.place), loader: nil, to: &contents.closure)
        }
        let loader = try contents.programs.lazy.compactMap { try context.binaries.read($0.path)?.interpreter }.first
        for item in items { try add(item, loader: loader.map(root.host), builder, to: &contents) }
        for item in request.observation.items where !exclusions.contains(place: item.place, path: item.path) {
            try add(item, loader: loader.map(root.host), builder, to: &contents)
        }
        // A base image may have what the front end starts.
        if request.base == nil, let warning = FrontEnd.warning(contents.tree.entries.keys) {
            contents.notes.append("warning: " + warning)
        }
        try contents.closure.checkVersions()
        dropIncludedLibraries(&contents)
        contents.machine = try machine(of: contents)
        return contents
    }

    private func inclusions(_ contents: inout Contents) throws -> [Inclusion.Item] {
        var notes: [String] = []
        var items: [Inclusion.Item] = []
        for inclusion in request.inclusions {
            let walk = InclusionWalk(
                root: root,
                leftOut: [Paths.absolute(request.output), context.toolbox.scratch],
                check: context.toolbox.checkInterrupt,
                exclusions: exclusions,
                warn: { notes.append("warning: " + $0) }
            )
            items += try inclusion.items(walk)
        }
        contents.notes += notes
        return items
    }

    private func add(program path: String, to contents: inout Contents) throws {
        let program = try ProgramFile(path, context: context)
        contents.name = program.name
        var words: [LaunchLine.Word]
        let place: String
        if let given = request.programPlace {
            try contents.tree.add(.file(program.path), at: given, isExecutable: true)
            (place, words) = (given, [.file(given)])
        } else if keepsPlace(program.path), let inside = root.inside(Paths.absolute(path)) {
            // In an image from scratch a program of a system finds its files from where it is.
            try mirror.add(inside, to: &contents.tree, isExecutable: true)
            (place, words) = (String(inside.dropFirst()), [.text(inside)])
        } else {
            let isReserved = Self.reserved.contains(program.name) || request.form == .layer
            let ownPlace = request.observation.programPlace ?? placeBesideItsFiles(path)
            place = ownPlace ?? (isReserved ? "bin/\(program.name)" : program.name)
            try contents.tree.add(source(program.path), at: place, isExecutable: true)
            words = [.file(place)]
        }
        switch program.kind {
        case .binary:
            guard !request.packsInterpreter else { throw PackError.interpreterWithoutScript(path: path) }
            contents.programs.append(PackedProgram(place: place, path: program.path, isMain: request.form != .layer))
        case .script(let line):
            switch try interpreter(line, of: program) {
            case .targets: break
            case .layers(let name):
                // `env` finds it in PATH, as shim does for a file without a first line; else it is named.
                if !line.isFoundInPath { words = [.text(name)] + line.arguments.map { .text($0) } + words }
            case .packed(let path):
                let first = try add(interpreter: path, line, to: &contents)
                words = [first] + line.arguments.map { .text($0) } + words
            }
        }
        words += (request.observation.words + request.programWords).map { .value(PackVariable(name: "", value: $0)) }
        contents.launch = LaunchLine(words: words + request.arguments.map { .text($0) })
    }

    /// The place of a program in the working folder, where files of its own folder were observed: it finds them by its own place.
    private func placeBesideItsFiles(_ path: String) -> String? {
        guard request.form != .layer, let place = placeInWorkingFolder(path), place.contains("/") else { return nil }
        let folder = Paths.parent(place) + "/"
        let isUsed = request.observation.items.contains { !$0.isAtRoot && $0.place.hasPrefix(folder) }
        return isUsed ? place : nil
    }

    private func placeInWorkingFolder(_ path: String) -> String? {
        let (folder, path) = (Paths.absolute("."), Paths.absolute(path))
        return folder != "/" && path.hasPrefix(folder + "/") ? String(path.dropFirst(folder.count + 1)) : nil
    }

    /// Whether a program is a part of a system, and stays in its place in an image from scratch.
    private func keepsPlace(_ real: String) -> Bool {
        guard request.isFromScratch, let inside = root.inside(real) else { return false }
        return !root.isHost || Self.systemFolders.contains { inside.hasPrefix($0) }
    }

    /// Folders that programs are installed in.
    static let systemFolders = ["/usr/", "/opt/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/nix/", "/srv/"]

    /// Puts the interpreter into the package.
    ///
    /// - Returns: The word of the command that names it.
    private func add(
        interpreter path: String,
        _ line: ScriptLine,
        to contents: inout Contents
    ) throws -> LaunchLine.Word {
        let real = root.realHost(path) ?? path
        let isMain = request.form != .layer
        // What was observed is in its own place in an image, so the interpreter finds it from its own.
        let isObserved = request.isFromScratch && !request.observation.isEmpty && placeInWorkingFolder(path) == nil
        if isObserved || keepsPlace(real), let inside = root.inside(path) {
            try mirror.add(inside, to: &contents.tree, isExecutable: true)
            contents.programs.append(PackedProgram(place: String(inside.dropFirst()), path: real, isMain: isMain))
            return .text(inside)
        }
        // One of a virtual environment finds it by its own place.
        let place =
            request.isFromScratch
            ? placeInWorkingFolder(path) ?? "bin/" + Paths.name(line.interpreter)
            : "bin/" + Paths.name(line.interpreter)
        try contents.tree.add(.file(real), at: place, isExecutable: true)
        contents.programs.append(PackedProgram(place: place, path: real, isMain: isMain))
        return .file(place)
    }

    private func add(
        _ item: Inclusion.Item,
        loader: String?,
        _ builder: ClosureBuilder,
        to contents: inout Contents
    ) throws {
        guard case .file(let path) = item.source, let real = root.realHost(path) else {
            try contents.tree.add(item.source, at: item.place, isAtRoot: item.isAtRoot)
            return
        }
        let isExecutable = (Files.status(real)?.mode ?? 0) & 0o111 != 0
        try contents.tree.add(.file(real), at: item.place, isExecutable: isExecutable, isAtRoot: item.isAtRoot)
        try addLibraries(of: real, at: item.place, loader: loader, builder, to: &contents)
    }

    private func add(
        _ item: Observation.Item,
        loader: String?,
        _ builder: ClosureBuilder,
        to contents: inout Contents
    ) throws {
        guard let real = root.realHost(item.path) else { return }
        if item.kind == .library {
            try builder.add(library: item.path, loader: loader, to: &contents.closure)
            return
        }
        guard item.kind != .folder else {
            if request.form == .image, item.isAtRoot {
                try mirror.add(item.path, to: &contents.tree)
            } else if contents.tree.entries[item.place] == nil {
                try contents.tree.add(.folder, at: item.place, isAtRoot: item.isAtRoot)
            }
            return
        }
        var place = item.place
        // Programs are copied under the name they were started by: a script that starts one through a packed loader lies
        // beside it.
        if item.isAtRoot, item.kind == .file || request.form == .image {
            place = try mirror.add(item.path, to: &contents.tree).map { String($0.dropFirst()) } ?? place
        } else if contents.tree.entries[place] == nil {
            let isExecutable = (Files.status(real)?.mode ?? 0) & 0o111 != 0
            try contents.tree.add(source(real), at: place, isExecutable: isExecutable, isAtRoot: item.isAtRoot)
        }
        try addLibraries(of: real, at: place, loader: loader, builder, to: &contents)
    }

    private func addLibraries(
        of real: String,
        at place: String,
        loader: String?,
        _ builder: ClosureBuilder,
        to contents: inout Contents
    ) throws {
        guard let file = try context.binaries.read(real), file.kind != .other else { return }
        if file.kind == .dynamicExecutable, !contents.programs.contains(where: { $0.path == real && $0.place == place })
        {
            contents.programs.append(PackedProgram(place: place, path: real, isMain: false))
        }
        try builder.add(real, named: Paths.name(place), loader: loader, to: &contents.closure)
    }

    /// A library that was itself put into `lib/` is there already.
    private func dropIncludedLibraries(_ contents: inout Contents) {
        for (name, library) in contents.closure.libraries
        where contents.tree.entries["lib/\(name)"]?.source == .file(library.binary.path) {
            contents.closure.libraries[name]?.aliases = []
        }
    }

    /// Who has the interpreter of a script.
    private enum InterpreterSource {
        case targets
        /// A layer, in its `bin/` and so in PATH, under this name.
        case layers(String)
        /// This machine, where it is at a path; it comes along.
        case packed(String)
    }

    private func interpreter(_ line: ScriptLine, of program: ProgramFile) throws -> InterpreterSource {
        if !request.packsInterpreter {
            guard !line.hasWindowsEnd else {
                throw PackError.notAProgram(
                    path: program.path,
                    cause: "it has Windows line endings, so its interpreter would not be found",
                    hint: "'sed -i \"s/\\r$//\" FILE' removes them"
                )
            }
            if system.interpreters?.contains(line.interpreter) ?? true { return .targets }
            let name = Paths.name(line.interpreter)
            if layers.contains(where: { $0.names.contains("bin/" + name) }) { return .layers(name) }
            // What was observed started with its interpreter, so that comes along like everything else that was used.
            guard !request.observation.isEmpty else {
                throw PackError.missingInterpreter(
                    script: program.path,
                    interpreter: line.interpreter,
                    target: system.name
                )
            }
        }
        guard let path = line.path(in: root), let real = root.realHost(path) else {
            throw PackError.noInterpreterHere(script: program.path, interpreter: line.interpreter)
        }
        guard let file = try context.binaries.read(real), file.kind != .sharedObject, file.kind != .other else {
            throw PackError.interpreterIsNoProgram(script: program.path, interpreter: path)
        }
        return .packed(path)
    }

    /// The architecture: that of the programs and libraries, else that of the bootstrap program.
    private func machine(of contents: Contents) throws -> Machine {
        let own = contents.closure.roots.first?.file.machine
        let shims = try request.shim?.machine(context)
        let machine = own ?? shims ?? .current
        guard machine.isOnLambda else {
            throw PackError.unknownMachine(
                path: request.program ?? request.shim?.name ?? "",
                machine: machine.description
            )
        }
        return machine
    }
}
