import FunctionFile

/// What a line of a plan says of a thing.
package enum Mark: String, Sendable {
    /// It is made.
    case add = "+"
    /// It is changed.
    case change = "~"
    /// It is removed.
    case remove = "-"
    /// It is as it must be.
    case keep = "="
    /// It is done, and leaves nothing.
    case run = ">"
}

/// One line of a plan: `~ memory 128 -> 512`.
package struct PlanLine: Sendable, Equatable, CustomStringConvertible {
    /// What becomes of it.
    package let mark: Mark
    /// The thing, without any value that may be secret.
    package let text: String

    /// Describes a change.
    package init(_ mark: Mark, _ text: String) {
        self.mark = mark
        self.text = text
    }

    package var description: String { "\(mark.rawValue) \(text)" }
}

/// Something that a step does.
package enum Action: Sendable, Equatable {
    /// A call.
    case call(AWSCall)
    /// Waits until the function can be changed and called.
    case waitForFunction(String)
    /// Waits until an event source mapping has settled, or is gone.
    case waitForMapping(uuid: String, gone: Bool)
    /// Copies an image into a registry.
    case push(archive: String, repository: String, tag: String, digest: String)
    /// Calls a version with an event; an error of the function stops everything.
    case smoke(function: String, version: String, event: JSON)
    /// Waits while a new version gets a part of the calls, and watches their errors.
    case watch(function: String, alias: String, version: String, seconds: Int)
    /// Merges notifications into what a bucket has, and reads it back.
    case notify(bucket: String, account: String, function: String, configurations: [JSON])
}

/// A change with the actions that bring it about.
package struct Step: Sendable, Equatable {
    /// What it changes.
    package var lines: [PlanLine]
    /// How.
    package var actions: [Action]

    /// Describes a change.
    package init(_ lines: [PlanLine], _ actions: [Action]) {
        self.lines = lines
        self.actions = actions
    }

    /// Describes a change by calls.
    package init(_ mark: Mark, _ text: String, _ calls: AWSCall...) {
        self.init([PlanLine(mark, text)], calls.map { .call($0) })
    }

    /// A thing that is as it must be.
    package static func keep(_ text: String) -> Step { Step([PlanLine(.keep, text)], []) }
}

/// Steps that may be done side by side with others, in an order of their own.
package typealias Lane = [Step]

/// What will be done, in order.
package struct Plan: Sendable, Equatable {
    /// The stages, one after the other; the lanes of each side by side.
    package var stages: [[Lane]] = []
    /// What the user should know.
    package var notes: [String] = []

    /// Nothing to do.
    package init() {}

    /// Adds a stage of one lane.
    package mutating func add(_ steps: Step...) { stages.append([steps]) }
    /// Adds a stage of one lane.
    package mutating func add(_ lane: Lane) { stages.append([lane]) }
    /// Adds a stage.
    package mutating func add(sideBySide lanes: [Lane]) { stages.append(lanes) }

    /// All steps in order.
    package var steps: [Step] { stages.flatMap(\.self).flatMap(\.self) }
    /// All lines in order.
    package var lines: [PlanLine] { steps.flatMap(\.lines) }
    /// Whether there is nothing to do.
    package var isEmpty: Bool { steps.allSatisfy(\.actions.isEmpty) }

    /// The commands, as one types them into a shell.
    package func commands(_ text: CommandLineText) -> [String] {
        steps.flatMap { step -> [String] in
            if step.actions.isEmpty { return [] }
            return step.lines.map { "# \($0)" } + step.actions.map { Self.command($0, text) }
        }
    }

    private static func command(_ action: Action, _ text: CommandLineText) -> String {
        let place = text.place.joined(separator: " ")
        switch action {
        case .call(let call): return text.shell(call)
        case .waitForFunction(let name):
            return "aws lambda wait function-active-v2 \(place) --function-name \(name)\n"
                + "aws lambda wait function-updated-v2 \(place) --function-name \(name)"
        case .waitForMapping(let uuid, let gone):
            return "# until its State " + (gone ? "is gone" : "is Enabled or Disabled")
                + ":\naws lambda get-event-source-mapping \(place) --uuid \(CommandLineText.quoted(uuid))"
        case .push(let archive, let repository, let tag, _):
            let registry = repository.prefix { $0 != "/" }
            return "aws ecr get-login-password \(place) | "
                + "skopeo login --username AWS --password-stdin --authfile auth.json \(CommandLineText.quoted(String(registry)))\n"
                + "skopeo copy --preserve-digests --dest-authfile auth.json "
                + CommandLineText.quoted("oci-archive:\(archive)") + " "
                + CommandLineText.quoted("docker://\(repository):\(tag)")
        case .smoke(let function, let version, let event):
            // Both versions of the CLI take a payload from a file as it is.
            return "printf %s \(CommandLineText.quoted(event.text())) >event.json\n"
                + "# its answer must have no FunctionError:\naws lambda invoke \(place) --function-name \(function) "
                + "--qualifier \(CommandLineText.quoted(version)) --payload fileb://event.json answer.json"
        case .watch(_, _, _, let seconds):
            return "sleep \(seconds)  # and watch the new version's errors"
        case .notify(let bucket, let account, _, let configurations):
            let value = JSON.object(["LambdaFunctionConfigurations": .array(configurations)])
            return
                "# merged with what 'aws s3api get-bucket-notification-configuration --bucket \(bucket)' shows:\n"
                + text.shell(
                    AWSCall(
                        "s3api",
                        "put-bucket-notification-configuration",
                        [
                            "Bucket": .string(bucket), "ExpectedBucketOwner": .string(account),
                            "NotificationConfiguration": value,
                        ]
                    )
                )
        }
    }
}
