import FunctionFile

extension ScheduleExpression {
    /// The next time that it is due, in UTC.
    ///
    /// - Parameter time: The moment after which.
    /// - Returns: `nil` where it is never due again.
    package func next(after time: Timestamp) -> Timestamp? {
        switch self {
        case .rate(let minutes): time.advanced(by: .seconds(minutes * 60))
        case .cron(let cron): cron.next(after: time)
        }
    }
}

extension ScheduleExpression.Cron {
    func next(after time: Timestamp) -> Timestamp? {
        // The next whole minute.
        let first = time.milliseconds / 60_000 + 1
        var day = first / 1440
        var start = first % 1440
        // The calendar repeats itself after 400 years; beyond the last year nothing is due.
        let lastDay = Timestamp.days(year: 2200, month: 1, day: 1)
        while day < lastDay {
            if fits(day) {
                for hour in hours.sorted() where hour * 60 + 59 >= start {
                    for minute in minutes.sorted() where hour * 60 + minute >= start {
                        return Timestamp(milliseconds: ((day * 24 + hour) * 60 + minute) * 60_000)
                    }
                }
            }
            day += 1
            start = 0
        }
        return nil
    }

    private func fits(_ day: Int) -> Bool {
        let date = Timestamp(milliseconds: day * 86_400_000).date
        guard months.contains(date.month), years?.contains(date.year) ?? true else { return false }
        let length = ScheduleExpression.lengthOfMonth(date.year, date.month)
        let weekday = Self.weekday(day)
        switch days {
        case .any: return true
        case .numbers(let numbers): return numbers.contains(date.day)
        case .last(let minus): return date.day == length - minus
        case .weekdays(let wanted): return wanted.contains(weekday)
        case .nth(let wanted, let turn): return weekday == wanted && (date.day - 1) / 7 + 1 == turn
        case .lastWeekday(let wanted): return weekday == wanted && date.day + 7 > length
        case .workingDay(let near):
            let wanted = near == 0 ? length : near
            guard wanted <= length else { return false }
            return date.day == Self.workingDay(near: wanted, length, weekday: Self.weekday(day - date.day + wanted))
        }
    }

    /// 1 is Sunday; the first day of 1970 was a Thursday.
    private static func weekday(_ day: Int) -> Int { (day + 4) % 7 + 1 }

    /// Saturday goes back, Sunday forth, but never into another month.
    private static func workingDay(near day: Int, _ length: Int, weekday: Int) -> Int {
        switch weekday {
        case 7: day == 1 ? 3 : day - 1
        case 1: day == length ? day - 2 : day + 1
        default: day
        }
    }
}

extension Timestamp {
    /// The days from 1970 to a date.
    static func days(year: Int, month: Int, day: Int) -> Int {
        var days = 0
        for past in 1970..<year { days += (1...12).reduce(0) { $0 + ScheduleExpression.lengthOfMonth(past, $1) } }
        for past in 1..<month { days += ScheduleExpression.lengthOfMonth(year, past) }
        return days + day - 1
    }
}
