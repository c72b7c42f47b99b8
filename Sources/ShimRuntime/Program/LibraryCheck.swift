import ELF
import Platform

/// Finds a shared library that is missing before the first event, instead of in it.
///
/// First a look that costs next to nothing: is each library that the program itself needs in a place where the loader
/// looks? Only where one is not, the loader is asked (LD_TRACE_LOADED_OBJECTS, as ldd does; the program is not run), because
/// the loader knows better than any reading of its rules. What a library needs in turn is not looked at: it would cost each
/// cold start, and the loader's own message is understood when it comes (`ProgramResult.failure`).
struct LibraryCheck {
    let file: String
    /// The variables that the program will have.
    let environment: [String: String]
    /// Where the loader runs.
    let context: HostContext

    /// A check of the program that is to be run.
    init(_ context: HostContext) {
        file = context.program.executable
        environment = context.environment.constant
        self.context = context
    }

    /// Refuses a program whose libraries are not all there.
    func requireLibraries() throws(ShimError) {
        let read = try? Files.withMapped(file) { try? ELFFile($0) }
        guard let elf = read.flatMap({ $0 }), let loader = elf.interpreter, !elf.needed.isEmpty else { return }
        let folders = searchFolders(elf)
        let absent = elf.needed.filter { name in
            !name.utf8.contains(UInt8(ascii: "/")) && !folders.contains { Files.status("\($0)/\(name)") != nil }
                && !Self.isCached(name)
        }
        guard !absent.isEmpty, let missing = askLoader(loader), let first = missing.first else { return }
        throw .programUnusable(
            path: file,
            why: missing.count == 1
                ? "the shared library '\(first)' is missing"
                : "shared libraries are missing: " + missing.joined(separator: ", "),
            hint: PackageAdvice.here.libraries
        )
    }

    private func searchFolders(_ elf: ELFFile) -> [String] {
        // The kernel follows links, so $ORIGIN is where the file itself is: /usr/bin/java is a link.
        let place = Files.resolved(file)
        let folder = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? "."
        let own = [elf.rpath, elf.runpath].compactMap { $0 }.map {
            $0.replacing("$ORIGIN", with: folder).replacing("${ORIGIN}", with: folder)
        }
        let paths = [environment["LD_LIBRARY_PATH"] ?? ""] + own
        return paths.flatMap { $0.split(separator: ":").map(String.init) } + [
            "/lib64", "/usr/lib64", "/lib", "/usr/lib",
        ]
    }

    /// Whether the loader's cache has a library: its strings are names and paths, each followed by a NUL.
    private static func isCached(_ name: String) -> Bool { Files.holds("/etc/ld.so.cache", Array("/\(name)\0".utf8)) }

    /// The libraries that the loader does not find; `nil` where it cannot be asked.
    private func askLoader(_ loader: String) -> [String]? {
        // Another loader than glibc's may not know the variable and would run the program.
        guard loader.contains("/ld-linux") || loader.contains("/ld.so") else { return nil }
        let program = Program(executable: loader, arguments: [Files.resolved(file)], name: loader, file: loader)
        var environment = environment
        environment["LD_TRACE_LOADED_OBJECTS"] = "1"
        guard let output = Self.output(of: program, environment, context) else { return nil }
        return String(decoding: output, as: UTF8.self).split(separator: "\n").compactMap { line in
            guard line.hasSuffix("=> not found") else { return nil }
            return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).first.map(String.init)
        }
    }

    /// Runs a program to its end, on a loop of its own; `nil` where it could not be run, or took longer than two seconds.
    private static func output(of program: Program, _ environment: [String: String], _ context: HostContext) -> [UInt8]?
    {
        let loop = EventLoop()
        var context = context
        context.loop = loop
        context.log = Log(environment: [:], descriptor: nil)
        context.program = program
        context.reaper = Reaper(loop: loop, hasSeveralLanes: false)
        guard let child = try? Child(program: program) else { return nil }
        let writer = WholeWriter(.raw(whenEmpty: nil), program: program.name)
        var output: [UInt8]?
        let run = ProgramRun(
            child: child,
            invocation: Invocation(requestID: "", deadline: nil, variables: [:], event: []),
            limit: TimeLimit(stopAt: .now.advanced(by: .seconds(2)), margin: .milliseconds(200)),
            writer: writer,
            context: context
        ) { result in
            if result.stop == nil, case .response(let bytes) = writer.finish(.success) { output = bytes }
            loop.stop()
        }
        guard (try? run.start(environment: environment, number: nil)) != nil, (try? loop.run()) != nil else {
            return nil
        }
        context.reaper.tidy {}
        return output
    }
}
