import Foundation
import Platform
import SimKit

Descriptor.closeInherited()
// Started by itself, inside namespaces.
if let start = IsolatedStart(Array(CommandLine.arguments.dropFirst())) { exit(start.run()) }
// A pipe that took the number of a closed standard stream would get the log, or the answer.
Descriptor.fillStandardStreams(usable: false)
Signals.unblockAll()
Signals.makePipeErrorsHarmless()
OverviewCommand.program.run()
