/// What each event does in each state.
///
/// A line is `state event: next state, actions`, with `=` where the state stays. Pairs that are not here change nothing.
enum LifecycleTable {
    static let classic = """
        new begin: starting(init 2) beginInit, launch
        new warm: starting(init ) beginInit, launch
        new end: ended remove
        warming begin: starting(init 2)
        warming registered: starting(init  runtime) startRuntime
        warming init-error: starting(init  reported) expectExit
        warming init-timeout: resetting(then stopped(ok)) reset(timeout)
        warming memory: resetting(then stopped(ok)) reset(failure at once)
        warming extension: resetting(then stopped(ok)) reset(failure)
        warming exit: resetting(then stopped(ok)) reset(failure)
        warming end: resetting(then ended) reset(spindown)
        warming-runtime begin: starting(init 2 runtime)
        warming-runtime waiting: idle endInit(init ok), rest
        warming-runtime init-error: starting(init  runtime reported) expectExit
        warming-runtime init-timeout: resetting(then stopped(ok)) reset(timeout)
        warming-runtime memory: resetting(then stopped(ok)) reset(failure at once)
        warming-runtime extension: resetting(then stopped(ok)) reset(failure)
        warming-runtime exit: resetting(then stopped(ok)) reset(failure)
        warming-runtime end: resetting(then ended) reset(spindown)
        reset-warming begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        reset-warming gone: stopped(ok) clean, endInit(init exit)
        reset-warming end: resetting(then ended)
        starting begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        starting registered: starting(init 1 runtime) startRuntime
        starting init-error: starting(init 1 reported) expectExit
        starting init-timeout: resetting(then init for 1) reset(timeout)
        starting memory: resetting(then init for 1) reset(failure at once)
        starting extension: resetting(then init for 1) reset(failure)
        starting exit: resetting(then init for 1) reset(failure)
        starting end: resetting(then ended) start(1), logStart(1), fail(1 Sandbox.Failure), finish(1 Sandbox.Failure), reset(spindown)
        starting-runtime begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        starting-runtime waiting: invoking(1) endInit(init ok), wake, start(1), logStart(1), offer(1)
        starting-runtime init-error: starting(init 1 runtime reported) expectExit
        starting-runtime init-timeout: resetting(then init for 1) reset(timeout)
        starting-runtime memory: resetting(then init for 1) reset(failure at once)
        starting-runtime extension: resetting(then init for 1) reset(failure)
        starting-runtime exit: resetting(then init for 1) reset(failure)
        starting-runtime end: resetting(then ended) start(1), logStart(1), fail(1 Sandbox.Failure), finish(1 Sandbox.Failure), reset(spindown)
        starting-reported begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        starting-reported init-timeout: resetting(then init for 1) reset(failure)
        starting-reported memory: resetting(then init for 1) reset(failure at once)
        starting-reported extension: resetting(then init for 1) reset(failure)
        starting-reported exit: resetting(then init for 1) reset(failure)
        starting-reported end: resetting(then ended) start(1), logStart(1), fail(1 Sandbox.Failure), finish(1 Sandbox.Failure), reset(spindown)
        invoking begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        invoking answered: invoking(1!)
        invoking timeout: resetting(then stopped(ok)) fail(1 timeout), reset(timeout)
        invoking memory: resetting(then stopped(ok)) fail(1 Runtime.OutOfMemory), reset(failure at once)
        invoking extension: resetting(then stopped(ok)) fail(1 Extension.Crash), reset(failure)
        invoking exit: resetting(then stopped(ok)) fail(1 exit), reset(failure)
        invoking end: resetting(then ended) fail(1 Sandbox.Failure), finish(1 Sandbox.Failure), reset(spindown)
        answered begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        answered waiting: idle rest, finish(1 ok)
        answered timeout: resetting(then stopped(ok)) reset(timeout)
        answered memory: resetting(then stopped(ok)) reset(failure at once)
        answered extension: resetting(then stopped(ok)) reset(failure)
        answered exit: resetting(then stopped(ok)) reset(failure)
        answered end: resetting(then ended) finish(1 ok), reset(spindown)
        idle begin: invoking(2) wake, start(2), logStart(2), offer(2)
        idle memory: resetting(then stopped(Runtime.OutOfMemory)) reset(failure at once)
        idle extension: resetting(then stopped(Extension.Crash)) reset(failure)
        idle exit: resetting(then stopped(exit)) reset(failure)
        idle end: resetting(then ended) reset(spindown)
        reset-init begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        reset-init gone: starting(invoke 1) clean, endInit(init exit), start(1), launch
        reset-init end: resetting(then ended) start(1), logStart(1), fail(1 Sandbox.Failure), finish(1 Sandbox.Failure)
        repeating begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        repeating registered: starting(invoke 1 runtime) startRuntime
        repeating init-error: starting(invoke 1! reported) fail(1 reported), expectExit
        repeating timeout: resetting(then stopped(ok)) fail(1 timeout), reset(timeout)
        repeating memory: resetting(then stopped(ok)) fail(1 Runtime.OutOfMemory), reset(failure at once)
        repeating extension: resetting(then stopped(ok)) fail(1 Extension.Crash), reset(failure)
        repeating exit: resetting(then stopped(ok)) fail(1 exit), reset(failure)
        repeating end: resetting(then ended) logStart(1), fail(1 Sandbox.Failure), finish(1 Sandbox.Failure), reset(spindown)
        repeating-reported begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        repeating-reported timeout: resetting(then stopped(ok)) reset(failure)
        repeating-reported memory: resetting(then stopped(ok)) reset(failure at once)
        repeating-reported extension: resetting(then stopped(ok)) reset(failure)
        repeating-reported exit: resetting(then stopped(ok)) reset(failure)
        repeating-reported end: resetting(then ended) logStart(1), finish(1 ok), reset(spindown)
        reset-repeated begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        reset-repeated gone: stopped(ok) clean, endInit(invoke exit), logStart(1), finish(1 exit)
        reset-repeated end: resetting(then ended)
        reset-call begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        reset-call gone: stopped(ok) clean, finish(1 exit)
        reset-call end: resetting(then ended)
        reset-idle begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        reset-idle gone: stopped(exit) clean
        reset-idle end: resetting(then ended)
        stopped begin: starting(invoke 2) start(2), launch
        stopped end: resetting(then ended) reset(spindown)
        stopped-late begin: stopped(ok) start(2), logStart(2), fail(2 exit), finish(2 exit)
        stopped-late end: resetting(then ended) reset(spindown)
        reset-end begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        reset-end gone: ended clean, remove
        ended begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        """

