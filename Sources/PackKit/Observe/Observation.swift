import ToolKit

/// What a program was seen to use, and what follows for its package.
package struct Observation: Sendable {
    /// A file or folder that it used.
    package struct Item: Equatable, Sendable {
        enum Kind: Equatable, Sendable {
            case file
            case folder
            /// A library that is found by its name alone.
            case library
            /// A program that was started.
            case program
        }

        /// Where it is on this machine, links not followed.
        package let path: String
        /// Its place in a zip; that of a library is the packer's business.
        package let place: String
        let kind: Kind
        /// The path as the user would say it: relative where it was found in the working folder.
        package var source: String { !isAtRoot && path == Paths.absolute(place) ? place : path }

        /// Whether it was asked for where it is on this machine; otherwise it was found by the package's folder.
        let isAtRoot: Bool
    }

    /// How it failed where only its variables led to its files.
    package struct Failure: Equatable, Sendable {
        /// How it ended, as text.
        package let status: String
        /// The last lines that it wrote.
        package let output: String
    }

    /// What goes into the package, sorted by place.
    package var items: [Item] = []
    /// Variables by which the program will find what it asked for elsewhere; they are set in the package.
    package var variables: [PackVariable] = []
    /// Arguments that tell it the same, before its own; `$LAMBDA_TASK_ROOT` in them is the package's folder.
    package var words: [String] = []
    /// Where the program stays in the package, if it may look for its files from its own place.
    package var programPlace: String?
    /// Scripts of a shell that are packed with their absolute names led to the package: their text, by their real path.
    package var scripts: [String: String] = [:]
    /// What it used by absolute names that no variable leads away from.
    package var notFound: [String] = []
    /// Set where it failed with these variables.
    package var failure: Failure?
    /// Private files that it used, which stay where they are.
    package var leftOut: [String] = []
    /// The recipe that packs the whole language that it runs in, if there is one.
    package var language: String?
    /// Whether the interpreter that its script names is a script too, as those are that choose one of several versions.
    package var interpreterIsScript = false
    /// Whether it asked for `/proc/self/exe`.
    package var asksForItself = false
    /// Whether only libraries could be seen, as strace is not installed.
    package var sawOnlyLibraries = false
    /// Whether anything was observed at all.
    package var isEmpty = true

    /// What there is to say about it, as lines for the user.
    ///
    /// - Parameter count: How many of the items are listed.
    /// - Returns: The lines; warnings begin with `warning: `.
    package func report(listing count: Int) -> [String] {
        var lines = items.prefix(count).map { "observed: \($0.source) -> \($0.place)" }
        if count > 0, items.count > count { lines.append("observed: \(items.count - count) more; --dry-run lists all") }
        lines += variables.map { "observed: bootstrap sets \($0.name)=\($0.value), where the program finds its files" }
        if !words.isEmpty {
            let said = words.joined(separator: " ")
            lines.append("observed: bootstrap starts the program with \(said), where it finds its files")
        }
        lines += scripts.keys.sorted().map { "observed: '\($0)' is packed with its paths led to $LAMBDA_TASK_ROOT" }
        lines += leftOut.map { "warning: '\($0)' is private and stays here; --include takes it along" }
        if sawOnlyLibraries { lines.append("warning: only libraries could be seen\nhint: apt-get install strace") }
        if let failure {
            lines.append(
                """
                warning: where only its variables lead to its files, the program fails: \(failure.status)\
                \(failure.output.isEmpty ? "" : "\n" + failure.output)
                hint: another value may do, with --env; an image has all files in their own places: --image FILE
                """
            )
        }
        guard !notFound.isEmpty else { return lines }
        let rest = notFound.count > 5 ? " and \(notFound.count - 5) more" : ""
        return lines + [
            """
            warning: the program looks by absolute names for files that will be below $LAMBDA_TASK_ROOT: \
            \(notFound.prefix(5).joined(separator: ", "))\(rest)
            hint: an image has them in their own places: --image FILE; or tell the program where they are, with --env or an \
            argument\(language.map { "; --language \($0) packs the whole language" } ?? "")
            """
        ]
    }
}
