/// How long to wait before a program that ended at once is started again, while nobody waits for it: a value.
struct Backoff: Equatable {
    /// A program that lives this long did not die at once.
    static let quick: Duration = .seconds(2)
    private static let first: Duration = .milliseconds(100)
    private static let longest: Duration = .seconds(10)

    /// The next wait; zero where the last one lived long enough.
    private(set) var delay: Duration = .zero

    /// One has ended after this time.
    mutating func ended(after life: Duration) {
        if life >= Self.quick {
            delay = .zero
        } else {
            delay = delay == .zero ? Self.first : min(delay * 2, Self.longest)
        }
    }

    /// One has answered an event, so it works.
    mutating func answered() { delay = .zero }
}
