import Platform

/// The account and region that a simulator plays, and the ARNs in it.
package struct Place: Sendable, Equatable {
    /// `us-east-1`.
    package var region: String
    /// Twelve digits.
    package var account: String

    /// A place.
    package init(region: String, account: String) {
        self.region = region
        self.account = account
    }

    func function(_ name: String, _ qualifier: String? = nil) -> String {
        "arn:aws:lambda:\(region):\(account):function:\(name)" + (qualifier.map { ":" + $0 } ?? "")
    }

    func layer(_ name: String) -> String { "arn:aws:lambda:\(region):\(account):layer:\(name)" }

    func layer(_ name: String, version: Int) -> String { "\(layer(name)):\(version)" }

    func signing(_ id: String) -> String { "arn:aws:lambda:\(region):\(account):code-signing-config:\(id)" }

    func mapping(_ id: String) -> String { "arn:aws:lambda:\(region):\(account):event-source-mapping:\(id)" }
}

/// When something is changed, and the new revision it gets.
package struct Stamp: Sendable, Equatable {
    /// The moment.
    package let time: Timestamp
    /// A UUID that nothing else has.
    package let revisionID: String

    /// A stamp.
    package init(time: Timestamp, revisionID: String) {
        self.time = time
        self.revisionID = revisionID
    }

    /// This moment.
    package static var now: Stamp { Stamp(time: .now, revisionID: Identifiers.uuid()) }

    /// `2026-08-09T12:34:56.789+0000`, as `LastModified` has it.
    var lastModified: String { time.iso8601.dropLast() + "+0000" }
}
