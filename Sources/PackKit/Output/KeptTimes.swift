import Foundation

/// Files whose own time stays in a package, because another file says which time they must have.
enum KeptTimes {
    /// The patterns of their places, each with the reason.
    ///
    /// A zip counts in steps of two seconds; only an image keeps an odd one.
    static let patterns: [(pattern: String, reason: String)] = [
        ("*.jl", "Julia's package caches name the times of their sources (Base.stale_cachefile)"),
        ("*/lib/modules", "Java's class data archive names the time of the modules (-Xshare)"),
    ]

    static func contains(_ place: String) -> Bool { patterns.contains { fnmatch($0.pattern, "/" + place, 0) == 0 } }
}