    static let concurrent = """
        new begin: starting(init 2) beginInit, start(2), logStart(2), launch
        new warm: starting(init ) beginInit, launch
        new end: ended remove
        warming begin: starting(init 2) start(2), logStart(2)
        warming registered: starting(init  runtime) startRuntime
        warming init-error: starting(init  reported) expectExit
        warming memory: resetting(then stopped(ok)) reset(failure at once)
        warming extension: resetting(then stopped(ok)) reset(failure)
        warming exit: resetting(then stopped(ok)) reset(failure)
        warming end: resetting(then ended) reset(spindown)
        warming-runtime begin: starting(init 2 runtime) start(2), logStart(2)
        warming-runtime waiting: idle endInit(init ok), rest
        warming-runtime init-error: starting(init  runtime reported) expectExit
        warming-runtime memory: resetting(then stopped(ok)) reset(failure at once)
        warming-runtime extension: resetting(then stopped(ok)) reset(failure)
        warming-runtime exit: resetting(then stopped(ok)) reset(failure)
        warming-runtime end: resetting(then ended) reset(spindown)
        reset-warming begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        reset-warming gone: stopped(ok) clean, endInit(init exit)
        reset-warming end: resetting(then ended)
        starting begin: starting(init 1+2) start(2), logStart(2)
        starting registered: starting(init 1 runtime) startRuntime
        starting init-error: starting(init 1 reported) expectExit
        starting timeout: starting(init ) fail(1 timeout), finish(1 timeout)
        starting memory: resetting(then stopped(ok)) fail(1 Runtime.OutOfMemory), reset(failure at once)
        starting extension: resetting(then stopped(ok)) fail(1 Extension.Crash), reset(failure)
        starting exit: resetting(then stopped(ok)) fail(1 exit), reset(failure)
        starting end: resetting(then ended) fail(1 Sandbox.Failure), finish(1 Sandbox.Failure), reset(spindown)
        starting-runtime begin: starting(init 1+2 runtime) start(2), logStart(2)
        starting-runtime waiting: invoking(1) endInit(init ok), offer(1)
        starting-runtime init-error: starting(init 1 runtime reported) expectExit
        starting-runtime timeout: starting(init  runtime) fail(1 timeout), finish(1 timeout)
        starting-runtime memory: resetting(then stopped(ok)) fail(1 Runtime.OutOfMemory), reset(failure at once)
        starting-runtime extension: resetting(then stopped(ok)) fail(1 Extension.Crash), reset(failure)
        starting-runtime exit: resetting(then stopped(ok)) fail(1 exit), reset(failure)
        starting-runtime end: resetting(then ended) fail(1 Sandbox.Failure), finish(1 Sandbox.Failure), reset(spindown)
        starting-reported begin: starting(init 1+2 runtime reported) start(2), logStart(2)
        starting-reported timeout: starting(init  runtime reported) fail(1 timeout), finish(1 timeout)
        starting-reported memory: resetting(then stopped(ok)) fail(1 reported), reset(failure at once)
        starting-reported extension: resetting(then stopped(ok)) fail(1 reported), reset(failure)
        starting-reported exit: resetting(then stopped(ok)) fail(1 reported), reset(failure)
        starting-reported end: resetting(then ended) fail(1 Sandbox.Failure), finish(1 Sandbox.Failure), reset(spindown)
        invoking begin: invoking(1+2) start(2), logStart(2), offer(2)
        invoking answered: idle finish(1 ok)
        invoking timeout: idle fail(1 timeout), finish(1 timeout)
        invoking memory: resetting(then stopped(ok)) fail(1 Runtime.OutOfMemory), reset(failure at once)
        invoking extension: resetting(then stopped(ok)) fail(1 Extension.Crash), reset(failure)
        invoking exit: resetting(then stopped(ok)) fail(1 exit), reset(failure)
        invoking end: resetting(then ended) fail(1 Sandbox.Failure), finish(1 Sandbox.Failure), reset(spindown)
        answered begin: invoking(2) wake, start(2), logStart(2), offer(2)
        answered memory: resetting(then stopped(ok)) reset(failure at once)
        answered extension: resetting(then stopped(ok)) reset(failure)
        answered exit: resetting(then stopped(ok)) reset(failure)
        answered end: resetting(then ended) reset(spindown)
        idle begin: invoking(2) wake, start(2), logStart(2), offer(2)
        idle memory: resetting(then stopped(ok)) reset(failure at once)
        idle extension: resetting(then stopped(ok)) reset(failure)
        idle exit: resetting(then stopped(ok)) reset(failure)
        idle end: resetting(then ended) reset(spindown)
        reset-init begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        reset-init gone: stopped(ok) clean, endInit(init exit), finish(1 exit)
        reset-init end: resetting(then ended)
        repeating begin: starting(init 2) beginInit, start(2), logStart(2), launch
        repeating end: resetting(then ended) reset(spindown)
        repeating-reported begin: starting(init 2) beginInit, start(2), logStart(2), launch
        repeating-reported end: resetting(then ended) reset(spindown)
        reset-repeated begin: starting(init 2) beginInit, start(2), logStart(2), launch
        reset-repeated end: resetting(then ended) reset(spindown)
        reset-call begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        reset-call gone: stopped(ok) clean, finish(1 exit)
        reset-call end: resetting(then ended)
        reset-idle begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        reset-idle gone: stopped(ok) clean
        reset-idle end: resetting(then ended)
        stopped begin: starting(init 2) beginInit, start(2), logStart(2), launch
        stopped end: resetting(then ended) reset(spindown)
        stopped-late begin: starting(init 2) beginInit, start(2), logStart(2), launch
        stopped-late end: resetting(then ended) reset(spindown)
        reset-end begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        reset-end gone: ended clean, remove
        ended begin: = start(2), logStart(2), fail(2 Sandbox.Failure), finish(2 Sandbox.Failure)
        """
}
