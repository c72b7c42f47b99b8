/// When a schedule of EventBridge is due: `rate(5 minutes)` or `cron(0 12 * * ? *)`.
///
/// Source: "Schedule expressions" in the EventBridge user guide.
package enum ScheduleExpression: Equatable, Sendable {
    /// Every so often, for the first time when that has passed once.
    case rate(minutes: Int)
    /// At the times that fit.
    case cron(Cron)

    /// The fields of a cron expression.
    package struct Cron: Equatable, Sendable {
        package let minutes: Set<Int>
        package let hours: Set<Int>
        package let months: Set<Int>
        package let years: Set<Int>?
        package let days: DayRule
    }

    /// Which days of a month fit.
    package enum DayRule: Equatable, Sendable {
        /// Every day.
        case any
        /// Days by number.
        case numbers(Set<Int>)
        /// The last day, or so many before it.
        case last(minus: Int)
        /// The working day that is nearest to a day; 0 for the last working day.
        case workingDay(near: Int)
        /// Days of the week, 1 is Sunday.
        case weekdays(Set<Int>)
        /// The nth of a day of the week, `3#2`.
        case nth(weekday: Int, Int)
        /// The last of a day of the week, `6L`.
        case lastWeekday(Int)
    }

    /// Reads an expression.
    ///
    /// - Returns: `nil` where EventBridge would not take it.
    package init?(_ text: String) {
        guard let (kind, inner) = Self.parts(text) else { return nil }
        let words = inner.split(separator: " ").map(String.init)
        switch kind {
        case "rate":
            guard words.count == 2, let number = Int(words[0]), (1...10_000_000).contains(number) else { return nil }
            let units = ["minute": 1, "hour": 60, "day": 1440]
            // One is a minute, more are minutes.
            let unit = number == 1 ? words[1] : words[1].hasSuffix("s") ? String(words[1].dropLast()) : ""
            guard let factor = units[unit] else { return nil }
            self = .rate(minutes: number * factor)
        case "cron":
            guard let cron = Cron(words) else { return nil }
            self = .cron(cron)
        default: return nil
        }
    }

    /// `rate` and `5 minutes` of `rate(5 minutes)`.
    private static func parts(_ text: String) -> (kind: Substring, inner: Substring)? {
        guard let open = text.firstIndex(of: "("), text.hasSuffix(")") else { return nil }
        return (text[..<open], text[text.index(after: open)...].dropLast())
    }

    /// What EventBridge Scheduler takes, to be shown.
    package static let forms = "rate(5 minutes), cron(0 8 * * ? *) or at(2026-01-31T08:00:00)"

    /// Whether EventBridge Scheduler takes an expression.
    ///
    /// It takes what the rules of EventBridge take, `at(2026-01-31T08:00:00)`, and units in either number. Source:
    /// ScheduleExpression of CreateSchedule, and "Schedule types" in its user guide.
    package static func isForScheduler(_ text: String) -> Bool {
        guard let (kind, inner) = parts(text) else { return false }
        switch kind {
        case "at": return isMoment(inner)
        case "rate":
            let words = inner.split(separator: " ")
            let units: Set<Substring> = ["minute", "minutes", "hour", "hours", "day", "days"]
            return words.count == 2 && (Int(words[0]) ?? 0) >= 1 && units.contains(words[1])
        default: return ScheduleExpression(text) != nil
        }
    }

    /// The days of a month.
    package static func lengthOfMonth(_ year: Int, _ month: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// `2026-01-31T08:00:00`.
    private static func isMoment(_ text: Substring) -> Bool {
        let form = "0000-00-00T00:00:00"
        guard text.utf8.count == form.utf8.count else { return false }
        for (byte, wanted) in zip(text.utf8, form.utf8) {
            let isDigit: Bool = byte >= 0x30 && byte <= 0x39
            if wanted == 0x30 ? !isDigit : byte != wanted { return false }
        }
        let numbers = text.split { "-T:".contains($0) }.compactMap { Int($0) }
        return (1970...9999).contains(numbers[0]) && (1...12).contains(numbers[1])
            && (1...lengthOfMonth(numbers[0], numbers[1])).contains(numbers[2])
            && numbers[3] < 24 && numbers[4] < 60 && numbers[5] < 60
    }
}

extension ScheduleExpression.Cron {
    private static let monthNames = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ]
    private static let weekdayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

    init?(_ fields: [String]) {
        guard fields.count == 6, (fields[2] == "?") != (fields[4] == "?"),
            let minutes = Self.numbers(fields[0], 0...59), let hours = Self.numbers(fields[1], 0...23),
            let months = Self.numbers(fields[3], 1...12, names: Self.monthNames),
            let days = fields[4] == "?" ? Self.days(fields[2]) : Self.weekdays(fields[4])
        else { return nil }
        if fields[5] == "*" {
            years = nil
        } else {
            guard let given = Self.numbers(fields[5], 1970...2199) else { return nil }
            years = given
        }
        self.minutes = minutes
        self.hours = hours
        self.months = months
        self.days = days
    }

    /// `*`, `5`, `1-5`, `0/15`, `10-20/5`, and lists of them.
    private static func numbers(_ text: String, _ range: ClosedRange<Int>, names: [String] = []) -> Set<Int>? {
        func number(_ text: Substring) -> Int? {
            if let index = names.firstIndex(of: text.uppercased()) { return index + 1 }
            return text.utf8.allSatisfy { $0 &- 0x30 < 10 } ? Int(text) : nil
        }
        var all: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "/", omittingEmptySubsequences: false)
            guard (1...2).contains(halves.count) else { return nil }
            var step = 1
            if halves.count == 2 {
                guard let given = number(halves[1]), given >= 1 else { return nil }
                step = given
            }
            let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
            let bounds: ClosedRange<Int>
            if halves[0] == "*" {
                bounds = range
            } else if ends.count == 2, let low = number(ends[0]), let high = number(ends[1]), low <= high {
                bounds = low...high
            } else if ends.count == 1, let low = number(ends[0]) {
                guard low <= range.upperBound else { return nil }
                bounds = low...(halves.count == 2 ? range.upperBound : low)
            } else {
                return nil
            }
            guard range.contains(bounds.lowerBound), range.contains(bounds.upperBound) else { return nil }
            all.formUnion(stride(from: bounds.lowerBound, through: bounds.upperBound, by: step))
        }
        return all
    }

    private static func days(_ text: String) -> ScheduleExpression.DayRule? {
        if text == "*" { return .any }
        if text == "L" { return .last(minus: 0) }
        if text == "LW" { return .workingDay(near: 0) }
        if text.hasPrefix("L-"), let days = Int(text.dropFirst(2)), (1...30).contains(days) {
            return .last(minus: days)
        }
        if text.hasSuffix("W"), let day = Int(text.dropLast()), (1...31).contains(day) { return .workingDay(near: day) }
        return numbers(text, 1...31).map { .numbers($0) }
    }

    private static func weekdays(_ text: String) -> ScheduleExpression.DayRule? {
        if text == "*" { return .any }
        // `L` alone is Saturday, the last day of the week.
        if text == "L" { return .weekdays([7]) }
        if text.hasSuffix("L"), let days = numbers(String(text.dropLast()), 1...7, names: weekdayNames), days.count == 1
        {
            return days.first.map { .lastWeekday($0) }
        }
        let parts = text.split(separator: "#")
        if parts.count == 2 {
            guard let day = numbers(String(parts[0]), 1...7, names: weekdayNames)?.first, let turn = Int(parts[1]),
                (1...5).contains(turn)
            else { return nil }
            return .nth(weekday: day, turn)
        }
        return numbers(text, 1...7, names: weekdayNames).map { .weekdays($0) }
    }
}
