import CommandLineKit
import FunctionFile
import Platform
import SimKit
import ToolKit

/// The options of `serve` that say what else calls functions.
enum TriggerOptions {
    static let options = [
        Option(
            "--schedule",
            value: "NAME=EXPRESSION",
            type: .assignment,
            help: "Call a function by a schedule: rate(5 minutes), cron(0 12 * * ? *)",
            repeatable: true
        ),
        Option(
            "--bucket",
            value: "NAME=DIR",
            type: .assignment,
            help: "Call a function with an S3 event for each file that comes into the folder",
            repeatable: true
        ),
        Option(
            "--api-port",
            value: "PORT",
            type: .integer(0...65535),
            help: "Port of an HTTP API, as of API Gateway; 0 for any"
        ),
        Option(
            "--route",
            value: "ROUTE=NAME",
            help: "Route of the HTTP API, 'GET /items/{id}=NAME'",
            default: "$default to the only function",
            repeatable: true,
            needs: "--api-port"
        ),
        Option(
            "--api-payload",
            value: "VERSION",
            type: .word(["1.0", "2.0"]),
            help: "Version of its events",
            default: "2.0",
            needs: "--api-port"
        ),
        Option("--api-stage", value: "NAME", help: "Its stage, the first part of paths", needs: "--api-port"),
        Option(
            "--alb",
            value: "NAME=PORT",
            type: .assignment,
            help: "Put an Application Load Balancer in front of a function; 0 is any port",
            repeatable: true
        ),
        Option("--alb-multi-value", help: "The load balancers send headers and parameters as lists", needs: "--alb"),
    ]

    /// What the command line says.
    ///
    /// - Parameters:
    ///   - arguments: The command line.
    ///   - names: The functions; `nil` where others may be made later.
    /// - Returns: The triggers.
    /// - Throws: `UsageError` that names what was wrong.
    static func read(_ arguments: Arguments, names: [String]?) throws -> Triggers {
        var triggers = Triggers()
        for (name, text) in arguments.assignments("--schedule") {
            try check(name, names, "--schedule")
            guard let schedule = ScheduleExpression(text) else {
                throw UsageError(
                    "'\(text)' is not a schedule",
                    hint: "as in 'rate(1 minute)', 'rate(5 minutes)' or 'cron(0 12 ? * MON-FRI *)', in UTC"
                )
            }
            guard schedule.next(after: .now) != nil else {
                throw UsageError(
                    "the schedule '\(text)' is never due",
                    hint: "its days or years are over, or never come"
                )
            }
            triggers.schedules.append(Scheduler.Entry(function: name, schedule: schedule))
        }
        for (name, path) in arguments.assignments("--bucket") {
            try check(name, names, "--bucket")
            guard Files.status(path)?.isDirectory == true else {
                throw UsageError("the bucket '\(path)' is not a folder", hint: "the folder must be there already")
            }
            let entry = BucketWatcher.Entry(function: name, folder: Paths.absolute(path))
            guard !triggers.buckets.contains(where: { $0.function == name && $0.folder == entry.folder }) else {
                throw UsageError("'\(name)' has the bucket '\(path)' twice", hint: "once is enough for every file")
            }
            triggers.buckets.append(entry)
        }
        if let port = arguments.int("--api-port") {
            triggers.fronts.append(
                Triggers.Front(name: "HTTP API", port: UInt16(port), kind: try gateway(arguments, names))
            )
        }
        for (name, text) in arguments.assignments("--alb") {
            try check(name, names, "--alb")
            guard let port = UInt16(text) else {
                throw UsageError("'\(text)' is not a port for --alb", hint: "NAME=PORT, as in web=8080")
            }
            let kind = HTTPFront.Kind.balancer(
                function: name,
                hasMultiValues: arguments.flag("--alb-multi-value")
            )
            triggers.fronts.append(Triggers.Front(name: "load balancer of \(name)", port: port, kind: kind))
        }
        return triggers
    }

    private static func gateway(_ arguments: Arguments, _ names: [String]?) throws -> HTTPFront.Kind {
        var routes: [HTTPRoute] = []
        for text in arguments.values("--route") {
            // Neither a path nor a route's parameters have an equals sign.
            guard let equals = text.lastIndex(of: "=") else {
                throw UsageError(
                    "'\(text)' is not a value for --route",
                    hint: "ROUTE=NAME, as in 'GET /items/{id}=items'"
                )
            }
            let name = String(text[text.index(after: equals)...])
            try check(name, names, "--route")
            guard let route = HTTPRoute(String(text[..<equals]), function: name) else {
                throw UsageError(
                    "'\(text[..<equals])' is not a route",
                    hint: "as in 'GET /items/{id}', 'ANY /files/{proxy+}' or '$default'"
                )
            }
            guard !routes.contains(where: { $0.key == route.key }) else {
                throw UsageError("the route '\(route.key)' was given twice", hint: "a route leads to one function")
            }
            routes.append(route)
        }
        if routes.isEmpty {
            guard let names, names.count == 1, let route = HTTPRoute("$default", function: names[0]) else {
                throw UsageError(
                    "--api-port needs --route",
                    hint: "--route '$default=NAME' leads everything to a function"
                )
            }
            routes = [route]
        }
        let stage = arguments.value("--api-stage") ?? "$default"
        let isStage =
            stage == "$default"
            || (1...64).contains(stage.utf8.count)
                && stage.utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x2D || $0 == 0x5F }
        guard isStage else {
            throw UsageError("'\(stage)' is not a stage", hint: "1 to 64 letters, digits, hyphens and underscores")
        }
        return .gateway(routes: routes, stage: stage, payload: arguments.value("--api-payload") == "1.0" ? 1 : 2)
    }

    private static func check(_ name: String, _ names: [String]?, _ option: String) throws {
        guard (try? FunctionReference(encoded: name, qualifier: nil)) != nil else {
            throw SimError.badFunctionName(name)
        }
        guard let names else { return }
        guard names.contains(where: { name == $0 || name.hasPrefix($0 + ":") }) else {
            throw UsageError(
                "\(option) names the function '\(name)', which is not here",
                hint: "the functions are " + names.joined(separator: ", ")
            )
        }
    }
}
