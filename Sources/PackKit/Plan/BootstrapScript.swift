import Foundation
import ToolKit

/// The file `bootstrap`: a shell script that a user may write, in which `$$main$$` means the program.
///
/// There is one way in for everything that starts a program: the word `"$LAMBDA_TASK_ROOT/$$main$$"`. For a plain program
/// only its name is filled in, as one would by hand. Fixed arguments and the loader of a bundled glibc make more than one
/// word; these take that word's place, each quoted, so that nothing starts in between and no second file says the same.
struct BootstrapScript {
    /// The template that is used where no other is named; the same as templates/bootstrap.tmpl.
    static let standard = #"""
        #!/bin/sh
        # Lambda starts this file once per execution environment, before the first event. It sets up what the program needs and
        # hands over to shim, which runs the program for each event: the event on standard input, the response on standard
        # output, the log on standard error.
        #
        # This is the place for what the program wants to find in its environment. $LAMBDA_TASK_ROOT is the folder of this
        # package (read-only), /opt holds the layers, /tmp is the only place that can be written to. For example:
        #
        #   export PATH="$LAMBDA_TASK_ROOT/bin:$PATH"
        #   export R_HOME=/opt/R/lib/R
        #   export JULIA_DEPOT_PATH="/tmp/julia:/opt/julia"
        #   export OMP_NUM_THREADS=1
        #
        # shim puts the package's folder and its lib/ in front of LD_LIBRARY_PATH for the program only; leave it alone here, or
        # /bin/sh itself may pick up the wrong libraries. How shim itself behaves is set by SHIM_... variables.

        \#(locale)

        # The folder of this file: the package, or /opt where the bootstrap comes from a layer.
        case $0 in
        */*) here=${0%/*} ;;
        *) here=. ;;
        esac

        # A glibc in the package brings its own C.UTF-8: that of the system may be missing, or too old for it.
        [ ! -d "$here/glibc/locale" ] || export LOCPATH="${LOCPATH:+$LOCPATH:}$here/glibc/locale"

        exec "$here/shim" "$LAMBDA_TASK_ROOT/$$main$$"

        """#

    /// Its part that is not for a system that has the locale which Lambda names.
    static let locale = #"""
        # Lambda sets LANG=en_US.UTF-8, a locale that provided.al2023 does not have: GHC's text functions would fail at an é,
        # Perl and R would warn at each start. C.UTF-8 is there. LC_ALL as a variable of the function wins; for another locale,
        # or for LANG to decide, change this line or take it out.
        export LC_ALL="${LC_ALL:-C.UTF-8}"
        """#

    /// The word that a command takes the place of.
    static let word = "\"$LAMBDA_TASK_ROOT/$$main$$\""

    /// The template's text.
    let template: String
    /// Its name for messages.
    let path: String

    /// The template of a file, or the standard one, which sets a locale where that is wanted.
    init(path: String?, setsLocale: Bool = true) throws {
        self.path = path ?? "templates/bootstrap.tmpl"
        let standard = setsLocale ? Self.standard : Self.standard.replacing(Self.locale + "\n\n", with: "")
        template = try path.map { String(decoding: try Disk.read($0), as: UTF8.self) } ?? standard
        guard template.hasPrefix("#!") else {
            throw PackError.unusableTemplate(path: self.path, cause: "it does not begin with #!")
        }
        guard template.utf8.prefix(while: { $0 != 10 }).last != 13 else {
            throw PackError.unusableTemplate(
                path: self.path,
                cause: "it has Windows line ends: its interpreter would not be found"
            )
        }
    }

    /// The same template with variables, which are set right after its first line: what the template sets comes later, and
    /// may use them.
    ///
    /// A variable of the function's own wins, but for those that Lambda always sets.
    func setting(_ variables: [PackVariable], root: String) -> BootstrapScript {
        guard !variables.isEmpty, let end = template.firstIndex(of: "\n") else { return self }
        let lines = variables.map { variable in
            (variable.isPreset ? "" : "[ \"${\(variable.name)+set}\" ] || ")
                + "export \(variable.name)=\(variable.shell(root: root))\n"
        }
        // Said in full for Swift 6.2, which finds no type for a sum of substrings.
        let rest = String(template[template.index(after: end)...])
        let text = String(template[...end]) + lines.joined(separator: "") + rest
        return BootstrapScript(template: text, path: path)
    }

    private init(template: String, path: String) {
        self.template = template
        self.path = path
    }

    /// The script for a function that starts a command.
    func render(_ launch: LaunchLine) throws -> String {
        guard template.contains(BootstrapTemplate.placeholder) else {
            throw PackError.unusableTemplate(path: path, cause: "it has no \(BootstrapTemplate.placeholder)")
        }
        guard launch.words.count > 1 else { return try BootstrapTemplate.render(template, main: launch.program) }
        guard template.contains(Self.word) else {
            throw PackError.unusableTemplate(
                path: path,
                cause: "it has no word \(Self.word), where arguments or a bundled loader go"
            )
        }
        // The parts around that word may say the name once more, in a variable or a comment.
        let parts = template.split(separator: Self.word, omittingEmptySubsequences: false)
        let rendered = try parts.map { part -> String in
            guard part.contains(BootstrapTemplate.placeholder) else { return String(part) }
            return try BootstrapTemplate.render(String(part), main: launch.program)
        }
        return rendered.joined(separator: launch.shell())
    }

    /// The script for a layer, which finds the program by `_HANDLER`.
    func renderForLayer() throws -> String {
        let text = template.replacing(" " + Self.word, with: "")
        guard !text.contains(BootstrapTemplate.placeholder) else {
            throw PackError.unusableTemplate(
                path: path,
                cause: "a layer has no program for \(BootstrapTemplate.placeholder)"
            )
        }
        return text
    }
}
