import ELF
import Platform

/// Finds a shared library that is missing before the first event, instead of in it.
///
/// First a look that costs next to nothing: is each library that the program itself needs in a place where the loader
/// looks? Only where one is not, the loader is asked (LD_TRACE_LOADED_OBJECTS, as ldd does; the program is not run), because
/// the loader knows better than any reading of its rules. What a library needs in turn is not looked at: it would cost each
/// cold start, and the loader's own message is understood when it comes (`ChildResult.failure`).
struct LibraryCheck {
    let file: String
    /// The variables that the program will have.
    let environment: [String: String]

    /// Refuses a program whose libraries are not all there.
    func requireLibraries() throws(ShimError) {
        let read = try? Files.withMapped(file) { try? ELFFile($0) }
        guard let elf = read.flatMap({ $0 }), let loader = elf.interpreter, !elf.needed.isEmpty else { return }
        let folders = searchFolders(elf)
        let absent = elf.needed.filter { name in
            !name.contains("/") && !folders.contains { Files.status("\($0)/\(name)") != nil }
                && !Self.isCached(name)
        }
        guard !absent.isEmpty, let missing = askLoader(loader), let first = missing.first else { return }
        throw .programUnusable(
            path: file,
            why: missing.count == 1
                ? "the shared library '\(first)' is missing"
                : "shared libraries are missing: " + missing.joined(separator: ", "),
            hint:
                "pack the program with shim-pack, which brings its libraries along, or put them into lib/ of the package"
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

    /// Whether the loader's cache has a library: its strings are names and paths, each with a NUL behind it.
    private static func isCached(_ name: String) -> Bool { Files.holds("/etc/ld.so.cache", Array("/\(name)\0".utf8)) }

    /// The libraries that the loader does not find; `nil` where it cannot be asked.
    private func askLoader(_ loader: String) -> [String]? {
        // Another loader than glibc's may not know the variable and would run the program.
        guard loader.contains("/ld-linux") || loader.contains("/ld.so") else { return nil }
        let program = Program(executable: loader, arguments: [Files.resolved(file)], name: loader, file: loader)
        var environment = environment
        environment["LD_TRACE_LOADED_OBJECTS"] = "1"
        guard let child = try? Child(program: program) else { return nil }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
        defer { buffer.deallocate() }
        var run = ChildRun(
            child: child,
            event: [],
            timeLimit: ChildRun.TimeLimit(stopAt: .now.advanced(by: .seconds(2)), grace: .milliseconds(100)),
            maximumOutput: 1 << 20,
            output: [],
            log: ChildLog(log: Log(environment: [:], descriptor: nil), requestID: ""),
            signals: -1,
            buffer: buffer
        )
        guard let result = try? run.run(environment: environment), result.stop == nil else { return nil }
        return String(decoding: result.output, as: UTF8.self).split(separator: "\n").compactMap { line in
            guard line.hasSuffix("=> not found") else { return nil }
            return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).first.map(String.init)
        }
    }
}
