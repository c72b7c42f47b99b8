import Testing

@testable import ShimRuntime

@Suite struct StoppingTests {
    private let start = ContinuousClock.now
    private let grace = Stopping.Grace(term: .seconds(1), kill: .seconds(2))

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start.advanced(by: .seconds(seconds)) }

    @Test func everyStepInItsTime() {
        var stopping = Stopping.running
        #expect(stopping.due == nil && stopping.reason == nil)
        #expect(stopping.advance(at(100)) == nil)
        #expect(stopping.ask(.deadline, grace, now: at(0)) == .ask)
        #expect(stopping == .asked(.deadline, killAt: at(1), patience: .seconds(2)))
        #expect(stopping.due == at(1))
        #expect(stopping.advance(at(0.9)) == nil)
        #expect(stopping.advance(at(1)) == .kill)
        #expect(stopping == .killed(.deadline, giveUpAt: at(3)))
        #expect(stopping.advance(at(2.9)) == nil)
        #expect(stopping.advance(at(3)) == .abandon)
        #expect(stopping == .abandoned(.deadline))
        #expect(stopping.due == nil)
        #expect(stopping.advance(at(100)) == nil)
    }

    @Test func firstReasonStaysButForASignalToTheShim() {
        var stopping = Stopping.running
        _ = stopping.ask(.replaced, grace, now: at(0))
        #expect(stopping.ask(.deadline, grace, now: at(0)) == .ask)
        #expect(stopping.reason == .replaced)
        #expect(stopping.ask(.shutdown(15), grace, now: at(0)) == .ask)
        #expect(stopping.reason == .shutdown(15))
        _ = stopping.advance(at(1))
        #expect(stopping.ask(.shutdown(2), grace, now: at(1)) == nil)
        #expect(stopping.reason == .shutdown(2))
        _ = stopping.advance(at(3))
        #expect(stopping.ask(.shutdown(1), grace, now: at(3)) == nil)
        #expect(stopping == .abandoned(.shutdown(1)))
    }

    @Test func secondReasonNeverGivesMoreTime() {
        var stopping = Stopping.running
        _ = stopping.ask(.deadline, grace, now: at(0))
        _ = stopping.ask(.replaced, Stopping.Grace(term: .seconds(60), kill: .seconds(60)), now: at(0))
        #expect(stopping == .asked(.deadline, killAt: at(1), patience: .seconds(2)))
        _ = stopping.ask(.replaced, Stopping.Grace(term: .zero, kill: .seconds(1)), now: at(0.5))
        #expect(stopping.advance(at(0.5)) == .kill)
        #expect(stopping == .killed(.deadline, giveUpAt: at(1.5)))
        _ = stopping.ask(.shutdown(15), Stopping.Grace(term: .zero, kill: .zero), now: at(0.6))
        #expect(stopping.advance(at(0.6)) == .abandon)
    }

    @Test func marginIsAQuarterAtMost() {
        let deadline = Invocation.Deadline(instant: at(2), received: at(0))
        #expect(TimeLimit(deadline, margin: .seconds(60)) == TimeLimit(stopAt: at(1.5), margin: .milliseconds(500)))
        #expect(TimeLimit(deadline, margin: .zero).killAt == at(2))
        #expect(TimeLimit(deadline, margin: .milliseconds(400)).killAt == at(1.8))
    }
}
