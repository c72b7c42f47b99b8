/// The manual page of a program, made from the same tables as its help.
package struct ManualPage {
    private let program: Program

    /// The page of a program.
    package init(of program: Program) { self.program = program }

    /// The page in the language of man(7).
    package var text: String {
        var lines = [
            ".\\\" Made by scripts/man.sh from the program's own tables; do not edit.",
            ".TH \"\(program.name.uppercased())\" 1 \"\" \"\(program.name) \(version)\" \"Shim\"", ".SH NAME",
            "\(escaped(program.name)) \\- \(escaped(program.main.spec.summary))", ".SH SYNOPSIS",
        ]
        lines += synopsis(program.main.spec)
        lines.append(".SH OPTIONS")
        lines += options(program.main.spec)
        lines += notes(program.main.spec)
        for command in program.commands where !command.spec.options.isEmpty && command.spec.program != program.name {
            lines.append(".SH \"\(command.spec.program.uppercased())\"")
            lines.append(escaped(command.spec.summary.prefix(1).uppercased() + command.spec.summary.dropFirst()) + ".")
            lines.append(".PP")
            lines += synopsis(command.spec)
            lines += options(command.spec)
            lines += notes(command.spec)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func synopsis(_ spec: CommandSpec) -> [String] {
        [".nf"]
            + spec.usage.map { form in "\\fB\(escaped(spec.program))\\fR" + (form.isEmpty ? "" : " " + escaped(form)) }
            + [".fi"]
    }

    private func options(_ spec: CommandSpec) -> [String] {
        spec.options.flatMap { option -> [String] in
            let names = option.names.map { "\\fB\(escaped($0))\\fR" }.joined(separator: ", ")
            var text = option.help
            if let value = option.defaultValue { text += " (default: \(value))" }
            if option.isRepeatable { text += " (repeatable)" }
            return [".TP", names + (option.value.map { " \\fI\(escaped($0))\\fR" } ?? ""), escaped(text) + "."]
        }
    }

    /// The paragraphs as they are: what is indented there is a list or a session.
    private func notes(_ spec: CommandSpec) -> [String] {
        spec.notes.flatMap { note in [".PP", ".nf"] + note.split(separator: "\n").map { escaped(String($0)) } + [".fi"]
        }
    }

    private func escaped(_ text: some StringProtocol) -> String {
        var result = String(text).replacing("\\", with: "\\e").replacing("-", with: "\\-")
        // At the start of a line these turn it into a request.
        if result.hasPrefix(".") || result.hasPrefix("'") { result = "\\&" + result }
        return result
    }
}
