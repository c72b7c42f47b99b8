import CommandLineKit
import Foundation
import LambdaWire
import PackKit
import Platform
import ToolKit

/// `shim-pack [options] PROGRAM [-- ARG...]`.
struct PackCommand {
    static let spec = CommandSpec(
        program: "shim-pack",
        summary: "makes the zip, layer or image that starts a program on AWS Lambda",
        usage: [
            "[options] PROGRAM [-- ARG...]",
            "--layer [options] [PROGRAM]",
            "inspect [options] FILE.zip|FILE.tar|DIR",
        ],
        options: [
            Option(
                "-o",
                "--output",
                value: "FILE",
                type: .file,
                help: "Write the package to this file",
                default: "NAME.zip"
            ),
            Option(
                "--target",
                value: "TARGET",
                type: .word(of: Target.self),
                help: "Where it will run: provided.al2023, provided.al2 or image",
                default: "provided.al2023"
            ),
            Option(
                "--glibc",
                value: "WHICH",
                type: .word(of: GlibcChoice.self),
                help: "Pack glibc: auto (where the target's is too old), bundle (always) or target (never)",
                default: "auto"
            ),
            Option("--include", value: "PATH[=DEST]", help: "Also pack this file, folder or pattern", repeatable: true),
            Option(
                "--exclude",
                value: "PATTERN",
                help:
                    "Leave out what matches, included or observed: a name, a place in the package or an absolute path",
                repeatable: true
            ),
            Option(
                "--env",
                value: "NAME=VALUE",
                help: "Set a variable for the program; $LAMBDA_TASK_ROOT in it is the package's folder",
                repeatable: true
            ),
            Option("--interpreter", help: "Also pack the script's interpreter, with its libraries"),
            Option(
                "--language",
                value: "NAME|FILE",
                help:
                    "Pack a whole language for the script, or as a layer: python, r, perl, ... or a recipe's file",
                excludes: ["--interpreter", "--observe"]
            ),
            Option(
                "--language-module",
                value: "NAME",
                help: "Pack a module of the language, with what it needs",
                repeatable: true
            ),
            Option(
                "--observe",
                value: "JSON|@FILE",
                help:
                    "Run the program here on this event and pack what it uses: files, folders, libraries, programs",
                repeatable: true
            ),
            Option(
                "--strict",
                help: "Fail where --observe saw files that the program will not find in the package",
                needs: "--observe"
            ),
            Option("--dry-run", help: "Only list what --observe finds", needs: "--observe"),
            Option("--strip", help: "Strip debugging symbols from the copies"),
            Option("--template", value: "FILE", type: .file, help: "Make bootstrap from this template"),
            Option(
                "--shim",
                value: "FILE",
                type: .file,
                help: "The static bootstrap program",
                default: "shim beside shim-pack"
            ),
            Option(
                "--sysroot",
                value: "DIR",
                type: .folder,
                help: "Take libraries, or the language, from the root of another system"
            ),
            Option(
                "--layer",
                help: "Make a layer for /opt instead of a function",
                excludes: ["--image", "--dockerfile"]
            ),
            Option(
                "--no-shim",
                help: "Leave bootstrap and shim out of the layer",
                excludes: ["--shim", "--template", "--env"],
                needs: "--layer"
            ),
            Option(
                "--layer-for",
                value: "FILE",
                type: .file,
                help:
                    "The function will have this layer: leave out what it has, and use its interpreter for a script",
                repeatable: true,
                excludes: ["--image", "--dockerfile"]
            ),
            Option(
                "--image",
                value: "FILE",
                type: .file,
                help: "Write an OCI image archive, without Docker",
                excludes: ["--dockerfile", "--output"]
            ),
            Option(
                "--base",
                value: "PATH",
                type: .file,
                help: "Put the image on this OCI layout or archive",
                default: "from scratch",
                needs: "--image"
            ),
            Option(
                "--dockerfile",
                value: "DIR",
                type: .folder,
                help: "Write a folder with a Dockerfile and the files it copies",
                excludes: ["--output"]
            ),
            Option(
                "--test",
                value: "JSON|@FILE",
                help: "Run the finished package on this event, with only what the target has",
                repeatable: true
            ),
            Option(
                "--expect",
                value: "TEXT|@FILE",
                help: "What the answer to the test must be, in order",
                repeatable: true,
                needs: "--test"
            ),
            Option(
                "--rootfs",
                value: "DIR",
                type: .folder,
                help: "Run the test in this root folder instead",
                excludes: ["--image"],
                needs: "--test"
            ),
        ],
        notes: [
            "PROGRAM is a file, or a command in PATH.",
            "exit status: 0 done, 1 failed, 64 wrong usage",
            "example: shim-pack --test '{\"op\":\"inverse\",\"a\":[[2]]}' matrix",
        ]
    )

