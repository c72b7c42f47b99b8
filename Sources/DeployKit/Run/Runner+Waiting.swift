import FunctionFile
import Platform

/// Waits that say why something is not ready.
extension Runner {
    /// Looks again and again, a little less often each time.
    private func wait(for what: String, until isReady: (JSON) throws -> Bool, asking call: AWSCall)
        throws
    {
        let began = ContinuousClock.Instant.now
        var delay = client.timing.poll
        while true {
            if try isReady(try client.perform(call)) { return }
            guard began.duration(to: .now) < client.timing.patience else {
                throw DeployError.timedOut(
                    what: what,
                    seconds: Int(client.timing.patience.components.seconds)
                )
            }
            try client.pause(delay)
            delay = min(delay * 2, client.timing.poll * 4)
        }
    }

    /// Waits until the function can be changed and called.
    func waitForFunction(_ name: String) throws {
        let call = AWSCall("lambda", "get-function-configuration", ["FunctionName": .string(name)])
        try wait(
            for: "the function",
            until: { try Self.isReady($0, tell: { began("waiting for the function: " + $0) }) },
            asking: call
        )
    }

    /// Whether a function is ready, from its configuration.
    ///
    /// An idle function is Inactive and wakes up when it is called.
    ///
    /// - Throws: ``DeployError/notReady(what:reason:)`` where it never will be, with Lambda's reason.
    package static func isReady(_ configuration: JSON, tell: (String) -> Void) throws -> Bool {
        func reason(_ prefix: String) -> String { Self.reason(prefix, in: configuration) }
        let state = configuration["State"]?.string ?? "Active"
        if state == "Failed" {
            throw DeployError.notReady(what: "the function cannot run", reason: reason("State"))
        }
        let update = configuration["LastUpdateStatus"]?.string ?? "Successful"
        if update == "Failed" {
            throw DeployError.notReady(what: "the update failed", reason: reason("LastUpdateStatus"))
        }
        if state == "Pending" || update == "InProgress" {
            tell(state == "Pending" ? reason("State") : reason("LastUpdateStatus"))
            return false
        }
        return true
    }

    /// Why `State` or `LastUpdateStatus` is what it is, in Lambda's words.
    static func reason(_ member: String, in configuration: JSON) -> String {
        let text = configuration["\(member)Reason"]?.string ?? "Lambda gives no reason"
        return text + (configuration["\(member)ReasonCode"]?.string.map { " (\($0))" } ?? "")
    }

    /// Waits until an event source mapping has settled, or is gone.
    func waitForMapping(_ uuid: String, gone: Bool) throws {
        let call = AWSCall("lambda", "get-event-source-mapping", ["UUID": .string(uuid)])
            .forgiving("ResourceNotFoundException")
        let passing: Set = ["Creating", "Updating", "Enabling", "Disabling", "Deleting"]
        try wait(
            for: "the event source mapping",
            until: { answer in
                let state = answer["State"]?.string
                return gone ? state == nil : !passing.contains(state ?? "")
            },
            asking: call
        )
    }
}
