import Platform

/// Programs of the system that the simulator uses before it serves: it waits for them.
enum Tool {
    struct Result {
        let end: ProcessEnd
        let output: [UInt8]

        /// The last line that was written, which tends to hold the reason.
        var lastLine: String {
            String(decoding: output, as: UTF8.self).split(separator: "\n").last.map(String.init) ?? "no message"
        }
    }

    private static let folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"]

    static func path(of name: String) -> String? {
        folders.map { "\($0)/\(name)" }.first { Files.isExecutable($0) }
    }

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - name: The program, in one of the system's folders.
    ///   - arguments: What follows the name.
    ///   - purpose: What cannot be done without it, `unpack 'a.zip'`.
    /// - Returns: How it ended and the end of what it wrote.
    /// - Throws: ``SimError`` where it is not installed or cannot be started.
    static func run(_ name: String, _ arguments: [String], purpose: String) throws(SimError) -> Result {
        guard let path = path(of: name) else { throw .missingTool(name, purpose: purpose) }
        let child = ChildSpec(
            executable: path,
            arguments: [name] + arguments,
            environment: ["PATH": folders.joined(separator: ":"), "LC_ALL": "C"],
            directory: "/"
        )
        let loop = EventLoop()
        var output: [UInt8] = []
        var end: ProcessEnd?
        do throws(SystemError) {
            let process = try RuntimeProcess(
                child,
                loop: loop,
                output: { bytes in
                    output.append(contentsOf: bytes)
                    if output.count > 1 << 16 { output.removeFirst(output.count - 4096) }
                },
                ended: {
                    end = $0
                    loop.stop()
                }
            )
            try withExtendedLifetime(process) {
                Swift.Result { () throws(SystemError) in try loop.run() }
            }.get()
        } catch {
            throw .toolFailed(name, object: path, detail: error.description)
        }
        return Result(end: end ?? .exited(status: -1), output: output)
    }
}