    let arguments: Arguments
    let console: Console
    /// Where signals arrive as bytes.
    let interrupts: Int32

    static let program = Program(
        name: "shim-pack",
        main: Command("", spec) { arguments, console in
            try PackCommand(arguments: arguments, console: console, interrupts: interrupts()).run()
            return .done
        },
        commands: [Command("inspect", InspectCommand.spec, run: InspectCommand.run)]
    )

    /// Makes the signals that ask to stop readable.
    static func interrupts() throws -> Int32 {
        try Signals.readable([Signal.interrupt, Signal.terminate, Signal.hangUp])
    }

    /// Does what was asked.
    func run() throws {
        var request = try request()
        let proof = try proof()
        let staging = try Staging(beside: request.output)
        defer { staging.remove() }
        try addLanguage(to: &request)
        var packer = Packer(request: request, staging: staging, interrupts: interrupts) { console.progress($0) }
        if !request.observedEvents.isEmpty {
            var seen = try packer.observe()
            console.clearProgress()
            let isDry = arguments.flag("--dry-run")
            if !isDry, seen.isNotEnough {
                var whole = request
                whole.observedEvents = []
                if try addLanguage(to: &whole) {
                    packer = Packer(request: whole, staging: staging, interrupts: interrupts) { console.progress($0) }
                    seen = packer.use(seen, besides: whole.inclusions.dropFirst(request.inclusions.count))
                    request = whole
                }
            }
            if isDry { try console.print(seen.items.map { "\($0.source) -> \($0.place)\n" }.joined()) }
            for line in seen.report(listing: isDry ? 0 : 20) { console.say(line) }
            if isDry { return }
        }
        let result = try packer.pack(proof: proof)
        console.clearProgress()
        report(result, request)
        for answer in result.answers { try console.print(answer) }
    }

    /// Adds the language that was named, or that the program belongs to.
    ///
    /// - Returns: Whether there is one.
    @discardableResult
    private func addLanguage(to request: inout PackRequest) throws -> Bool {
        let toolbox = Toolbox(interrupts: interrupts)
        let modules = arguments.values("--language-module")
        let named = arguments.value("--language")
        let found = named == nil ? try LanguageFinder(request, toolbox: toolbox).find() : nil
        guard let name = named ?? found?.name else {
            guard modules.isEmpty else {
                throw UsageError("--language-module needs --language", hint: Self.spec.helpHint)
            }
            return false
        }
        console.progress(name)
        let program = request.program ?? ""
        var language = try Language(
            name,
            modules: modules,
            sysroot: request.sysroot,
            folder: found?.folder,
            toolbox: toolbox
        )
        try language.add(to: &request)
        console.clearProgress()
        if let found {
            console.say(
                "'\(program)' is packed with the language \(name), as \(found.reason); --language NAME overrides that"
            )
        }
        if !language.foundModules.isEmpty {
            let names = language.foundModules.joined(separator: ", ")
            console.say("with the modules that it uses: \(names); --language-module NAME overrides that")
        }
        return true
    }

    private func report(_ result: PackResult, _ request: PackRequest) {
        for note in result.notes { console.say(note) }
        for line in result.sizes.lines { console.say(line) }
        if let bytes = result.outputBytes {
            console.say("\(request.output): \(result.architecture), \(bytes) bytes")
        } else {
            console.say("\(request.output): \(result.architecture)")
        }
        if let sum = result.codeSHA256 { console.say("CodeSha256: \(sum)") }
    }

