import CommandLineKit
import Foundation
import Platform
import SimKit

Descriptor.closeInherited()
// A pipe that took the number of a closed one would get the log, or the answer.
Descriptor.fillStandardStreams(usable: false)
Signals.unblockAll()
Signals.makePipeErrorsHarmless()

let words = Array(CommandLine.arguments.dropFirst())
do {
    let code: ExitCode
    switch words.first {
    case nil: code = try RunCommand.runSample()
    case "run": code = try RunCommand.run(Array(words.dropFirst()))
    case "serve": code = try ServeCommand.run(Array(words.dropFirst()))
    case "event": code = try EventCommand.run(Array(words.dropFirst()))
    default: code = try OverviewCommand.run(words)
    }
    exit(code.rawValue)
} catch let error as UsageError {
    Terminal.report("\(error)")
    exit(ExitCode.usage.rawValue)
} catch let error as SystemError where error == .brokenPipe {
    exit(ExitCode.done.rawValue)
} catch {
    Terminal.report("\(error)")
    exit(ExitCode.failed.rawValue)
}
