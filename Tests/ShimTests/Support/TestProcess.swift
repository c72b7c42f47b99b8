import Foundation
import Glibc
import Platform
import Synchronization

/// A process that a test starts; its output goes to files, so that no pipe can fill up.
///
/// Started by `posix_spawn` and reaped here: Foundation's Process learns of an end by a socket that other children of the
/// tests may hold.
final class TestProcess {
    /// The process id, and the id of its group.
    let pid: Int32
    private let name: String
    private let folder: TemporaryFolder
    private var end: ProcessEnd?

    /// Starts a program; the environment is all it gets, or that of the tests where it is `nil`.
    init(
        _ path: String,
        _ arguments: [String] = [],
        environment: [String: String]? = nil,
        input: [UInt8] = [],
        folder: String? = nil
    ) throws {
        name = (path as NSString).lastPathComponent
        self.folder = try TemporaryFolder()
        var child = ChildSpec(
            executable: path,
            arguments: [path] + arguments,
            environment: environment ?? ProcessInfo.processInfo.environment,
            directory: folder ?? FileManager.default.currentDirectoryPath
        )
        child.input = try self.folder.write("stdin", input)
        let output = try Descriptor.open(self.folder.path + "/stdout", O_WRONLY | O_CREAT | O_APPEND)
        let errors = try Descriptor.open(self.folder.path + "/stderr", O_WRONLY | O_CREAT | O_APPEND)
        let (spec, outputNumber, errorNumber) = (child, output.raw, errors.raw)
        pid = try Self.writing.withLock { _ in
            for _ in 0..<200 {
                do {
                    return try ProcessControl.spawn(spec, output: outputNumber, error: errorNumber)
                } catch let error as SystemError where error.errno == ETXTBSY {
                    // A program that the code under test starts in this moment holds the script open until its exec.
                    _ = Glibc.poll(nil, 0, 10)
                }
            }
            return try ProcessControl.spawn(spec, output: outputNumber, error: errorNumber)
        }
    }

    /// A program that starts while a script is being written has the script open for a moment, and whoever executes it then
    /// is told that the text file is busy.
    static let writing = Mutex(())

    deinit { stop() }

    var isRunning: Bool {
        if end == nil { end = try? ProcessControl.reap(pid) }
        return end == nil
    }

    /// What it has written to standard output so far.
    var output: [UInt8] { bytes("stdout") }
    var outputText: String { String(decoding: output, as: UTF8.self) }
    /// What it has written to standard error so far.
    var errors: String { String(decoding: bytes("stderr"), as: UTF8.self) }
    var errorBytes: [UInt8] { bytes("stderr") }

    private func bytes(_ name: String) -> [UInt8] {
        (try? Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name))).map(Array.init) ?? []
    }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for the end.
    ///
    /// - Returns: The exit status, or 128 + the signal that killed it; `nil` where it runs on.
    func wait(_ limit: Duration = .seconds(60)) -> Int32? {
        let limitEnd = ContinuousClock.now.advanced(by: limit)
        while isRunning {
            if ContinuousClock.now > limitEnd { return nil }
            _ = Glibc.poll(nil, 0, 2)
        }
        switch end {
        case .exited(let status)?: return status
        case .signalled(let signal)?: return 128 + signal
        case nil: return nil
        }
    }

    /// Kills its process group; it leads one.
    func stop() {
        if isRunning {
            kill(-pid, SIGKILL)
            kill(pid, SIGKILL)
            _ = wait(.seconds(5))
        }
    }

    /// Runs a program to its end.
    static func run(
        _ path: String,
        _ arguments: [String] = [],
        environment: [String: String]? = nil,
        input: [UInt8] = [],
        folder: String? = nil,
        limit: Duration = .seconds(60)
    ) throws -> (status: Int32?, output: String, errors: String) {
        let process = try TestProcess(path, arguments, environment: environment, input: input, folder: folder)
        let status = process.wait(limit)
        return (status, process.outputText, process.errors)
    }
}

extension TestProcess {
    /// Waits for the end of either of two processes, then ends its own group, which the second belongs to.
    private static let guardian = """
        import os, select, signal, subprocess, sys
        owner = os.pidfd_open(int(sys.argv[1]))
        server = subprocess.Popen(sys.argv[2:])
        ends = select.poll()
        for end in (owner, os.pidfd_open(server.pid)):
            ends.register(end, select.POLLIN)
        ends.poll()
        os.killpg(0, signal.SIGKILL)
        """

    /// Starts a server that does not outlive its owner, the tests if nobody else: also where those are killed.
    ///
    /// `PR_SET_PDEATHSIG` would not do: it looks at the thread that starts a program, and threads come and go here.
    static func tied(
        _ path: String,
        _ arguments: [String],
        to owner: Int32 = getpid(),
        environment: [String: String]? = nil
    ) throws -> TestProcess {
        try TestProcess(
            try Executables.system("python3"),
            ["-c", guardian, String(owner), path] + arguments,
            environment: environment
        )
    }

    /// What a program that has ended left.
    struct Result {
        /// The exit status, or 128 and the signal.
        let status: Int32
        let output: Data
        let log: String

        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// What it has written to standard error so far, where that is a log.
    var log: String { errors }

    /// Waits for its end, without holding a thread.
    func result(within seconds: Double = 60) async throws -> Result {
        try await SimTool.eventually("\(name) ends", within: seconds) { !isRunning }
        guard let status = wait(.zero) else { throw SimTool.Failure(description: "\(name) has no end") }
        return Result(status: status, output: Data(output), log: log)
    }
}
