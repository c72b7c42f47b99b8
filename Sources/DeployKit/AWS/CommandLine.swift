import Foundation
import FunctionFile
import ToolKit

/// How an ``AWSCall`` becomes a command, to be run or to be read.
package struct CommandLineText: Sendable {
    /// Where the calls go.
    package let settings: AWSSettings

    /// Writes commands for a place.
    package init(_ settings: AWSSettings) { self.settings = settings }

    /// The command to run.
    ///
    /// The request is on standard input, which is a file in memory: no value of it is in an argument list, where every
    /// user of the machine could read it, nor on the disk. The CLI reads it twice, which a pipe could not serve.
    func run(_ call: AWSCall) -> ToolRun {
        var words = [call.service, call.operation] + settings.options
        if !call.input.isEmpty { words += ["--cli-input-json", "file:///dev/stdin"] }
        for (option, path) in call.files.sorted(by: { $0.key < $1.key }) {
            words += [option, (option == "--body" ? "" : "fileb://") + path]
        }
        var run = ToolRun(.aws, words + call.positionals)
        run.input = Data(JSON.object(call.input).text().utf8)
        run.environment = Toolbox.environment().merging(AWSSettings.variables) { $1 }
        return run
    }

    /// The options that say where a command goes, as one types them into a shell.
    var place: [String] {
        var words = ["--region", Self.quoted(settings.region)]
        if let profile = settings.profile { words += ["--profile", Self.quoted(profile)] }
        if let endpoint = settings.endpoint { words += ["--endpoint-url", Self.quoted(endpoint)] }
        return words
    }

    /// The command as one types it into a shell, with the variables that it sets and uses.
    ///
    /// The values of environment variables are not shown; they belong in a file that the command names.
    package func shell(_ call: AWSCall) -> String {
        var input = call.input
        var words = ["aws", call.service, call.operation] + place
        var note = ""
        if let names = input["Environment"]?["Variables"]?.object?.keys.sorted(), !names.isEmpty {
            input["Environment"] = nil
            words += ["--environment", "file://environment.json"]
            let members = names.map { "\"\($0)\": …" }.joined(separator: ", ")
            note = "# environment.json: {\"Variables\": {\(members)}}\n"
        }
        if !input.isEmpty { words += ["--cli-input-json", Self.quoted(JSON.object(input).text())] }
        for (option, path) in call.files.sorted(by: { $0.key < $1.key }) {
            words += [option, Self.quoted((option == "--body" ? "" : "fileb://") + path)]
        }
        words += call.positionals.map(Self.quoted)
        guard let capture = call.captures.first else { return note + words.joined(separator: " ") }
        words += ["--query", capture.path.joined(separator: "."), "--output", "text"]
        return note + "\(capture.name)=$(\(words.joined(separator: " ")))"
    }

    /// A word for the shell; the places of variables become variables of the shell.
    static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            byte | 0x20 &- 0x61 < 26 || byte &- 0x30 < 10 || "-_./:=@%+,".utf8.contains(byte)
        }
        if isPlain, !text.isEmpty { return text }
        let inner = text.replacing("'", with: #"'\''"#)
        return "'" + Variable.replace(inner) { "'\"$\($0)\"'" } + "'"
    }
}

extension Tool {
    /// The AWS CLI, version 1 or 2.
    static let aws = Tool("aws", package: "awscli")
    /// Copies images between registries and archives, without Docker.
    static let skopeo = Tool("skopeo")
}
