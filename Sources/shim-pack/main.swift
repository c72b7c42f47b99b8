import CommandLineKit
import Foundation
import PackKit
import Platform

Signals.makePipeErrorsHarmless()
var words = Array(CommandLine.arguments.dropFirst())
let isInspection = words.first == "inspect"
if isInspection { words.removeFirst() }
let spec = isInspection ? InspectCommand.spec : PackCommand.spec
do {
    let console = Console(interrupts: try Signals.readable([SIGINT, SIGTERM, SIGHUP]))
    let arguments = try spec.parse(words)
    if arguments.flag("--help") {
        console.data(spec.help)
    } else if arguments.flag("--version") {
        console.data("shim-pack \(version)\n")
    } else if isInspection {
        let starts = try InspectCommand(arguments: arguments, console: console).run()
        exit(starts ? ExitCode.done.rawValue : ExitCode.failed.rawValue)
    } else {
        do {
            try PackCommand(arguments: arguments, console: console).run()
        } catch {
            console.clearProgress()
            throw error
        }
    }
} catch let error as UsageError {
    try? writeAll("shim-pack: \(error)\n", to: 2)
    exit(ExitCode.usage.rawValue)
} catch PackError.interrupted(let signal) {
    Signals.dieBy(signal)
} catch {
    try? writeAll("shim-pack: \(error)\n", to: 2)
    exit(ExitCode.failed.rawValue)
}
