/// What a shell needs to complete the words of a program, made from the same table that parses them.
package enum Completions: String, CaseIterable, Sendable {
    /// For `source <(PROGRAM completions bash)`.
    case bash
    /// For a file `_PROGRAM` in a folder of `fpath`.
    case zsh
    /// For a file `PROGRAM.fish` in `~/.config/fish/completions`.
    case fish

    /// The script for a program.
    package func script(for program: Program) -> String {
        switch self {
        case .bash: bash(program)
        case .zsh: zsh(program)
        case .fish: fish(program)
        }
    }

    private func commands(_ program: Program) -> [Command] { [program.main] + program.commands }

    private func function(_ program: Program) -> String {
        "_" + program.name.map { $0 == "-" ? "_" : String($0) }.joined()
    }

    // MARK: - bash

    private func bash(_ program: Program) -> String {
        var values: [String] = []
        var options: [String] = []
        for command in commands(program) {
            options.append(
                "        '\(command.name)') words='\(command.spec.options.flatMap(\.names).joined(separator: " "))' ;;"
            )
            for option in command.spec.options where option.value != nil {
                let patterns = option.names.map { "'\(command.name) \($0)'" }.joined(separator: "|")
                let reply =
                    switch option.type {
                    case .word(let words): "COMPREPLY=($(compgen -W '\(words.joined(separator: " "))' -- \"$current\"))"
                    case .file: "COMPREPLY=($(compgen -f -- \"$current\"))"
                    case .folder: "COMPREPLY=($(compgen -d -- \"$current\"))"
                    case .text, .integer, .number, .assignment: "COMPREPLY=()"
                    }
                values.append("        \(patterns)) \(reply); return ;;")
            }
        }
        let names = program.commands.map(\.name).joined(separator: " ")
        let seen =
            program.commands.isEmpty
            ? ""
            : """
            case ${COMP_WORDS[1]} in
                    \(program.commands.map(\.name).joined(separator: "|"))) ((COMP_CWORD > 1)) && command=${COMP_WORDS[1]} ;;
                esac
            """
        return """
            # bash completion of \(program.name), made by '\(program.name) completions bash'
            \(function(program))() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= words=
                \(seen)
                compopt -o filenames 2>/dev/null
                case "$command $previous" in
            \(values.joined(separator: "\n"))
                esac
                case $command in
            \(options.joined(separator: "\n"))
                esac
                if [[ $current == -* ]]; then
                    COMPREPLY=($(compgen -W "$words" -- "$current"))
                else
                    COMPREPLY=($(compgen -f -- "$current"))
                    ((COMP_CWORD == 1)) && COMPREPLY+=($(compgen -W '\(names)' -- "$current"))
                fi
            }
            complete -F \(function(program)) \(program.name)

            """
    }

    // MARK: - zsh

    private func zsh(_ program: Program) -> String {
        func quoted(_ text: String) -> String {
            text.replacing("\\", with: "\\\\").replacing("'", with: "'\\''").replacing("[", with: "\\[")
                .replacing("]", with: "\\]").replacing(":", with: "\\:")
        }
        func lines(_ command: Command) -> String {
            command.spec.options.flatMap { option -> [String] in
                option.names.map { name in
                    let repeated = option.isRepeatable ? "*" : ""
                    guard let value = option.value else {
                        return "            '\(repeated)\(name)[\(quoted(option.help))]'"
                    }
                    let action =
                        switch option.type {
                        case .word(let words): "(\(words.joined(separator: " ")))"
                        case .file: "_files"
                        case .folder: "_files -/"
                        case .text, .integer, .number, .assignment: " "
                        }
                    return "            '\(repeated)\(name)[\(quoted(option.help))]:\(quoted(value)):\(action)'"
                }
            }.joined(separator: " \\\n") + " \\\n            '*:file:_files'"
        }
        let cases = program.commands.map { command in
            "    \(command.name))\n        shift words; ((CURRENT--))\n        _arguments \\\n\(lines(command)) ;;"
        }
        let names = program.commands.map { "        '\($0.name):\(quoted($0.spec.summary))'" }.joined(separator: "\n")
        return """
            #compdef \(program.name)
            # made by '\(program.name) completions zsh'
            local -a commands
            commands=(
            \(names)
            )
            if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
                _describe command commands
            fi
            case $words[2] in
            \(cases.joined(separator: "\n"))
                *)
                    _arguments \\
            \(lines(program.main)) ;;
            esac

            """
    }

    // MARK: - fish

    private func fish(_ program: Program) -> String {
        func quoted(_ text: String) -> String {
            "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
        }
        let names = program.commands.map(\.name).joined(separator: " ")
        var lines = ["# fish completion of \(program.name), made by '\(program.name) completions fish'"]
        for command in program.commands {
            lines.append(
                "complete -c \(program.name) -n __fish_use_subcommand -a \(command.name) -d \(quoted(command.spec.summary))"
            )
        }
        for command in commands(program) {
            let condition =
                command.name.isEmpty
                ? (names.isEmpty ? "" : " -n 'not __fish_seen_subcommand_from \(names)'")
                : " -n '__fish_seen_subcommand_from \(command.name)'"
            for option in command.spec.options {
                var line = "complete -c \(program.name)\(condition)"
                for name in option.names {
                    line += name.hasPrefix("--") ? " -l \(name.dropFirst(2))" : " -s \(name.dropFirst())"
                }
                if option.value != nil {
                    switch option.type {
                    case .word(let words): line += " -x -a \(quoted(words.joined(separator: " ")))"
                    case .file: line += " -r -F"
                    case .folder: line += " -x -a '(__fish_complete_directories)'"
                    case .text, .integer, .number, .assignment: line += " -x"
                    }
                }
                lines.append(line + " -d \(quoted(option.help))")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
