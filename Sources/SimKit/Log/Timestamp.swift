import Foundation

/// A moment of the wall clock, for headers, deadlines and log lines.
package struct Timestamp: Sendable, Equatable {
    /// Since 1970, in milliseconds.
    package let milliseconds: Int

    /// A moment.
    package init(milliseconds: Int) { self.milliseconds = milliseconds }

    /// This moment.
    package static var now: Timestamp { Timestamp(milliseconds: Int(Date().timeIntervalSince1970 * 1000)) }

    /// The moment so much later.
    package func advanced(by duration: Duration) -> Timestamp {
        Timestamp(milliseconds: milliseconds + Int(duration.milliseconds.rounded()))
    }

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `2026-08-09T12:34:56.789Z`.
    package var iso8601: String {
        let (year, month, day) = date
        let (hour, minute, second) = time
        return "\(pad(year, 4))-\(pad(month))-\(pad(day))T\(pad(hour)):\(pad(minute)):\(pad(second))."
            + "\(pad(milliseconds % 1000, 3))Z"
    }

    /// `2026-08-09T12:34:56Z`.
    package var iso8601Seconds: String { iso8601.prefix(19) + "Z" }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 5.6.7).
    package var httpDate: String {
        let (year, month, day) = date
        let (hour, minute, second) = time
        let weekday = Self.weekdays[milliseconds / 86_400_000 % 7]
        return "\(weekday), \(pad(day)) \(Self.months[month - 1]) \(pad(year, 4)) "
            + "\(pad(hour)):\(pad(minute)):\(pad(second)) GMT"
    }

    /// `12/Mar/2020:19:03:58 +0000`, as API Gateway writes it.
    package var commonLogFormat: String {
        let (year, month, day) = date
        let (hour, minute, second) = time
        return "\(pad(day))/\(Self.months[month - 1])/\(pad(year, 4)):\(pad(hour)):\(pad(minute)):\(pad(second)) +0000"
    }

    /// `2026/08/09`, as in the name of a log stream.
    package var datePath: String {
        let (year, month, day) = date
        return "\(pad(year, 4))/\(pad(month))/\(pad(day))"
    }

    private var time: (Int, Int, Int) {
        let seconds = milliseconds / 1000 % 86_400
        return (seconds / 3600, seconds / 60 % 60, seconds % 60)
    }

    /// The civil date: days are counted in 400-year eras that begin in March, so that the leap day comes last.
    var date: (year: Int, month: Int, day: Int) {
        let days = milliseconds / 86_400_000 + 719_468
        let era = days / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private func pad(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Duration {
    /// In milliseconds, with decimals.
    package var milliseconds: Double {
        Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15
    }

    /// A time in milliseconds, with decimals.
    package static func fromMilliseconds(_ value: Double) -> Duration { .nanoseconds(Int64(value * 1_000_000)) }
}

/// Two decimals, as REPORT lines have them.
package func twoDecimals(_ number: Double) -> String {
    let hundredths = Int((number * 100).rounded())
    let rest = abs(hundredths % 100)
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
}
