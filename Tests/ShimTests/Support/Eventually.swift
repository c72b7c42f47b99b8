import Glibc
import Testing

/// Waits until a condition holds, and fails after a generous deadline.
func eventually(
    _ what: String,
    within limit: Duration = .seconds(20),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) rethrows {
    let end = ContinuousClock.now.advanced(by: limit)
    while ContinuousClock.now < end {
        if try condition() { return }
        _ = Glibc.poll(nil, 0, 5)
    }
    Issue.record("did not happen: \(what)", sourceLocation: sourceLocation)
}
