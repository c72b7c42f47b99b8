/// The member `Deploy` of the file: what belongs to a deployed function and CreateFunction does not have.
package struct DeploySettings: Sendable, Equatable {
    /// What is wanted of a thing that may or may not be there.
    package enum Wish<Value: Sendable & Equatable>: Sendable, Equatable {
        /// Nothing was said: it stays as it is.
        case asItIs
        /// It must not be there.
        case none
        /// It must be there, like this.
        case some(Value)

        /// What it must be.
        package var value: Value? {
            if case .some(let value) = self { value } else { nil }
        }
    }

    /// A function URL.
    package struct URL: Sendable, Equatable {
        /// `NONE` or `AWS_IAM`.
        package var authType = "NONE"
        /// `BUFFERED` or `RESPONSE_STREAM`.
        package var invokeMode = "BUFFERED"
        /// Lambda's Cors object; `nil` where nothing was said.
        package var cors: JSON?

        /// A public, buffered URL.
        package init() {}
    }

    /// An HTTP API in front of the function.
    package struct HTTPAPI: Sendable, Equatable {
        /// API Gateway's CorsConfiguration.
        package var cors: JSON?

        /// An API without CORS.
        package init() {}
    }

    /// A schedule of EventBridge Scheduler.
    package struct Schedule: Sendable, Equatable {
        /// `rate(5 minutes)`, `cron(…)` or `at(…)`.
        package var expression: String
        /// The time zone of the expression.
        package var timezone = "UTC"
        /// The event.
        package var input: JSON?

        /// A schedule in UTC.
        package init(expression: String) { self.expression = expression }
    }

    /// Events of a bucket.
    package struct Bucket: Sendable, Equatable {
        /// The bucket's name.
        package var name: String
        /// Only keys that begin so.
        package var prefix = ""
        /// Only keys that end so.
        package var suffix = ""
        /// The kinds of event.
        package var events = ["s3:ObjectCreated:*"]

        /// All objects that are created in a bucket.
        package init(name: String) { self.name = name }
    }

    /// A queue or stream whose records the function gets.
    package struct EventSource: Sendable, Equatable {
        /// The ARN.
        package var arn: String
        /// What else CreateEventSourceMapping takes, by its names.
        package var settings: [String: JSON] = [:]

        /// A source with Lambda's defaults.
        package init(arn: String) { self.arn = arn }
    }

    /// The share of the calls that a new version gets first, and for how long.
    package struct Canary: Sendable, Equatable {
        /// In percent.
        package var percent: Double
        /// How long.
        package var seconds: Int

        /// Describes a canary.
        package init(percent: Double, seconds: Int) {
            self.percent = percent
            self.seconds = seconds
        }
    }

    /// The package, or the program to pack.
    package var package: String?
    /// The program's arguments.
    package var arguments: [String] = []
    /// The options of `shim-pack`, where the package is a program.
    package var packOptions: [String] = []
    /// The alias that callers use.
    package var alias: String?
    /// Whether versions are published; with an alias they are.
    package var publishes = false
    /// How many versions are kept.
    package var keepVersions: Int?
    /// How a new version is tried by a part of the calls.
    package var canary: Canary?
    /// An event that a new version must answer without an error before the alias moves.
    package var smoke: JSON?
    /// Policies for the role that is made: ARNs, or documents.
    package var rolePolicies: [JSON] = []
    /// Whether the variables that the function has already stay.
    package var mergesEnvironment = false
    /// Variables to be removed where the others stay.
    package var unsetVariables: [String] = []
    /// The function URL.
    package var url: Wish<URL> = .asItIs
    /// The HTTP API.
    package var httpAPI: Wish<HTTPAPI> = .asItIs
    /// The schedules; `nil` where nothing was said.
    package var schedules: [Schedule]?
    /// The buckets; `nil` where nothing was said.
    package var buckets: [Bucket]?
    /// The queues and streams; `nil` where nothing was said.
    package var sources: [EventSource]?
    /// Days for which logs are kept; `none` for ever.
    package var logRetention: Wish<Int> = .asItIs
    /// How many environments there may be, reserved for this function; `none` for no limit of its own.
    package var concurrency: Wish<Int> = .asItIs
    /// What PutFunctionEventInvokeConfig takes, by its names.
    package var asynchronous: JSON?
    /// The bucket for packages that are too large to be sent directly.
    package var s3Bucket: String?
    /// The folder in that bucket.
    package var s3Prefix = "shim-deploy"
    /// The ECR repository for images.
    package var repository: String?
    /// The layer's name, where the package is one.
    package var layerName: String?

    /// Nothing said.
    package init() {}

    /// The values that CloudWatch Logs takes.
    package static let retentionDays = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
        3288, 3653,
    ]
}
