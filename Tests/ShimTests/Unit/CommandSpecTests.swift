import CommandLineKit
import Testing

@Suite struct CommandSpecTests {
    private let spec = CommandSpec(
        program: "tool",
        summary: "does a thing",
        usage: ["[options] TARGET", "list"],
        options: [
            Option("-d", "--data", value: "JSON", help: "The event", default: "{}"),
            Option("--env", value: "NAME=VALUE", help: "A variable", repeatable: true),
            Option("-q", "--quiet", help: "Say less"), Option("--count", value: "N", help: "How often"),
        ],
        notes: ["A note."]
    )

    @Test func takesOptionsInEverySpelling() throws {
        let parsed = try spec.parse(["-d{}", "--env=A=1", "--env", "B=-2", "target", "-q", "-", "--", "-x", "--"])
        #expect(parsed.value("--data") == "{}")
        #expect(parsed.values("--env") == ["A=1", "B=-2"])
        #expect(parsed.flag("--quiet"))
        #expect(!parsed.flag("--help"))
        #expect(parsed.positionals == ["target", "-"])
        #expect(parsed.afterDoubleDash == ["-x", "--"])
        #expect(try spec.parse([]).afterDoubleDash == nil)
    }

    @Test(arguments: [
        (["--dat", "x"], "unknown option '--dat'\nhint: did you mean '--data'?"),
        (["--zzz"], "unknown option '--zzz'\nhint: see 'tool --help'"),
        (["-x"], "unknown option '-x'\nhint: see 'tool --help'"),
        (["--data"], "missing value for '--data JSON'\nhint: The event"),
        (["--quiet=yes"], "--quiet takes no value, but got 'yes'\nhint: see 'tool --help'"),
        (["-d", "1", "--data", "2"], "--data was given twice\nhint: see 'tool --help'"),
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
        #expect(message("wc", "-c") == "unknown option '-c'\nhint: arguments of the program stand behind '--'")
        #expect(message("wc", "--coumt") == "unknown option '--coumt'\nhint: did you mean '--count'?")
        #expect(message("-c", "wc") == "unknown option '-c'\nhint: see 't --help'")
    }

    @Test func numbersAndChoicesAreBounded() throws {
        enum Color: String, CaseIterable { case red, blue }
        let parsed = try spec.parse(["--count", "12", "-d", "red"])
        #expect(try parsed.int("--count", in: 1...12) == 12)
        #expect(try parsed.int("--other", in: 1...12) == nil)
        #expect(try parsed.number("--count", in: 0.5...100) == 12)
        #expect(try parsed.choice("--data", Color.self) == .red)
        for bad in ["13", "0", "x", "1.5", ""] {
            let error = #expect(throws: UsageError.self) {
                try spec.parse(["--count", bad]).int("--count", in: 1...12)
            }
            #expect(error?.description == "'\(bad)' is not a value for --count\nhint: a whole number from 1 to 12")
        }
        for bad in ["nan", "inf", "-1", "x"] {
            #expect(throws: UsageError.self) { try spec.parse(["--count", bad]).number("--count", in: 0...900) }
        }
        let error = #expect(throws: UsageError.self) { try spec.parse(["-d", "green"]).choice("--data", Color.self) }
        #expect(error?.description == "'green' is not a value for --data\nhint: one of red, blue")
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
