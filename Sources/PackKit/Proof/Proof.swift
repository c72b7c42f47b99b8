import Foundation
import Platform
import ToolKit

/// Runs a finished package in the simulator, in a root that has what the target has: the very file that was made is
/// started, and what this machine has beside it does not help.
package struct Proof: Sendable {
    /// An event, and what is to come back.
    package struct Call: Equatable, Sendable {
        /// The event's bytes.
        package let event: [UInt8]
        /// What the answer must be; anything where `nil`.
        package let expected: Expectation?

        /// Describes a call.
        package init(event: [UInt8], expected: Expectation? = nil) {
            self.event = event
            self.expected = expected
        }
    }

    /// What is called, in order.
    package let calls: [Call]
    /// The program `shim-sim`.
    package let simulator: String
    /// A folder to use as the root file system; what the target has where `nil`.
    package let root: String?

    /// Describes what is to be proved.
    package init(calls: [Call], simulator: String, root: String?) {
        self.calls = calls
        self.simulator = simulator
        self.root = root
    }

    /// Its result.
    package struct Result: Equatable, Sendable {
        /// The answers, in order.
        package var answers: [String] = []
        /// What was not proved.
        package var notes: [String] = []
    }

    /// Refuses before the work what could not be run after it.
    func check(_ request: PackRequest) throws {
        guard Files.isExecutable(simulator) else {
            throw PackError.testFailed(
                path: request.output,
                detail: "'\(simulator)' is missing; build it: swift build --product shim-sim"
            )
        }
        guard let root, Disk.kind(Paths.absolute(root)) != .folder else { return }
        throw ToolError.cannotRead(path: root, cause: "it is not a folder")
    }

    /// Runs a package that is finished and not yet in its place.
    ///
    /// - Parameters:
    ///   - package: The file or folder.
    ///   - request: What it was made from.
    ///   - staging: Where events and functions may lie.
    ///   - toolbox: Runs the simulator.
    /// - Returns: The answers.
    /// - Throws: ``PackError/testFailed(path:detail:)`` with what the simulator said, at the first call that fails.
    func run(_ package: String, _ request: PackRequest, staging: Staging, toolbox: Toolbox) throws -> Result {
        let words = try target(package, request, staging: staging) + options(request)
        var result = Result()
        for (index, call) in calls.enumerated() {
            let file = staging.path("event-\(index).json")
            try Disk.write(Data(call.event), to: file)
            let run = try toolbox.result(.at(simulator), ["run"] + words + ["--event", file])
            // The package lies in a folder that the user does not know.
            let log = run.errors.replacing(package, with: request.output)
            guard run.succeeded else {
                let said = (log + run.text).trimmingCharacters(in: .whitespacesAndNewlines)
                throw PackError.testFailed(path: request.output, detail: "\(run.status)\n\(said)")
            }
            if let expected = call.expected, !expected.matches(run.text) {
                let number = calls.count > 1 ? " to event \(index + 1)" : ""
                throw PackError.testFailed(
                    path: request.output,
                    detail: "another answer\(number)\nexpected: \(expected.text)\n     got: \(run.text)"
                )
            }
            result.answers.append(run.text)
            for line in log.split(separator: "\n") where line.hasPrefix("shim-sim: ") {
                let note = "test: " + line.dropFirst("shim-sim: ".count)
                if !result.notes.contains(note) { result.notes.append(note) }
            }
        }
        return result
    }

    /// What the simulator is to run.
    private func target(_ package: String, _ request: PackRequest, staging: Staging) throws -> [String] {
        guard request.form == .layer else {
            // Where a layer starts the function, the handler says what the function is.
            guard request.form == .function, let program = request.program else { return [package] }
            return [package, "--handler", Paths.name(program)]
        }
        // A layer is proved by a function that uses it: the program of the layer, or what any function does, answer.
        let folder = staging.path("function")
        try Disk.makeFolder(folder)
        let program = request.program.map { "exec /opt/bin/" + LaunchLine.quoted(Paths.name($0)) } ?? "exec cat"
        try write("#!/bin/sh\n\(program)\n", to: folder + "/function.sh")
        if request.shim == nil {
            // A layer that starts nothing by itself is for functions that do.
            let shim = try Paths.companion("shim")
            try write("#!/bin/sh\nexec ./shim ./function.sh\n", to: folder + "/bootstrap")
            try Disk.copy(shim, to: folder + "/shim")
            try Disk.setMode(folder + "/shim", 0o755)
        }
        return [folder, "--layer", package, "--handler", "function.sh"]
    }

    private func write(_ text: String, to path: String) throws {
        try Disk.write(Data(text.utf8), to: path)
        try Disk.setMode(path, 0o755)
    }

    private func options(_ request: PackRequest) -> [String] {
        // A first start may have to read a large package from a slow disk; how much memory it needs is another question.
        var words = ["--timeout", "60", "--memory", "10240"]
        for layer in request.layers { words += ["--layer", Paths.absolute(layer)] }
        guard request.form != .image else { return words }
        return words + ["--isolate-if-possible", "--root", root.map(Paths.absolute) ?? "bare"]
    }
}
