import CommandLineKit
import DeployKit
import Foundation
import FunctionFile
import Platform
import ToolKit

/// What surrounds every command: a folder that is gone afterwards, signals, the AWS CLI.
struct Session {
    let arguments: Arguments
    let console: Console
    let toolbox: Toolbox
    /// For files that must be handed to tools; nobody else may enter it.
    let folder: String

    /// Runs the body and removes what it left, whatever happens.
    static func with<R>(_ arguments: Arguments, _ console: Console, _ body: (Session) throws -> R)
        throws -> R
    {
        let interrupts = try Signals.readable([Signal.interrupt, Signal.terminate, Signal.hangUp])
        let folder = try Disk.makeTemporaryFolder("shim-deploy")
        // What cannot be removed has no secrets: those are removed as soon as they are used.
        defer { try? Files.removeTree(folder) }
        // All that is read of a function at once: each call waits for AWS half a second and more.
        let toolbox = Toolbox(scratch: folder, interrupts: interrupts, width: 24)
        let session = Session(arguments: arguments, console: console, toolbox: toolbox, folder: folder)
        return try body(session)
    }

    /// Calls AWS where the options and the environment say.
    func client() throws -> AWSClient {
        _ = try toolbox.path(of: Tool("aws", package: "awscli"))
        let settings = AWSSettings(
            region: try region(),
            profile: arguments.value("--profile"),
            endpoint: arguments.value("--endpoint-url")
        )
        let console = console
        let isVerbose = arguments.flag("--verbose")
        var timing = Timing()
        if let seconds = arguments.int("--wait") { timing.patience = .seconds(seconds) }
        return AWSClient(settings: settings, toolbox: toolbox, timing: timing) { text in
            if isVerbose { console.say(text) } else { console.progress(text) }
        }
    }

    /// The region; the configuration of the AWS CLI is asked only where nothing else says.
    private func region() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let given = [
            arguments.value("--region"), environment["AWS_REGION"], environment["AWS_DEFAULT_REGION"],
        ]
        if let region = given.compactMap(\.self).first(where: { !$0.isEmpty }) { return region }
        let profile = arguments.value("--profile").map { ["--profile", $0] } ?? []
        let result = try toolbox.result(
            Tool("aws", package: "awscli"),
            ["configure", "get", "region"] + profile
        )
        let region = result.text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !region.isEmpty else {
            throw DeployError.refused(
                AWSFailure(kind: .region, operation: "configure get region", message: "no region is set")
            )
        }
        return region
    }

    /// The description: the file, overlaid by the options.
    func description() throws -> FunctionFile {
        var file = FunctionFile()
        let path = arguments.value("--config") ?? "shim-deploy.json"
        if arguments.flag("--config") || Files.status(path)?.isRegular == true {
            let variables = ProcessInfo.processInfo.environment
            file = try FunctionFile(try Input.file(path), file: path, variables: variables)
        }
        return file
    }

    /// Looks at what is there, and plans what is to be done.
    func plan(_ desired: Desired, _ client: AWSClient) throws -> (Observed, Plan) {
        console.progress("looking at what is there")
        defer { console.clearProgress() }
        let observed = try Survey(client: client).observe(desired)
        return (observed, try Planner(desired: desired, observed: observed).plan())
    }

    /// Carries plans out and reports on it.
    func runner(_ client: AWSClient) -> Runner {
        let console = console
        return Runner(client: client, toolbox: toolbox, folder: folder, began: { console.progress($0) }) { line in
            console.clearProgress()
            console.say("\(line)")
        }
    }
}