    /// What is to be proved, read and checked before the work; `nil` for nothing.
    private func proof() throws -> Proof? {
        let events = arguments.values("--test")
        guard !events.isEmpty else { return nil }
        let expected = try arguments.values("--expect").map {
            Expectation(String(decoding: try Input.bytes($0), as: UTF8.self))
        }
        guard expected.count <= events.count else {
            throw UsageError("\(expected.count) --expect for \(events.count) --test", hint: "one for each, in order")
        }
        let calls = try events.enumerated().map { index, text in
            let event = try Self.event(text, of: "--test")
            guard (try? JSONSerialization.jsonObject(with: Data(event), options: .fragmentsAllowed)) != nil else {
                throw UsageError("the event of --test is not JSON", hint: "a text must be quoted: --test '\"text\"'")
            }
            return Proof.Call(event: event, expected: index < expected.count ? expected[index] : nil)
        }
        return Proof(
            calls: calls,
            simulator: try Paths.companion("shim-sim"),
            root: arguments.value("--rootfs")
        )
    }

    private func request() throws -> PackRequest {
        let isLayer = arguments.flag("--layer")
        guard arguments.positionals.count == 1 || (isLayer && arguments.positionals.isEmpty) else {
            let given = arguments.positionals.count
            throw UsageError(
                given == 0 ? "no program to pack" : "one program is packed, not \(given)",
                hint: Self.spec.helpHint
            )
        }
        let forms = ["--layer", "--image", "--dockerfile"].filter { arguments.flag($0) }
        if isLayer, arguments.afterDoubleDash != nil {
            throw UsageError("a layer starts no program, so it takes no arguments", hint: Self.spec.helpHint)
        }
        // Commands are those of this system, not of another one's root.
        let program = arguments.positionals.first.map { arguments.flag("--sysroot") ? $0 : Toolbox.program($0) }
        let name = program.map(Paths.name) ?? "layer"
        let named = arguments.value("--image") ?? arguments.value("--dockerfile")
        var request = PackRequest(
            program: program,
            output: named ?? arguments.value("--output") ?? "\(name).zip",
            shim: arguments.flag("--no-shim") ? nil : try shim()
        )
        request.arguments = arguments.afterDoubleDash ?? []
        request.form =
            switch forms.first {
            case "--layer": .layer
            case "--image": .image
            case "--dockerfile": .dockerfile
            default: .function
            }
        request.target = arguments.choice("--target", Target.self) ?? (request.form == .image ? .image : .al2023)
        request.glibc = arguments.choice("--glibc", GlibcChoice.self) ?? .auto
        request.sysroot = try arguments.value("--sysroot").map { path in
            guard Files.status(path)?.isDirectory == true else {
                throw UsageError(
                    "'\(path)' is not a value for --sysroot: there is no such folder",
                    hint: "the root folder of another system, as 'debootstrap SUITE DIR' makes it"
                )
            }
            return path
        }
        request.template = arguments.value("--template")
        request.inclusions = arguments.values("--include").map { Inclusion($0) }
        request.packsInterpreter = arguments.flag("--interpreter")
        request.strips = arguments.flag("--strip")
        request.layers = arguments.values("--layer-for")
        request.base = arguments.value("--base")
        request.exclusions = arguments.values("--exclude")
        request.variables = try arguments.values("--env").map { try PackVariable($0) }
        request.observedEvents = try arguments.values("--observe").map { try Self.event($0, of: "--observe") }
        request.isStrict = arguments.flag("--strict")
        return request
    }

    private func shim() throws -> BootstrapProgram {
        guard let path = arguments.value("--shim") else { return .installed(folders: try Paths.companionFolders()) }
        return .named(path)
    }

    /// The bytes of `JSON` or `@FILE`, where Lambda takes as many.
    static func event(_ text: String, of option: String) throws -> [UInt8] {
        let event = try Input.bytes(text)
        guard event.count <= LambdaLimit.payload else {
            throw UsageError("the event of \(option) is too large", hint: "Lambda takes \(LambdaLimit.payload) bytes")
        }
        return event
    }
}
