import Foundation
import Glibc
import HTTPWire
import Platform
import Testing

/// The real `shim` under a Runtime API that the test plays, on the test's own thread.
final class ShimUnderTest {
    let server: ServerSocket
    let process: TestProcess
    private var number = 0
    /// A `/next` that was taken and not answered yet.
    private var waiting: ServerSocket.Request?

    /// What the shim answered to one event.
    struct Answer {
        let requestID: String
        let path: String
        let fields: HTTPFields
        let body: [UInt8]
        var trailers: HTTPFields = [:]
        var text: String { String(decoding: body, as: UTF8.self) }
        var isResponse: Bool { path.hasSuffix("/response") }
        var isError: Bool { path.hasSuffix("/error") }
        var errorType: String? { fields["Lambda-Runtime-Function-Error-Type"] }
        /// The error object; throws where it is not valid JSON of Lambda's shape.
        func error() throws -> ErrorBody { try JSONDecoder().decode(ErrorBody.self, from: Data(body)) }
    }

    struct ErrorBody: Decodable {
        let errorMessage: String
        let errorType: String
        let stackTrace: [String]
    }

    init(
        _ command: [String],
        environment: [String: String] = [:],
        taskRoot: String = "/usr",
        executable: String? = nil
    ) throws {
        server = try ServerSocket()
        var all = [
            "AWS_LAMBDA_RUNTIME_API": server.address, "LAMBDA_TASK_ROOT": taskRoot,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
        ]
        for (name, value) in environment { all[name] = value }
        process = try TestProcess(executable ?? Executables.path("shim"), command, environment: all)
    }

    /// Hands one event to the shim and takes its answer.
    func invoke(
        _ event: [UInt8],
        fields: HTTPFields = [:],
        remaining: Duration = .seconds(60),
        status: Int = 202
    ) throws -> Answer {
        let id = try hand(event, fields: fields, remaining: remaining)
        return try take(id, status: status)
    }

    func invoke(_ event: String, fields: HTTPFields = [:], remaining: Duration = .seconds(60)) throws -> Answer {
        try invoke(Array(event.utf8), fields: fields, remaining: remaining)
    }

    /// Answers `/next` with an event.
    func hand(_ event: [UInt8], fields: HTTPFields = [:], remaining: Duration = .seconds(60)) throws -> String {
        let next = try waiting ?? server.request()
        waiting = nil
        guard next.path == "/2018-06-01/runtime/invocation/next" else {
            throw ServerSocket.Gone(description: "\(next.head.method) \(next.path) instead of /next: \(next.body)")
        }
        number += 1
        let id = "8476a536-e9f4-11e8-9739-\(String(repeating: "0", count: 12 - "\(number)".count))\(number)"
        let deadline =
            WallClock.millisecondsSinceEpoch() + Int64(remaining.components.seconds * 1000)
            + remaining.components.attoseconds / 1_000_000_000_000_000
        var all: HTTPFields = [
            "Lambda-Runtime-Aws-Request-Id": id,
            "Lambda-Runtime-Deadline-Ms": "\(deadline)",
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function:test",
        ]
        for (name, value) in fields.entries { all.set(name, value) }
        try server.answer(200, all, event)
        return id
    }

    /// Waits until the shim asks for the next event: what it does between invocations is done then.
    func settle() throws { if waiting == nil { waiting = try server.request() } }

    /// Takes the answer to an event that was handed out; `piece` sees a body that is still coming.
    func take(_ id: String, status: Int = 202, piece: ([UInt8]) throws -> Void = { _ in }) throws -> Answer {
        let answer = try server.request(piece: piece)
        try server.answer(status, ["Content-Type": "application/json"], Array("{\"status\":\"OK\"}\n".utf8))
        return Answer(
            requestID: id,
            path: answer.path,
            fields: answer.head.fields,
            body: answer.body,
            trailers: answer.trailers
        )
    }

    /// Takes the report of a shim that could not start, and its exit status.
    func initError() throws -> (answer: Answer, status: Int32?) {
        let answer = try take("")
        return (answer, process.wait())
    }

    /// Processes whose parent is the shim, by `/proc`.
    func children() -> [Int32] {
        let path = "/proc/\(process.pid)/task/\(process.pid)/children"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { Int32($0) }
    }

    /// Expects that memory and descriptors are after many invocations what they were after the first few.
    func expectNoGrowth(after first: Int, over count: Int, invoke: (Int) throws -> Void) throws {
        for index in 0..<first { try invoke(index) }
        try settle()
        let (descriptors, memory) = (try descriptorCount(), try residentKilobytes())
        for index in 0..<count { try invoke(index) }
        try settle()
        // Process closes its socket of the last child in its own time.
        try eventually("as many descriptors as before") { try descriptorCount() <= descriptors + 2 }
        #expect(try residentKilobytes() - memory < 1024)
    }

    /// How many descriptors the shim has open.
    func descriptorCount() throws -> Int { try Files.list("/proc/\(process.pid)/fd").count }

    /// Memory in KiB that the shim has in use, by `/proc`.
    func residentKilobytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
    }
}
