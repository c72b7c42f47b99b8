import Platform

Descriptor.closeInherited()
// A pipe that took the number of a closed one would get the log, or the answer.
Descriptor.fillStandardStreams(usable: false)
Signals.unblockAll()
Signals.makePipeErrorsHarmless()
OverviewCommand.program.run()
