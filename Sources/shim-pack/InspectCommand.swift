import CommandLineKit
import Foundation
import PackKit

/// `shim-pack inspect [options] FILE.zip|DIR`.
struct InspectCommand {
    static let spec = CommandSpec(
        program: "shim-pack inspect",
        summary: "Says whether a Lambda package would start, also one that somebody else made",
        usage: ["[options] FILE.zip|DIR"],
        options: [
            Option(
                "--target",
                value: "TARGET",
                help: "Where it is to start: provided.al2023, provided.al2 or image",
                default: "provided.al2023"
            ),
            Option("--json", help: "Print the findings as JSON"),
        ],
        notes: ["exit status: 0 it would start, 1 it would not, 64 wrong usage"]
    )

    let arguments: Arguments
    let console: Console

    /// Prints the findings.
    ///
    /// - Returns: Whether the package would start.
    func run() throws -> Bool {
        guard let path = arguments.positionals.first, arguments.positionals.count == 1 else {
            throw UsageError("inspect takes one package", hint: Self.spec.helpHint)
        }
        let target = try arguments.choice("--target", Target.self) ?? .al2023
        let staging = try Staging(named: "shim-pack-inspect")
        defer { staging.remove() }
        let inspection = try Inspector(staging: staging, interrupts: console.interrupts).inspect(path, target: target)
        console.data(arguments.flag("--json") ? try inspection.json() : inspection.text)
        return inspection.wouldStart
    }
}
