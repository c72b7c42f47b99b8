import Foundation
import Platform

/// How this program, started once more in namespaces of its own, puts a root file system together, becomes Lambda's user in
/// it and then the function.
package struct IsolatedStart: Equatable {
    /// The first word of such a start.
    package static let word = "--become-isolated-function"

    /// Whether it is the machine's own superuser; else the one of a user namespace that has room for one user.
    var keepsOwners: Bool
    /// An empty folder to put the root together in.
    var scratch: String
    /// The working directory.
    var directory: String
    var steps: [RootStep]
    var executable: String
    /// The program's name first.
    var arguments: [String]

    /// In front of variables that the loader of the tools in between would obey.
    private static let mark = "SHIM_SIM_FOR_FUNCTION_"

    /// The function's variables as the programs in between may see them.
    static func concealed(_ variables: [String: String]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: variables.map { ($0.hasPrefix("LD_") ? mark + $0 : $0, $1) })
    }

    private static func revealed(_ variables: [String: String]) -> [String] {
        variables.map { "\($0.hasPrefix(mark) ? String($0.dropFirst(mark.count)) : $0)=\($1)" }.sorted()
    }
}

// MARK: - As words of a command line

extension IsolatedStart {
    /// The arguments of the start.
    var words: [String] {
        [Self.word, keepsOwners ? "superuser" : "user", scratch, directory] + steps.flatMap { Self.words($0) } + ["--"]
            + [executable] + arguments
    }

    private static func words(_ step: RootStep) -> [String] {
        switch step {
        case .folder(let place): ["folder", place, ""]
        case .link(let place, let target): ["link", place, target]
        case .show(let source, let place): ["show", place, source]
        case .sealAndAddDevices: ["seal", "", ""]
        case .share(let source, let place): ["share", place, source]
        }
    }

    /// Reads the arguments that follow the program's name.
    package init?(_ words: [String]) {
        guard words.first == Self.word, words.count > 4 else { return nil }
        (keepsOwners, scratch, directory) = (words[1] == "superuser", words[2], words[3])
        steps = []
        var rest = words.dropFirst(4)
        while let kind = rest.first, kind != "--" {
            guard rest.count > 3 else { return nil }
            let (place, other) = (rest[rest.startIndex + 1], rest[rest.startIndex + 2])
            switch kind {
            case "folder": steps.append(.folder(place))
            case "link": steps.append(.link(place, to: other))
            case "show": steps.append(.show(other, at: place))
            case "seal": steps.append(.sealAndAddDevices)
            case "share": steps.append(.share(other, at: place))
            default: return nil
            }
            rest = rest.dropFirst(3)
        }
        guard rest.count > 2 else { return nil }
        executable = rest[rest.startIndex + 1]
        arguments = Array(rest.dropFirst(2))
    }
}

// MARK: - The start

extension IsolatedStart {
    /// Becomes the function; comes back only where that fails, with the exit status.
    package func run() -> Int32 {
        let variables = Self.revealed(ProcessInfo.processInfo.environment)
        do throws(SystemError) {
            try prepare()
        } catch {
            return fail("cannot isolate the function", error, status: 1)
        }
        let error = OwnProcess.execute(executable, arguments, environment: variables)
        return fail("failed to execute \(executable)", error, status: 127)
    }

    /// In the form that ``Isolator/startFailure(_:_:lastLine:)`` knows.
    private func fail(_ what: String, _ error: SystemError, status: Int32) -> Int32 {
        let cause = status == 127 ? SystemError.text(error.errno) : error.description
        try? writeAll("shim-sim: \(what): \(cause)\n", to: 2)
        return status
    }

    private func prepare() throws(SystemError) {
        guard let user = UInt32(Isolator.user), let group = UInt32(Isolator.group) else { return }
        // As /proc/self/mountinfo will name it.
        let root = realPath(scratch) ?? scratch
        try Mounts.memory(at: root)
        try Files.withMask(0o022) { () throws(SystemError) in
            for step in steps { try carryOut(step, in: root) }
        }
        try Mounts.seal(root, onlyItself: true)
        if keepsOwners {
            try OwnProcess.enter(root: root, directory: directory)
            try OwnProcess.become(user: user, group: group)
        } else {
            try OwnProcess.appear(as: user, group: group)
            try OwnProcess.enter(root: root, directory: directory)
        }
        try OwnProcess.forbidNewPrivileges()
    }

    private func carryOut(_ step: RootStep, in root: String) throws(SystemError) {
        switch step {
        case .folder(let place): try Files.makeFolder(root + place)
        case .link(let place, let target): try Files.makeLink(root + place, to: target)
        case .show(let source, let place):
            // One that has gone since it was listed, or may not be looked at, is not there.
            guard Files.status(source) != nil else { return }
            try show(source, at: root + place)
        case .sealAndAddDevices:
            try Mounts.seal(root, onlyItself: false)
            try addDevices(in: root)
        case .share(let source, let place): try show(source, at: root + place)
        }
    }

    private func show(_ source: String, at place: String) throws(SystemError) {
        if Files.entry(place) == nil {
            if Files.status(source)?.isDirectory == true {
                try Files.makeFolder(place)
            } else {
                try Files.write("", to: place)
            }
        }
        try Mounts.show(source, at: place)
    }

    private func addDevices(in root: String) throws(SystemError) {
        for folder in ["/dev", "/dev/shm", "/proc"] { try Files.makeFolder(root + folder) }
        for name in ["null", "zero", "full", "random", "urandom", "tty"] {
            try show("/dev/" + name, at: root + "/dev/" + name)
        }
        let links = [("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")]
        for (name, number) in links { try Files.makeLink("\(root)/dev/\(name)", to: "/proc/self/fd" + number) }
        try Mounts.processes(at: root + "/proc")
    }

    private func realPath(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }
}
