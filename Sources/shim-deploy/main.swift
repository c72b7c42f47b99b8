import Platform

Descriptor.fillStandardStreams()
Signals.unblockAll()
Signals.makePipeErrorsHarmless()
DeployCommand.program.run()
