import Foundation
import Platform
import ToolKit

/// Brings a language into a package: a recipe, what its probes say about this machine, and the request.
package struct Language {
    private var recipe: LanguageRecipe
    private let toolbox: Toolbox
    /// The system whose language it is.
    private let root: FileSystemRoot
    /// The folder whose commands are asked before those of PATH.
    private let folder: String?
    /// Whether modules were named.
    private let hasModules: Bool

    /// Finds a recipe, and asks this machine what it says to ask.
    ///
    /// - Parameters:
    ///   - name: The name of a built-in recipe, or the path of a file with one.
    ///   - modules: Modules to take along, with what they need.
    ///   - sysroot: The root of another system, whose language it is; this machine's where `nil`.
    ///   - folder: A folder whose commands go before those of PATH.
    ///   - toolbox: Runs the probes.
    /// - Throws: ``PackError`` for a recipe that is not there or wrong, a language or module that is not installed.
    package init(
        _ name: String,
        modules: [String],
        sysroot: String? = nil,
        folder: String? = nil,
        toolbox: Toolbox
    ) throws {
        self.toolbox = toolbox
        self.folder = folder
        hasModules = !modules.isEmpty
        root = FileSystemRoot(sysroot)
        recipe = try Self.recipe(name)
        if let needs = recipe.needs { try require(needs.command, package: needs.package) }
        for probe in recipe.probes { try ask(probe, [], for: recipe.name) }
        guard !modules.isEmpty else { return }
        guard let probe = recipe.modules else {
            throw PackError.contradiction(
                "language '\(recipe.name)' has no modules",
                hint: "take files along with --include"
            )
        }
        try ask(probe, modules, for: "the modules of \(recipe.name)")
    }

    /// The built-in languages, each with what it is.
    package static func all() throws -> [(name: String, about: String)] {
        try BuiltInRecipes.all.map { try LanguageRecipe($0.text, source: $0.name) }.map { ($0.name, $0.about) }
    }

    /// Adds the language to a request.
    ///
    /// The request's program becomes a script that the language runs; a layer has none, and gets commands in `bin/` that run
    /// scripts. Where no modules were named, those that the script uses come along, as far as the recipe can tell.
    package mutating func add(to request: inout PackRequest) throws {
        let script = try script(of: &request)
        if let script, !hasModules { try askForModules(of: script) }
        guard let program = recipe.program else {
            throw PackError.badRecipe(recipe.name, line: 1, cause: "it has no line 'program PATH -> PLACE'")
        }
        let package = "$LAMBDA_TASK_ROOT"
        // What the user says wins: an image has each variable once.
        let own = Set(request.variables.map(\.name))
        request.variables += try recipe.variables.map { try PackVariable($0.replacing("{root}", with: package)) }
            .filter { !own.contains($0.name) }
        request.inclusions += recipe.takes.map { Inclusion(pattern: host($0.path), destination: $0.place) }
        request.recipeExclusions += recipe.leaves
        for (place, text) in recipe.texts { request.texts[place] = PackRequest.Text(text: text) }
        if request.form == .layer {
            request.inclusions.append(Inclusion(pattern: host(program.path), destination: program.place))
            for front in recipe.fronts {
                request.texts["bin/\(front)"] = PackRequest.Text(text: self.front(program), isExecutable: true)
            }
            return
        }
        request.program = host(program.path)
        request.programPlace = program.place
        guard let script else { return }
        let name = Paths.name(Paths.absolute(script))
        let run = Self.words(run(name) ?? recipe.runs.first)
        // An option that the command had for its script, as `-jar`, is a part of how the script is run.
        if let option = run.firstIndex(of: "{script}").flatMap({ $0 > 0 ? run[$0 - 1] : nil }),
            request.programWords.last == option
        {
            request.programWords.removeLast()
        }
        request.inclusions.append(Inclusion(pattern: script, destination: name))
        request.programWords += run.map { $0.replacing("{script}", with: package + "/" + name) }
    }

    /// The script that is to run: the program, or what a command of the language is given to run.
    ///
    /// What stands before it on the command's line comes before the words of its recipe.
    private func script(of request: inout PackRequest) throws -> String? {
        guard let program = request.program, request.form != .layer else { return nil }
        guard Disk.kind(root.realHost(Paths.absolute(program)) ?? program) == .file else {
            throw ToolError.cannotRead(path: program, cause: "No such file or directory")
        }
        let name = Paths.name(Paths.absolute(program))
        guard run(name) == nil, let start = recipe.start(name) else { return program }
        guard let index = request.arguments.firstIndex(where: { run($0) != nil && isFile($0) }) else {
            request.programWords = start.words
            return nil
        }
        let script = request.arguments[index]
        request.programWords = Array(request.arguments[..<index])
        request.arguments.removeFirst(index + 1)
        return script
    }

    private func isFile(_ path: String) -> Bool {
        FileSystemRoot().realHost(Paths.absolute(path)).map { Disk.kind($0) == .file } ?? false
    }

    /// How a script with a name's ending is run; `nil` where the recipe has nothing for it.
    private func run(_ name: String) -> LanguageRecipe.Run? { recipe.runs.first { name.hasSuffix($0.ending) } }

    /// Takes along the modules that a script uses.
    private mutating func askForModules(of script: String) throws {
        guard let probe = recipe.defaults, root.isHost else { return }
        let what = "the modules of '\(Paths.name(script))'"
        try ask(probe, [Paths.absolute(script)], for: what)
        guard let modules = recipe.modules, !recipe.found.isEmpty else { return }
        try ask(modules, recipe.found, for: what)
    }

    /// The modules that were found in the script, where nobody had named any.
    package var foundModules: [String] { recipe.found }

    /// What a language is given to run a script: the script alone where its recipe does not say.
    private static func words(_ run: LanguageRecipe.Run?) -> [String] { run?.arguments ?? ["{script}"] }

    /// A command in a layer's `bin/` that runs a script as a function does whose bootstrap is not this layer's.
    private func front(_ program: LanguageRecipe.Take) -> String {
        let variables = recipe.variables.map { "export " + $0.replacing("{root}", with: "$root") }.map { line in
            line.replacing("=", with: "=\"", maxReplacements: 1) + "\"\n"
        }
        let words = Self.words(recipe.runs.first).map { word in
            "\"" + word.replacing("{script}", with: "$script").replacing("{root}", with: "$root") + "\""
        }
        return """
            #!/bin/sh
            # Runs a script with the language of this layer.
            case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
            root=$(cd "$here/.." && pwd)
            script=$1
            shift
            \(variables.joined())exec "$root/\(program.place)" \(words.joined(separator: " ")) "$@"

            """
    }

    private static func recipe(_ name: String) throws -> LanguageRecipe {
        if let known = BuiltInRecipes.all.first(where: { $0.name == name }) {
            return try LanguageRecipe(known.text, source: "languages/\(name).recipe")
        }
        guard name.contains("/") || name.hasSuffix(".recipe") else {
            throw PackError.unknownLanguage(name, known: BuiltInRecipes.all.map(\.name))
        }
        return try LanguageRecipe(String(decoding: try Disk.read(name), as: UTF8.self), source: name)
    }

    /// Where a path that a recipe or a probe names is on this machine.
    private func host(_ path: String) -> String { path.hasPrefix("/") ? root.host(path) : path }

    /// Where commands are in another system.
    private static let searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    private func require(_ command: String, package: String) throws {
        guard !root.isHost else {
            _ = try Toolbox.path(of: Tool(self.command(command), package: package))
            return
        }
        guard Self.searchPath.contains(where: { root.real($0 + "/" + command) != nil }) else {
            throw PackError.contradiction(
                "'\(command)' is not installed in '\(root.folder)'",
                hint: "chroot \(root.folder) apt-get install \(package)"
            )
        }
    }

    /// Runs a probe and reads the directives that it prints.
    private mutating func ask(_ probe: LanguageRecipe.Probe, _ arguments: [String], for what: String) throws {
        guard !probe.words.isEmpty else {
            throw PackError.badRecipe(recipe.name, line: 1, cause: "a probe has no command")
        }
        let words = probe.words + arguments
        let result = try root.isHost ? run(words, probe.input) : runInRoot(words, probe.input)
        guard result.succeeded else {
            throw PackError.probeFailed(language: recipe.name, what: what, detail: result.lastLine ?? result.status)
        }
        try recipe.read(result.text, source: "what '\(words[0])' says about \(what)")
    }

    /// The path of a command in the folder that goes before PATH, or its name.
    private func command(_ name: String) -> String {
        guard let folder, Files.isExecutable("\(folder)/\(name)") else { return name }
        return "\(folder)/\(name)"
    }

    private func run(_ words: [String], _ input: String) throws -> ToolResult {
        var environment = ProcessInfo.processInfo.environment
        environment["LC_ALL"] = "C.UTF-8"
        if let folder { environment["PATH"] = folder + ":" + (environment["PATH"] ?? "/usr/bin:/bin") }
        return try toolbox.result(
            Tool(command(words[0]), package: recipe.needs?.package),
            Array(words.dropFirst()),
            input: Data(input.utf8),
            environment: environment
        )
    }

    /// Runs a command in the other system, as it would run there; its /proc and /dev are those of here, for that long.
    private func runInRoot(_ words: [String], _ input: String) throws -> ToolResult {
        let script = """
            for name in proc dev; do mkdir -p "$0/$name" && mount --rbind "/$name" "$0/$name" || exit; done
            exec chroot "$0" "$@"
            """
        let user = Files.isSuperuser ? [] : ["--user", "--map-root-user"]
        return try toolbox.result(
            .unshare,
            user + ["--mount", "--", "/bin/sh", "-c", script, root.folder] + words,
            input: Data(input.utf8),
            directory: "/",
            environment: [
                "PATH": Self.searchPath.joined(separator: ":"), "LC_ALL": "C.UTF-8", "HOME": "/root", "TMPDIR": "/tmp",
            ]
        )
    }
}
