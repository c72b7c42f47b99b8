/// Why a package could not be made, or would not start.
///
/// The text of a case is the error line without the program's name, and a remedy on a line of its own where there is one.
package enum PackError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The program is neither an ELF executable nor a script.
    case notAProgram(path: String, cause: String, hint: String? = nil)
    /// Libraries were not found.
    case missingLibraries([MissingLibrary])
    /// Two different files want the same place in the package.
    case nameClash(name: String, first: String, second: String)
    /// A file of another architecture than the program.
    case mixedMachines(path: String, machine: String, program: String, programMachine: String)
    /// An architecture that Lambda does not have.
    case unknownMachine(path: String, machine: String)
    /// A library lacks a version that a file needs from it.
    case missingVersion(file: String, version: String, library: String)
    /// The target's glibc is too old and was asked for.
    case glibcTooOld(reason: String, target: String)
    /// The interpreter of a script is not on the target.
    case missingInterpreter(script: String, interpreter: String, target: String)
    /// The first line of a script names nothing that is here.
    case noInterpreterHere(script: String, interpreter: String)
    /// The interpreter of a script is here, but itself a script or something else that only another program runs.
    case interpreterIsNoProgram(script: String, interpreter: String)
    /// `--interpreter` was given for something that is not a script.
    case interpreterWithoutScript(path: String)
    /// The bootstrap program cannot be used.
    case unusableShim(path: String, cause: String, hint: String)
    /// No bootstrap program for this architecture came with the packer.
    case noShim(machine: String, folders: [String])
    /// The template cannot be rendered for this program.
    case unusableTemplate(path: String, cause: String)
    /// There is more to include than an archive holds.
    case tooManyFiles(path: String, limit: Int)
    /// What was asked to be included is not there.
    case nothingToInclude(pattern: String)
    /// A place inside the package that would lie outside it, or on one of its own files.
    case badDestination(String, cause: String)
    /// The package is larger than Lambda allows.
    case tooLarge(bytes: Int, limit: Int, largest: String, isStripped: Bool = false)
    /// A file is not a zip archive, or a damaged one.
    case damagedZip(path: String, cause: String)
    /// A base image or another input of an image cannot be used.
    case unusableBase(path: String, cause: String, hint: String? = nil)
    /// A variable that cannot be set.
    case badVariable(String, cause: String)
    /// The program failed while it was watched.
    case observedProgramFailed(program: String, status: String, output: String)
    /// Files that the program was seen to use will not be where it looks for them.
    case notFoundThere(paths: [String])
    /// The program failed once it was told where its files will be.
    case failsThere(Observation.Failure)
    /// The finished package failed its test.
    case testFailed(path: String, detail: String)
    /// A recipe of a language that cannot be read.
    case badRecipe(String, line: Int, cause: String)
    /// A language that no recipe is for.
    case unknownLanguage(String, known: [String])
    /// A language or a module of it that this machine does not have.
    case probeFailed(language: String, what: String, detail: String)
    /// Two things were asked for that exclude each other, or one that makes no sense here.
    case contradiction(String, hint: String)

    /// The part that names what failed, the object and the cause.
    package var message: String {
        switch self {
        case .notAProgram(let path, let cause, _): "cannot pack '\(path)': \(cause)"
        case .missingLibraries(let libraries): Self.message(libraries)
        case .nameClash(let name, let first, let second):
            "cannot put two files at '\(name)': '\(first)' and '\(second)' differ"
        case .mixedMachines(let path, let machine, let program, let programMachine):
            "cannot pack '\(path)': it is for \(machine), '\(program)' for \(programMachine)"
        case .unknownMachine(let path, let machine):
            "cannot pack '\(path)': it is for \(machine), which Lambda does not have"
        case .missingVersion(let file, let version, let library):
            "cannot pack '\(file)': it needs \(version), which '\(library)' does not have"
        case .glibcTooOld(let reason, _): reason
        case .missingInterpreter(let script, let interpreter, let target):
            "cannot pack '\(script)': \(target) does not have its interpreter '\(interpreter)'"
        case .noInterpreterHere(let script, let interpreter):
            "cannot pack the interpreter of '\(script)': '\(interpreter)' is not on this machine"
        case .interpreterIsNoProgram(let script, let interpreter):
            "cannot pack the interpreter of '\(script)': '\(interpreter)' is not an ELF program"
        case .interpreterWithoutScript(let path): "cannot pack the interpreter of '\(path)': it is not a script"
        case .unusableShim(let path, let cause, _): "cannot use '\(path)' as the bootstrap program: \(cause)"
        case .noShim(let machine, let folders):
            "no bootstrap program for \(machine): there is neither 'shim' nor 'shim-\(machine)' for it in "
                + folders.map { "'\($0)'" }.joined(separator: " or ")
        case .unusableTemplate(let path, let cause): "cannot use template '\(path)': \(cause)"
        case .tooManyFiles(let path, let limit): "cannot pack '\(path)': it has more than \(limit) files"
        case .nothingToInclude(let pattern): "cannot include '\(pattern)': no such file"
        case .badDestination(let destination, let cause): "cannot put a file at '\(destination)': \(cause)"
        case .tooLarge(let bytes, let limit, let largest, _):
            "the package is too large: \(bytes) bytes unpacked, Lambda takes \(limit); the largest: \(largest)"
        case .damagedZip(let path, let cause): "cannot read zip archive '\(path)': \(cause)"
        case .unusableBase(let path, let cause, _): "cannot use base image '\(path)': \(cause)"
        case .badVariable(let text, let cause): "cannot set '\(text)': \(cause)"
        case .observedProgramFailed(let program, let status, let output):
            "cannot observe '\(program)': \(status)" + (output.isEmpty ? "" : "\n" + output)
        case .notFoundThere(let paths):
            "the program would not find \(paths.count == 1 ? "a file" : "\(paths.count) files"): "
                + paths.joined(separator: ", ")
        case .failsThere(let failure):
            "where only its variables lead to its files, the program fails: \(failure.status)"
                + (failure.output.isEmpty ? "" : "\n" + failure.output)
        case .badRecipe(let recipe, let line, let cause): "recipe '\(recipe)', line \(line): \(cause)"
        case .unknownLanguage(let name, _): "unknown language '\(name)'"
        case .probeFailed(_, let what, let detail): "cannot take along \(what): \(detail)"
        case .testFailed(let path, let detail): "the test of '\(path)' failed: \(detail)"
        case .contradiction(let message, _): message
        }
    }

    /// What to do about it, where there is something to do.
    package var hint: String? {
        switch self {
        case .notAProgram(_, _, let hint): hint
        case .testFailed: "no package was written; without --test there would be one"
        case .missingLibraries: "install it, or name its folder with LD_LIBRARY_PATH (with --sysroot: install it there)"
        case .nameClash: "leave one of them out, or give an included one another place: --include PATH=DEST"
        case .mixedMachines: "a package has one architecture; for a foreign one name its root with --sysroot"
        case .missingVersion: "the library is older than the one it was built with: install the newer one"
        case .glibcTooOld(_, let target):
            target == Target.image.rawValue
                ? "leave out --glibc target, or put it on a --base that has one"
                : "leave out --glibc target, or build on a system as old as \(target)"
        case .missingInterpreter(_, let interpreter, _):
            "take it along with --interpreter, or name the layer that has '\(interpreter)' with --layer-for FILE"
        case .noInterpreterHere: "install it, or correct the first line of the script"
        case .interpreterIsNoProgram: "in the script's first line, name the program that this one finally starts"
        case .unusableShim(_, _, let hint): hint
        case .unusableBase(_, _, let hint): hint
        case .noShim(let machine, _):
            "put 'bin/shim' of the release for \(machine) there as 'shim-\(machine)', or name it with --shim FILE"
        case .unusableTemplate: "templates/bootstrap.tmpl is the one to start from"
        case .tooLarge(_, _, _, let isStripped):
            "leave files out" + (isStripped ? "" : ", strip with --strip")
                + ", move some into layers (they count as well), "
                + "or make an image: --image"
        case .tooManyFiles: "leave some out, or put them into one archive that the program reads"
        case .badVariable: "--env NAME=VALUE"
        case .observedProgramFailed:
            "it ran here, with Lambda's variables and HOME=/tmp: the event or the program is wrong, not the package"
        case .notFoundThere:
            "an image has them in their own places: --image FILE; or tell the program where they are, with --env or an argument"
        case .failsThere:
            "another value may do, with --env; an image has all files in their own places: --image FILE"
        case .unknownLanguage(_, let known): "one of " + known.joined(separator: ", ") + ", or the path of a recipe"
        case .probeFailed(let language, _, _): "it must be installed here, for the '\(language)' that is first in PATH"
        case .contradiction(_, let hint): hint
        default: nil
        }
    }

    package var description: String { message + (hint.map { "\nhint: " + $0 } ?? "") }

    private static func message(_ libraries: [MissingLibrary]) -> String {
        libraries.map { library in
            "cannot find library '\(library.name)': needed by \(library.neededBy.joined(separator: ", ")), "
                + "looked in \(library.lookedIn.joined(separator: ", "))"
        }.joined(separator: "\n")
    }
}

/// A library that is needed and not there.
package struct MissingLibrary: Equatable, Sendable {
    /// The name it is asked for by.
    package let name: String
    /// The files that need it.
    package let neededBy: [String]
    /// The places that were searched.
    package let lookedIn: [String]

    /// Describes a missing library.
    package init(name: String, neededBy: [String], lookedIn: [String]) {
        self.name = name
        self.neededBy = neededBy
        self.lookedIn = lookedIn
    }
}
