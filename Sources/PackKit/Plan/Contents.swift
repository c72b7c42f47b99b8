import ELF
import Foundation
import Platform
import ToolKit

/// A program of the package: the one that is started, its interpreter, or one that is included.
struct PackedProgram: Sendable {
    /// Its place in the package.
    let place: String
    /// The real path of its file.
    let path: String
    /// Whether shim starts it.
    let isMain: Bool
}

/// What belongs into a package, before it is known where libraries and glibc go.
struct Contents: Sendable {
    /// The program's name in messages.
    var name = ""
    var machine = Machine.current
    /// The program, the interpreter, and what is included, at the places that were asked for.
    var tree = PackageTree()
    /// The command, as if no loader of the package were needed.
    var launch: LaunchLine?
    var programs: [PackedProgram] = []
    /// All libraries of all of it.
    var closure = Closure()
    var notes: [String] = []
}

/// Gathers what a request names, with all libraries.
struct ContentsGatherer {
    let request: PackRequest
    let system: TargetSystem
    let context: PackContext

    /// Names that the packer's own files and folders have.
    private static let reserved: Set<String> = ["bootstrap", "shim", "lib", "glibc", "bin"]

    private var root: FileSystemRoot { context.root }

    /// Reads everything once.
    ///
    /// - Throws: ``PackError`` for a program that nothing can start, a missing library, what is included and not there.
    func gather() throws -> Contents {
        var contents = Contents()
        let items = try inclusions()
        let builder = ClosureBuilder(context: context, included: Set(items.map { Paths.name($0.place) }))
        if let path = request.program { try add(program: path, to: &contents) }
        // Asked before the libraries, as those of another architecture are not on this machine either.
        if let first = contents.programs.first, let machine = try context.binaries.read(first.path)?.machine {
            _ = try BootstrapProgram(path: request.shim).check(machine: machine, context)
        }
        for program in contents.programs {
            try builder.add(program.path, named: Paths.name(program.place), loader: nil, to: &contents.closure)
        }
        let loader = try contents.programs.lazy.compactMap { try context.binaries.read($0.path)?.interpreter }.first
        for item in items { try add(item, loader: loader.map(root.host), builder, to: &contents) }
        // A base image may have what the front end starts.
        if request.base == nil, let warning = FrontEnd.warning(contents.tree.entries.keys) {
            contents.notes.append("warning: " + warning)
        }
        try contents.closure.checkVersions()
        dropIncludedLibraries(&contents)
        contents.machine = try machine(of: contents)
        return contents
    }

    private func inclusions() throws -> [Inclusion.Item] {
        let walk = InclusionWalk(
            root: root,
            leftOut: [Paths.absolute(request.output), context.toolbox.scratch],
            check: context.toolbox.checkInterrupt
        )
        return try request.inclusions.flatMap { try $0.items(walk) }
    }

    private func add(program path: String, to contents: inout Contents) throws {
        let program = try ProgramFile(path, context: context)
        contents.name = program.name
        let isReserved = Self.reserved.contains(program.name) || request.form == .layer
        let place = isReserved ? "bin/\(program.name)" : program.name
        try contents.tree.add(.file(program.path), at: place, isExecutable: true)
        var words: [LaunchLine.Word] = [.file(place)]
        switch program.kind {
        case .binary:
            guard !request.packsInterpreter else { throw PackError.interpreterWithoutScript(path: path) }
            contents.programs.append(PackedProgram(place: place, path: program.path, isMain: request.form != .layer))
        case .script(let line):
            if let interpreter = try interpreter(line, of: program) {
                try contents.tree.add(.file(interpreter.path), at: interpreter.place, isExecutable: true)
                contents.programs.append(interpreter)
                words = [.file(interpreter.place)] + line.arguments.map { .text($0) } + words
            }
        }
        contents.launch = LaunchLine(words: words + request.arguments.map { .text($0) })
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
        guard let file = try context.binaries.read(real), file.kind != .other else { return }
        if file.kind == .dynamicExecutable {
            contents.programs.append(PackedProgram(place: item.place, path: real, isMain: false))
        }
        try builder.add(real, named: Paths.name(item.place), loader: loader, to: &contents.closure)
    }

    /// A library that was itself put into `lib/` is there already.
    private func dropIncludedLibraries(_ contents: inout Contents) {
        for (name, library) in contents.closure.libraries
        where contents.tree.entries["lib/\(name)"]?.source == .file(library.binary.path) {
            contents.closure.libraries[name]?.aliases = []
        }
    }

    /// The interpreter that a script brings along; `nil` where the system has it.
    private func interpreter(_ line: ScriptLine, of program: ProgramFile) throws -> PackedProgram? {
        guard request.packsInterpreter else {
            guard !line.hasWindowsEnd else {
                throw PackError.notAProgram(
                    path: program.path,
                    cause: "it has Windows line ends, so its interpreter would not be found",
                    hint: "'sed -i \"s/\\r$//\" FILE' removes them"
                )
            }
            guard system.interpreters?.contains(line.interpreter) ?? true else {
                throw PackError.missingInterpreter(
                    script: program.path,
                    interpreter: line.interpreter,
                    target: system.name
                )
            }
            return nil
        }
        guard let path = line.path(in: root), let real = root.realHost(path) else {
            throw PackError.noInterpreterHere(script: program.path, interpreter: line.interpreter)
        }
        guard let file = try context.binaries.read(real), file.kind != .sharedObject, file.kind != .other else {
            throw PackError.interpreterIsNoProgram(script: program.path, interpreter: path)
        }
        return PackedProgram(place: "bin/" + Paths.name(line.interpreter), path: real, isMain: request.form != .layer)
    }

    /// The architecture: that of the programs and libraries, else that of the bootstrap program.
    private func machine(of contents: Contents) throws -> Machine {
        let own = contents.closure.roots.first?.file.machine
        let machine = try own ?? BootstrapProgram(path: request.shim).machine(context) ?? .current
        guard machine.isOnLambda else {
            throw PackError.unknownMachine(path: request.program ?? request.shim, machine: machine.description)
        }
        return machine
    }
}
