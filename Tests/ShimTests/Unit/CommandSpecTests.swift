import CommandLineKit
import Platform
import Testing

@Suite struct CommandSpecTests {
    private enum Color: String, CaseIterable { case red, blue }

    private let spec = CommandSpec(
        program: "tool",
        summary: "does a thing",
        usage: ["[options] TARGET", "list"],
        options: [
            Option("-d", "--data", value: "JSON", help: "The event", default: "{}"),
            Option("--env", value: "NAME=VALUE", type: .assignment, help: "A variable", repeatable: true),
            Option("-q", "--quiet", help: "Say less", needs: "--count"),
            Option("--count", value: "N", type: .integer(1...12), help: "How often", excludes: ["--ratio"]),
            Option("--ratio", value: "R", type: .number(0...900), help: "How much"),
            Option("--color", value: "C", type: .word(of: Color.self), help: "Which"),
        ],
        notes: ["A note."]
    )

    @Test func takesOptionsInEverySpelling() throws {
        let parsed = try spec.parse([
            "-d{}", "--env=A=1", "--env", "B=-2", "target", "-q", "--count=1", "-", "--", "-x", "--",
        ])
        #expect(parsed.value("--data") == "{}")
        #expect(parsed.values("--env") == ["A=1", "B=-2"])
        #expect(parsed.flag("--quiet"))
        #expect(!parsed.flag("--help"))
        #expect(parsed.positionals == ["target", "-"])
        #expect(parsed.afterDoubleDash == ["-x", "--"])
        #expect(parsed.assignments("--env").map(\.name) == ["A", "B"])
        #expect(try spec.parse([]).afterDoubleDash == nil)
        #expect(try spec.parse([]).isEmpty && !parsed.isEmpty)
    }

    @Test(arguments: [
        (["--dat", "x"], "unknown option '--dat'\nhint: did you mean '--data'?"),
        (["--zzz"], "unknown option '--zzz'\nhint: see 'tool --help'"),
        (["-x"], "unknown option '-x'\nhint: see 'tool --help'"),
        (["--data"], "missing value for '--data JSON'\nhint: The event"),
        (["--quiet=yes"], "--quiet takes no value, but got 'yes'\nhint: see 'tool --help'"),
        (["-d", "1", "--data", "2"], "--data was given twice\nhint: see 'tool --help'"),
        (["--env", "A"], "'A' is not a value for --env\nhint: NAME=VALUE"),
        (["--env", "A=1", "--env", "=1"], "'=1' is not a value for --env\nhint: NAME=VALUE"),
        (["--color", "green"], "'green' is not a value for --color\nhint: one of red, blue"),
        (["--quiet"], "--quiet needs --count\nhint: see 'tool --help'"),
        (["-q"], "-q needs --count\nhint: see 'tool --help'"),
        (["--ratio", "1", "--count", "1"], "--count and --ratio exclude each other\nhint: see 'tool --help'"),
    ])
    func usageErrorsSayWhatWasTyped(words: [String], message: String) {
        let error = #expect(throws: UsageError.self) { try spec.parse(words) }
        #expect(error?.description == message)
    }

    /// `shim-sim run wc -c` said only "see --help".
    @Test func optionOfTheProgramThatIsNamedGetsAHint() {
        let spec = CommandSpec(
            program: "t",
            summary: "s",
            usage: ["[options] TARGET [-- ARG...]"],
            options: [Option("--count", value: "N", help: "How often")]
        )
        func message(_ words: String...) -> String? {
            #expect(throws: UsageError.self) { try spec.parse(words) }?.description
        }
        #expect(message("wc", "-c") == "unknown option '-c'\nhint: arguments of the program come after '--'")
        #expect(message("wc", "--coumt") == "unknown option '--coumt'\nhint: did you mean '--count'?")
        #expect(message("-c", "wc") == "unknown option '-c'\nhint: see 't --help'")
    }

    @Test func numbersAndChoicesAreBounded() throws {
        let parsed = try spec.parse(["--count", "12", "--color", "red"])
        #expect(parsed.int("--count") == 12)
        #expect(parsed.int("--other") == nil)
        #expect(try spec.parse(["--ratio", "0.5"]).number("--ratio") == 0.5)
        #expect(parsed.choice("--color", Color.self) == .red)
        for bad in ["13", "0", "x", "1.5", ""] {
            let error = #expect(throws: UsageError.self) { try spec.parse(["--count", bad]) }
            #expect(error?.description == "'\(bad)' is not a value for --count\nhint: a whole number from 1 to 12")
        }
        for bad in ["nan", "inf", "-1", "x"] {
            let error = #expect(throws: UsageError.self) { try spec.parse(["--ratio", bad]) }
            #expect(error?.description == "'\(bad)' is not a value for --ratio\nhint: a number from 0 to 900")
        }
    }

    /// Whoever asks for help has perhaps just seen that a value is wrong.
    @Test func helpMindsNoValues() throws {
        #expect(try spec.parse(["--count", "x", "--help"]).flag("--help"))
        #expect(try spec.parse(["--version", "-q"]).flag("--version"))
    }

    @Test func firstPositionalMayEndTheOptions() throws {
        let spec = CommandSpec(program: "t", summary: "s", usage: ["C"], stopsAtFirstPositional: true)
        #expect(try spec.parse(["cmd", "-x", "--", "y"]).positionals == ["cmd", "-x", "--", "y"])
    }

    @Test func helpIsMadeOfTheTable() {
        #expect(
            spec.help == """
                tool: does a thing

                usage: tool [options] TARGET
                       tool list

                options:
                  -d, --data JSON   The event (default: {})
                  --env NAME=VALUE  A variable (repeatable)
                  -q, --quiet       Say less
                  --count N         How often
                  --ratio R         How much
                  --color C         Which
                  -h, --help        Show this help
                  --version         Show the version

                A note.

                """
        )
    }

    @Test func editDistanceCountsChanges() {
        #expect(editDistance("", "abc") == 3)
        #expect(editDistance("kitten", "sitting") == 3)
        #expect(editDistance("same", "same") == 0)
    }
}
