import Foundation

/// The file `bootstrap`: a shell script that a user may write, in which `$$main$$` stands for the program.
///
/// There is one way in for everything that starts a program: the word `"$LAMBDA_TASK_ROOT/$$main$$"`. For a plain program
/// only its name is filled in, as one would by hand. Fixed arguments and the loader of a bundled glibc make more than one
/// word; these take that word's place, each quoted, so that nothing starts in between and no second file says the same.
struct BootstrapScript {
    /// The template that is used where no other is named; the same as templates/bootstrap.tmpl.
    static let standard = """
        #!/bin/sh
        # AWS Lambda starts this file. Set here what the program needs before it starts, for example:
        # export PATH="$LAMBDA_TASK_ROOT/bin:/opt/bin:$PATH"
        exec "$LAMBDA_TASK_ROOT/shim" "$LAMBDA_TASK_ROOT/$$main$$"

        """

    static let placeholder = "$$main$$"
    static let word = "\"$LAMBDA_TASK_ROOT/$$main$$\""
    private static let shim = "\"$LAMBDA_TASK_ROOT/shim\""

    /// The template's text.
    let template: String
    /// Its name for messages.
    let path: String

    /// The template of a file, or the standard one.
    init(path: String?) throws {
        self.path = path ?? "templates/bootstrap.tmpl"
        template = try path.map { String(decoding: try Disk.read($0), as: UTF8.self) } ?? Self.standard
        guard template.hasPrefix("#!") else {
            throw PackError.unusableTemplate(path: self.path, cause: "it does not begin with #!")
        }
    }

    /// The script for a function that starts a command.
    func render(_ launch: LaunchLine) throws -> String {
        guard template.contains(Self.placeholder) else {
            throw PackError.unusableTemplate(path: path, cause: "it has no \(Self.placeholder)")
        }
        let name = launch.program
        // A name goes wherever the placeholder stands, quoted or not, so it may hold nothing that a shell reads.
        guard !name.contains(where: { "\"'\\$`;&|<>()*?[]#~!{} \t\n\r".contains($0) }) else {
            throw PackError.unusableTemplate(
                path: path,
                cause: "the name '\(name)' holds characters that a shell reads; rename the program"
            )
        }
        var text = template
        if launch.words.count > 1 {
            guard text.contains(Self.word) else {
                throw PackError.unusableTemplate(
                    path: path,
                    cause: "it has no word \(Self.word), where arguments or a bundled loader go"
                )
            }
            text = text.replacing(Self.word, with: launch.shell())
        }
        return text.replacing(Self.placeholder, with: name)
    }

    /// The script for a layer, which finds the program by `_HANDLER`.
    func renderForLayer() -> String {
        template.replacing(" " + Self.word, with: "").replacing(Self.shim, with: "\"${0%/*}/shim\"")
    }
}
