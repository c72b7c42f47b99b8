import Glibc

/// The time of day, for deadlines and log lines on the wire; intervals are measured with `ContinuousClock`.
package enum WallClock {
    /// Milliseconds since 1970-01-01 00:00 UTC.
    package static func millisecondsSinceEpoch() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    /// A moment in UTC as RFC 3339 with milliseconds, `2026-03-04T17:22:38.033Z`.
    package static func timestamp(_ milliseconds: Int64 = millisecondsSinceEpoch()) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ number: some BinaryInteger, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return padded(parts.tm_year + 1900, 4) + "-" + padded(parts.tm_mon + 1, 2) + "-" + padded(parts.tm_mday, 2)
            + "T" + padded(parts.tm_hour, 2) + ":" + padded(parts.tm_min, 2) + ":" + padded(parts.tm_sec, 2)
            + "." + padded(milliseconds % 1000, 3) + "Z"
    }
}
