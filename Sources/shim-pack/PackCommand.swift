import CommandLineKit
import Foundation
import PackKit
import Platform

/// `shim-pack [options] PROGRAM [-- ARG...]`.
struct PackCommand {
    static let spec = CommandSpec(
        program: "shim-pack",
        summary: "Makes the zip, layer or image in which a program starts on AWS Lambda",
        usage: [
            "[options] PROGRAM [-- ARG...]",
            "--layer [options] [PROGRAM]",
            "inspect [options] FILE.zip|DIR",
        ],
        options: [
            Option("-o", "--output", value: "FILE", help: "Write the package to this file", default: "NAME.zip"),
            Option(
                "--target",
                value: "TARGET",
                help: "Where it is to start: provided.al2023, provided.al2 or image",
                default: "provided.al2023"
            ),
            Option(
                "--glibc",
                value: "WHICH",
                help: "Take glibc along: auto (where the target's is too old), bundle (always) or target (never)",
                default: "auto"
            ),
            Option("--include", value: "PATH[=DEST]", help: "Take a file, folder or pattern along", repeatable: true),
            Option("--interpreter", help: "Take the script's interpreter along, with its libraries"),
            Option(
                "--observe",
                value: "JSON|@FILE",
                help: "Run the program here on this event and take along what it opens"
            ),
            Option("--dry-run", help: "Only list what --observe found"),
            Option("--strip", help: "Strip the copies of debugging symbols"),
            Option("--template", value: "FILE", help: "Make bootstrap from this template"),
            Option("--shim", value: "FILE", help: "The static bootstrap program", default: "shim beside shim-pack"),
            Option("--sysroot", value: "DIR", help: "Take libraries from the root of another system"),
            Option("--layer", help: "Make a layer for /opt instead of a function"),
            Option(
                "--layer-for",
                value: "FILE",
                help: "Leave out what this layer of the function already has",
                repeatable: true
            ),
            Option("--image", value: "FILE", help: "Write an OCI image archive, without Docker"),
            Option(
                "--base",
                value: "PATH",
                help: "Put the image on this OCI layout or archive",
                default: "from scratch"
            ),
            Option("--dockerfile", value: "DIR", help: "Write a Dockerfile and what it copies"),
            Option("--test", value: "JSON|@FILE", help: "Run the finished package in the simulator on this event"),
            Option("--rootfs", value: "DIR", help: "Run that test in this root folder, by chroot; needs root"),
        ],
        notes: [
            "exit status: 0 done, 1 failed, 64 wrong usage",
            "example: shim-pack --test '{\"op\":\"inverse\",\"a\":[[2]]}' matrix",
        ]
    )

    let arguments: Arguments
    let console: Console

    /// Does what was asked.
    func run() throws {
        let request = try request()
        if arguments.flag("--dry-run") {
            guard request.observedEvent != nil else {
                throw UsageError("--dry-run without --observe", hint: "it lists what --observe found")
            }
        }
        let staging = try Staging(beside: request.output)
        defer { staging.remove() }
        var packer = Packer(request: request, staging: staging, interrupts: console.interrupts) { console.progress($0) }
        if request.observedEvent != nil {
            let seen = try packer.observe()
            console.clearProgress()
            let lines = seen.map { "\($0.pattern) -> \($0.destination ?? "")\n" }
            if arguments.flag("--dry-run") {
                console.data(lines.joined())
                return
            }
            for line in lines { console.say("observed: \(line.dropLast())") }
        }
        let result = try packer.pack()
        console.clearProgress()
        report(result, request)
        try test(request)
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

    private func test(_ request: PackRequest) throws {
        guard let event = arguments.value("--test") else { return }
        let staging = try Staging(named: "shim-pack-test")
        defer { staging.remove() }
        let proof = Proof(
            package: request.output,
            simulator: try Self.beside("shim-sim"),
            event: event,
            rootfs: arguments.value("--rootfs"),
            staging: staging,
            interrupts: console.interrupts
        )
        console.progress("test")
        defer { console.clearProgress() }
        let answer = try proof.run()
        console.clearProgress()
        console.data(answer)
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
        guard forms.count <= 1 else {
            throw UsageError("\(forms.joined(separator: " and ")) exclude each other", hint: Self.spec.helpHint)
        }
        for (option, needed) in [("--rootfs", "--test"), ("--base", "--image")] where arguments.flag(option) {
            guard arguments.flag(needed) else {
                throw UsageError("\(option) without \(needed)", hint: Self.spec.helpHint)
            }
        }
        if isLayer, arguments.afterDoubleDash != nil {
            throw UsageError("a layer starts no program, so it takes no arguments", hint: Self.spec.helpHint)
        }
        guard !arguments.flag("--layer-for") || forms.isEmpty else {
            throw UsageError("--layer-for is for a function, not for \(forms.first ?? "")", hint: Self.spec.helpHint)
        }
        let program = arguments.positionals.first
        let name = program.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "layer"
        let named = arguments.value("--image") ?? arguments.value("--dockerfile")
        if named != nil, arguments.flag("--output") {
            throw UsageError("--output and \(forms.first ?? "") both name the output", hint: Self.spec.helpHint)
        }
        guard !arguments.flag("--test") || forms.isEmpty else {
            throw UsageError(
                "--test runs a function's package, not what \(forms.first ?? "") makes",
                hint: Self.spec.helpHint
            )
        }
        var request = PackRequest(
            program: program,
            output: named ?? arguments.value("--output") ?? "\(name).zip",
            shim: try arguments.value("--shim") ?? Self.beside("shim")
        )
        request.arguments = arguments.afterDoubleDash ?? []
        request.form =
            switch forms.first {
            case "--layer": .layer
            case "--image": .image
            case "--dockerfile": .dockerfile
            default: .function
            }
        request.target = try arguments.choice("--target", Target.self) ?? (request.form == .image ? .image : .al2023)
        request.glibc = try arguments.choice("--glibc", GlibcChoice.self) ?? .auto
        request.sysroot = arguments.value("--sysroot")
        request.template = arguments.value("--template")
        request.inclusions = arguments.values("--include").map { Inclusion($0) }
        request.packsInterpreter = arguments.flag("--interpreter")
        request.strips = arguments.flag("--strip")
        request.layers = arguments.values("--layer-for")
        request.base = arguments.value("--base")
        request.observedEvent = try arguments.value("--observe").map(Self.event)
        return request
    }

    /// The bytes of `JSON` or `@FILE`.
    static func event(_ text: String) throws -> [UInt8] {
        guard text.hasPrefix("@") else { return Array(text.utf8) }
        let path = String(text.dropFirst())
        do throws(SystemError) {
            return try Files.read(path, atMost: 64 << 20)
        } catch {
            throw PackError.cannotRead(path: path, cause: SystemError.text(error.errno))
        }
    }

    /// A program that lies in the folder of this one.
    static func beside(_ name: String) throws -> String {
        let own = try Files.ownExecutable()
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
    }
}
