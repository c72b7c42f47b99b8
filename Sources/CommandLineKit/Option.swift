/// One option of a command: what parses it, checks it, completes it and what `--help` says about it.
package struct Option: Sendable {
    /// The spellings, `-d` and `--data`.
    package let names: [String]
    /// What its value is called in the help, `FILE`; `nil` for an option without a value.
    package let value: String?
    /// What its value may be.
    package let type: OptionType
    /// One sentence without a full stop.
    package let help: String
    /// What holds without the option, for the help only.
    package let defaultValue: String?
    /// Whether it may be given more than once.
    package let isRepeatable: Bool
    /// The options, by their long spelling, that cannot be given along with it.
    package let excluded: [String]
    /// The option that it needs, by its long spelling.
    package let needed: String?

    /// Describes an option.
    package init(
        _ names: String...,
        value: String? = nil,
        type: OptionType = .text,
        help: String,
        default defaultValue: String? = nil,
        repeatable: Bool = false,
        excludes excluded: [String] = [],
        needs needed: String? = nil
    ) {
        self.names = names
        self.value = value
        self.type = type
        self.help = help
        self.defaultValue = defaultValue
        isRepeatable = repeatable
        self.excluded = excluded
        self.needed = needed
    }

    /// The long spelling, under which ``Arguments`` keeps what was given.
    package var key: String { names.last ?? "" }

    /// Spellings and value as the help shows them, `-d, --data JSON`.
    var signature: String { names.joined(separator: ", ") + (value.map { " " + $0 } ?? "") }

    /// What a value must be: for an assignment, the help's own words say it best, `NAME=PORT`.
    var requirement: String { type == .assignment ? value ?? type.requirement : type.requirement }

    /// `--help`, which every command has.
    package static let help = Option("-h", "--help", help: "Show this help")
    /// `--version`, which every command has.
    package static let version = Option("--version", help: "Show the version")
}
