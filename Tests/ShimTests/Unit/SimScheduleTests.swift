import Platform
import Testing

@testable import FunctionFile
@testable import SimKit

@Suite struct SimScheduleTests {
    /// `2026-01-31T23:59` as a moment.
    static func time(_ text: String) -> Timestamp {
        let numbers = text.split { "-T:".contains($0) }.compactMap { Int($0) }
        let day = Timestamp.days(year: numbers[0], month: numbers[1], day: numbers[2])
        return Timestamp(milliseconds: ((day * 24 + numbers[3]) * 60 + numbers[4]) * 60_000)
    }

    @Test(arguments: [
        ("cron(0 12 * * ? *)", "2026-03-01T11:59", "2026-03-01T12:00"),
        ("cron(0 12 * * ? *)", "2026-03-01T12:00", "2026-03-02T12:00"),
        ("cron(0/15 * * * ? *)", "2026-12-31T23:50", "2027-01-01T00:00"),
        ("cron(10-20/5 8,20 * * ? *)", "2026-03-01T08:15", "2026-03-01T08:20"),
        ("cron(0 18 ? * MON-FRI *)", "2026-11-27T18:00", "2026-11-30T18:00"),
        ("cron(0 8 1 * ? *)", "2026-02-01T08:00", "2026-03-01T08:00"),
        ("cron(0 0 29 2 ? *)", "2026-01-01T00:00", "2028-02-29T00:00"),
        ("cron(0 0 L * ? *)", "2026-02-01T00:00", "2026-02-28T00:00"),
        ("cron(0 0 L-3 * ? *)", "2026-02-01T00:00", "2026-02-25T00:00"),
        // 2026-08-15 is a Saturday, 2026-02-01 a Sunday, 2026-08-01 a Saturday.
        ("cron(0 0 15W 8 ? *)", "2026-08-01T00:00", "2026-08-14T00:00"),
        ("cron(0 0 1W 2 ? *)", "2026-01-15T00:00", "2026-02-02T00:00"),
        ("cron(0 0 1W 8 ? 2026)", "2026-07-31T00:00", "2026-08-03T00:00"),
        ("cron(0 0 LW 1 ? *)", "2026-01-01T00:00", "2026-01-30T00:00"),
        ("cron(0 9 ? * 2#1 *)", "2026-11-01T00:00", "2026-11-02T09:00"),
        ("cron(0 9 ? * FRI#5 *)", "2026-11-01T00:00", "2027-01-29T09:00"),
        ("cron(0 9 ? * 6L *)", "2026-11-01T00:00", "2026-11-27T09:00"),
        ("cron(5 4 ? JAN,JUL SUN 2027-2030)", "2026-11-01T00:00", "2027-01-03T04:05"),
        ("rate(1 minute)", "2026-11-01T00:00", "2026-11-01T00:01"),
        ("rate(12 hours)", "2026-11-01T00:00", "2026-11-01T12:00"),
        ("rate(2 days)", "2026-11-01T00:00", "2026-11-03T00:00"),
    ])
    func theNextTimeIsFound(_ text: String, _ after: String, _ due: String) throws {
        let schedule = try #require(ScheduleExpression(text))
        #expect(schedule.next(after: Self.time(after)) == Self.time(due))
    }

    @Test func whatIsOverIsNeverDue() throws {
        for text in ["cron(0 0 1 1 ? 2020)", "cron(0 0 31 2 ? *)"] {
            #expect(try #require(ScheduleExpression(text)).next(after: Self.time("2026-01-01T00:00")) == nil)
        }
    }

    @Test(arguments: [
        "", "rate()", "rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)", "rate(5 seconds)", "rate(5 minutes",
        "5 minutes",
        "rate(-1 minutes)", "rate(99999999999999999999 minutes)", "cron()", "cron(0 12 * * * *)", "cron(0 12 ? * ? *)",
        "cron(60 12 * * ? *)", "cron(0 24 * * ? *)", "cron(0 12 0 * ? *)", "cron(0 12 32 * ? *)", "cron(0 12 * 13 ? *)",
        "cron(0 12 ? * 8 *)", "cron(0 12 * * ? 1969)", "cron(0 12 * * ?)", "cron(5- 12 * * ? *)", "cron(a 12 * * ? *)",
        "cron(0/0 12 * * ? *)", "cron(9-5 12 * * ? *)", "cron(0 12 ? * 2#6 *)", "cron(, 12 * * ? *)",
        "at(2026-01-01T00:00:00)",
    ])
    func whatIsNoScheduleIsRefused(_ text: String) {
        #expect(ScheduleExpression(text) == nil)
    }

    @Test func theEventIsEventBridges() throws {
        let place = Place(region: "eu-west-1", account: "123456789012")
        let event = try JSONValue.parse(Scheduler.event("f:live", at: Self.time("2026-11-01T12:00"), in: place))
        #expect(event["detail-type"]?.string == "Scheduled Event" && event["source"]?.string == "aws.events")
        #expect(event["time"]?.string == "2026-11-01T12:00:00Z" && event["region"]?.string == "eu-west-1")
        #expect(event["resources"]?.array?[0].string == "arn:aws:events:eu-west-1:123456789012:rule/f")
        #expect(event["detail"]?.members?.isEmpty == true && event["version"]?.string == "0")
    }
}
