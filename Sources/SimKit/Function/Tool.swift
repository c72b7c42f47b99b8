import Platform

/// Programs of the system that the simulator uses before it serves: it waits for them.
enum Tool {
    struct Result {
        let end: ProcessEnd
        /// The last line that was written, which tends to hold the reason.
        let lastLine: String
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
    ///   - signals: A descriptor of ``Signals/readable(_:)``: a signal ends the program, and is left to be read.
    /// - Returns: How it ended and the last line that it wrote.
    /// - Throws: ``SimError`` where it is not installed or cannot be started; ``SimError/interrupted``.
    static func run(
        _ name: String,
        _ arguments: [String],
        purpose: String,
        signals: Int32? = nil
    ) throws(SimError) -> Result {
        guard let path = path(of: name) else { throw .missingTool(name, purpose: purpose) }
        let child = ChildSpec(
            executable: path,
            arguments: [name] + arguments,
            environment: ["PATH": folders.joined(separator: ":"), "LC_ALL": "C"],
            directory: "/"
        )
        let loop = EventLoop()
        let tail = OutputTail()
        var end: ProcessEnd?
        var isInterrupted = false
        do throws(SystemError) {
            let process = try RuntimeProcess(
                child,
                loop: loop,
                output: { tail.add($0) },
                ended: {
                    end = $0
                    loop.stop()
                }
            )
            if let signals {
                var watch: EventLoop.Watch?
                watch = loop.watch(signals, .readable) { _ in
                    // It stays readable.
                    watch?.cancel()
                    isInterrupted = true
                    process.kill()
                }
            }
            try withExtendedLifetime(process) {
                Swift.Result { () throws(SystemError) in try loop.run() }
            }.get()
        } catch {
            throw .toolFailed(name, object: path, detail: error.description)
        }
        if isInterrupted { throw .interrupted }
        return Result(end: end ?? .exited(status: -1), lastLine: tail.lastLine ?? "no message")
    }
}
