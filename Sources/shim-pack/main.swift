import Platform

Signals.makePipeErrorsHarmless()
PackCommand.program.run()
