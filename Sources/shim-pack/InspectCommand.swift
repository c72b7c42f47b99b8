import CommandLineKit
import Foundation
import PackKit
import Platform

/// `shim-pack inspect [options] FILE.zip|FILE.tar|DIR`.
struct InspectCommand {
    static let spec = CommandSpec(
        program: "shim-pack inspect",
        summary: "says whether a Lambda package would start, whoever made it",
        usage: ["[options] FILE.zip|FILE.tar|DIR"],
        options: [
            Option(
                "--target",
                value: "TARGET",
                type: .word(of: Target.self),
                help: "Where it will run: provided.al2023, provided.al2 or image",
                default: "provided.al2023"
            ),
            Option("--json", help: "Print the findings as JSON"),
        ],
        notes: [
            "FILE.tar is a container image, as 'shim-pack --image' or 'docker save' writes it.",
            "exit status: 0 it would start, 1 it would not, 64 wrong usage",
        ]
    )

    /// Prints the findings.
    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        guard let path = arguments.positionals.first, arguments.positionals.count == 1 else {
            throw UsageError("inspect takes one package", hint: spec.helpHint)
        }
        let target = arguments.choice("--target", Target.self) ?? .al2023
        let interrupts = try PackCommand.interrupts()
        let staging = try Staging(named: "shim-pack-inspect")
        defer { staging.remove() }
        let inspection = try Inspector(staging: staging, interrupts: interrupts).inspect(path, target: target)
        try console.print(arguments.flag("--json") ? try inspection.json() : inspection.text)
        return inspection.wouldStart ? .done : .failed
    }
}
