/// Sample events, as `shim-sim event` prints them.
package enum SampleEvents {
    /// One of them.
    package struct Sample: Sendable {
        /// What it is asked for by.
        package let name: String
        /// What sends it.
        package let summary: String
        /// The event.
        package let json: String
    }

    /// All of them, in the order in which they are listed.
    package static let all: [Sample] = []
}
