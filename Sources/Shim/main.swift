import CommandLineKit
import Glibc
import Platform
import ShimRuntime

let spec = CommandSpec(
    program: "shim",
    summary: "runs a program for each event of an AWS Lambda function",
    usage: ["COMMAND [ARG...]", "(the program is the function's handler, from _HANDLER)"],
    notes: [
        """
        It is the runtime of a custom-runtime function (provided.al2023, or an image): Lambda starts it as, or from,
        the file 'bootstrap'. For each event it runs the program with the event on standard input; standard output is
        the response, standard error the log, the exit status says whether it succeeded.
        """,
        "settings (environment variables of the function):\n"
            + Configuration.settings.map { "  \($0.name)  \($0.values)\n      \($0.help)" }.joined(separator: "\n"),
        """
        To run a program as a function on this machine:  shim-sim run PROGRAM -d '{"some":"event"}'
        To make a package that starts on Lambda:         shim-pack PROGRAM
        """,
    ],
    stopsAtFirstPositional: true
)

func complain(_ text: String) {
    try? writeAll("shim: \(text)\n", to: 2)
}

do {
    let arguments = try spec.parse(Array(CommandLine.arguments.dropFirst()))
    let environment = ProcessControl.variables
    if arguments.flag("--help") {
        print(spec.help, terminator: "")
    } else if arguments.flag("--version") {
        print("shim \(version)")
    } else if environment["AWS_LAMBDA_RUNTIME_API"] == nil {
        complain(
            """
            this is the runtime of a Lambda function and needs AWS_LAMBDA_RUNTIME_API, which Lambda sets
            hint: to run a program as a function on this machine, use 'shim-sim run PROGRAM'; see 'shim --help'
            """
        )
        exit(ExitCode.usage.rawValue)
    } else {
        let command = arguments.positionals + (arguments.afterDoubleDash ?? [])
        let bootstrap = Bootstrap(command: command, environment: environment, userAgent: "shim/\(version)")
        exit(bootstrap.run())
    }
} catch {
    complain("\(error)")
    exit(ExitCode.usage.rawValue)
}
