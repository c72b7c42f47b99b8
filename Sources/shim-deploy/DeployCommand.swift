import CommandLineKit
import DeployKit
import FunctionFile
import Platform
import ToolKit

/// `shim-deploy [deploy] PACKAGE [NAME]`.
struct DeployCommand {
    static let spec: CommandSpec = CommandSpec(
        program: "shim-deploy",
        summary: "puts a package on AWS Lambda, or brings what is there up to date",
        usage: [
            "[deploy] [options] PACKAGE [NAME] [-- ARG...]",
            "diff [options] PACKAGE [NAME]",
            "status|invoke|logs|versions|rollback|delete [options] [NAME]",
            "init NAME",
            "template [options] PACKAGE [NAME]",
        ],
        options: looking + own,
        notes: [
            """
            PACKAGE is a zip, a layer's zip or an OCI archive, as shim-pack makes them, or a program, which is packed first.
            NAME is the function's; without it FunctionName of the configuration, or the package's name without .zip.
            What is neither named here nor in the configuration is left as it is.
            """,
            Program.list(others),
            "exit status: 0 done or nothing to do, 1 failed, 64 wrong usage; diff --exit-code: 2 something differs",
            "example: shim-pack wc -- -c && shim-deploy --url wc.zip",
        ]
    )

    /// The options of a command that says what a deployment would be.
    static let looking: [Option] =
        ConnectionOptions.options + FunctionOptions.options + [
            Option("--pack", value: "OPTIONS", help: "Options for shim-pack, where PACKAGE is a program"),
            Option("--no-check", help: "Do not check whether the package would start"),
        ]

    private static let own = [
        Option("--dry-run", help: "Print the aws commands and call none that changes anything"),
        Option(
            "--wait",
            value: "SECONDS",
            type: .integer(1...3600),
            help: "How long something may take to become ready",
            default: "300"
        ),
        Option("--json", help: "Print the result as JSON"),
    ]

    private static let commands: [Command] = [Command("deploy", spec, run: run)] + others

    private static let others: [Command] = [
        Command("diff", DiffCommand.spec, run: DiffCommand.run),
        Command("status", StatusCommand.spec, run: StatusCommand.run),
        Command("invoke", InvokeCommand.spec, run: InvokeCommand.run),
        Command("logs", LogsCommand.spec, run: LogsCommand.run),
        Command("versions", VersionsCommand.spec, run: VersionsCommand.run),
        Command("rollback", RollbackCommand.spec, run: RollbackCommand.run),
        Command("delete", DeleteCommand.spec, run: DeleteCommand.run),
        Command("init", InitCommand.spec, run: InitCommand.run),
        Command("template", TemplateCommand.spec, run: TemplateCommand.run),
    ]

    static let program: Program = Program(
        name: "shim-deploy",
        main: Command("", spec, run: run),
        commands: commands
    )

    static func run(_ arguments: Arguments, _ console: Console) throws -> ExitCode {
        try Session.with(arguments, console) { session in try DeployCommand(session: session).run() }
    }

    let session: Session
    private var arguments: Arguments { session.arguments }
    private var console: Console { session.console }

    /// The package that the words name, with the description.
    static func package(_ session: Session, _ spec: CommandSpec) throws -> PackageReader.Package {
        let words = session.arguments.positionals
        guard words.count <= 2 else {
            throw UsageError("unexpected argument '\(words[2])'", hint: spec.helpHint)
        }
        var file = try session.description()
        try FunctionOptions.apply(session.arguments, to: &file)
        guard !words.isEmpty || file.name != nil else {
            throw UsageError(
                "no PACKAGE, and no shim-deploy.json here that names a function",
                hint: spec.helpHint
            )
        }
        return try PackageReader(session: session).read(
            file,
            package: words.first,
            name: words.count > 1 ? words[1] : nil
        )
    }

    /// The function that the words name, for a command that does not take a layer.
    static func function(
        _ session: Session,
        _ spec: CommandSpec,
        notALayer message: String,
        hint: String
    ) throws -> Desired {
        guard case .function(let desired) = try package(session, spec) else { throw UsageError(message, hint: hint) }
        return desired
    }

    private func run() throws -> ExitCode {
        switch try Self.package(session, Self.spec) {
        case .function(let desired): try deploy(desired)
        case .layer(let name, let path, let sum, let architecture):
            try LayerDeployment(session: session).deploy(
                name,
                path: path,
                sha256: sum,
                architecture: architecture
            )
        }
        return .done
    }

    private func deploy(_ desired: Desired) throws {
        let client = try session.client()
        let runner = session.runner(client)
        var tries = 0
        var told: Set<String> = []
        while true {
            let (observed, plan) = try session.plan(desired, client)
            for note in plan.notes where told.insert(note).inserted { console.say("note: \(note)") }
            if arguments.flag("--dry-run") {
                for line in plan.commands(client.commands) { try console.print(line + "\n") }
                if plan.isEmpty { console.say("nothing to do") }
                return
            }
            do {
                if plan.isEmpty {
                    if tries == 0 { console.say("= \(desired.name): nothing to do") }
                } else {
                    try client.check(plan)
                    try runner.run(plan)
                }
            } catch DeployError.refused(let failure) where tries < 2 && RetryTable.isOvertaken(failure) {
                tries += 1
                console.clearProgress()
                console.say("note: looking again, as something has come into being: \(failure.message)")
                continue
            } catch {
                throw explained(error, plan, runner, desired)
            }
            return try report(desired, observed, runner)
        }
    }

    /// Adds to an error what was done, and what callers get now.
    private func explained(_ error: any Error, _ plan: Plan, _ runner: Runner, _ desired: Desired)
        -> any Error
    {
        console.clearProgress()
        let undone = plan.lines.filter { $0.mark != .keep && !runner.done.contains($0) }
        for line in undone { console.say("  not done: \(line)") }
        if let alias = desired.deploy.alias, undone.contains(where: { $0.text.hasPrefix("alias \(alias)") }),
            !runner.done.contains(where: { $0.text.hasPrefix("alias \(alias)") })
        {
            console.say("the alias '\(alias)' has not moved: callers get what they got before")
        }
        if !runner.done.isEmpty {
            console.say("what is done stays done: the same command goes on from here")
        }
        return error
    }

    private func report(_ desired: Desired, _ observed: Observed, _ runner: Runner) throws {
        let url =
            runner.variables["URL"]
            ?? (desired.deploy.url.value == nil ? nil : observed.url?["FunctionUrl"]?.string)
        let api =
            runner.variables["API_ENDPOINT"]
            ?? (desired.deploy.httpAPI.value == nil ? nil : observed.api?["ApiEndpoint"]?.string)
        let arn = observed.functionARN(desired.name) + (desired.deploy.alias.map { ":" + $0 } ?? "")
        guard arguments.flag("--json") else {
            try console.print((url ?? api ?? arn) + "\n")
            return
        }
        var result: [String: JSON] = [
            "function": .string(desired.name), "arn": .string(arn),
            "changed": .list(runner.done.filter { $0.mark != .keep }.map(\.description)),
        ]
        result["alias"] = desired.deploy.alias.map { .string($0) }
        result["version"] =
            runner.variables["VERSION"].map { .string($0) } ?? observed.alias?["FunctionVersion"]
        if case .zip(_, let sum, _)? = desired.code { result["codeSha256"] = .string(sum) }
        if case .image(_, let digest)? = desired.code { result["codeSha256"] = .string(digest) }
        result["url"] = url.map { .string($0) }
        result["apiEndpoint"] = api.map { .string($0) }
        try console.print(JSON.object(result).text(pretty: true) + "\n")
    }
}
