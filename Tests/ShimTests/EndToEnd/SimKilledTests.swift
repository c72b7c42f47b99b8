import Foundation
import Testing

/// A simulator that is killed with SIGKILL, which it cannot see coming.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct SimKilledTests {
    /// Processes whose variables name the folder, but for this test's own.
    private func processes(of folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { entry in
            guard Int(entry) != nil else { return false }
            let variables = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(entry)/environ"))
            return variables.map { String(decoding: $0, as: UTF8.self).contains("TMPDIR=\(folder.path)/tmp/shim-sim-") }
                ?? false
        }
    }

    /// Its folders stayed for good, and the function ran on.
    @Test func nothingOutlivesASimulatorThatIsKilled() async throws {
        try await SimTool.withFolder { folder in
            let temporary = folder.appendingPathComponent("tmp")
            try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
            // The function, a child in its group, and one that has left the group.
            let script = """
                #!/bin/sh
                sleep 1000 &
                setsid sleep 1000 &
                sleep 1000
                """
            let target = try SimTool.script(script, at: folder, named: "sleeps")
            let running = try SimTool.start(
                Executables.path("shim-sim"),
                ["run", target, "--timeout", "600"],
                in: folder,
                environment: ["TMPDIR": temporary.path]
            )
            try await SimTool.eventually("the function runs: \(running.log)") { try processes(of: folder).count >= 4 }
            running.signal(SIGKILL)
            try await SimTool.eventually("nothing is left") {
                try processes(of: folder).isEmpty
                    && FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty
            }
            _ = try await running.result()
        }
    }

    /// Where its guardian was killed too, the next one cleans up; what belongs to a simulator that runs is left alone.
    @Test func theNextStartRemovesWhatBelongsToNobody() async throws {
        try await SimTool.withFolder { folder in
            let temporary = folder.appendingPathComponent("tmp")
            let manager = FileManager.default
            for name in ["shim-sim-gone", "shim-sim-young", "shim-sim-other", "unrelated"] {
                let path = temporary.appendingPathComponent("\(name)/environment-1/tmp")
                try manager.createDirectory(at: path, withIntermediateDirectories: true)
            }
            let old = Date().addingTimeInterval(-60)
            for (name, date) in [("shim-sim-gone", old), ("shim-sim-young", Date())] {
                let lock = temporary.appendingPathComponent("\(name)/lock").path
                try #require(manager.createFile(atPath: lock, contents: nil))
                try manager.setAttributes([.modificationDate: date], ofItemAtPath: lock)
            }
            let stray = try SimTool.start(
                Executables.system("sleep"),
                ["1000"],
                in: folder,
                environment: ["TMPDIR": temporary.path + "/shim-sim-gone/environment-1/tmp"]
            )
            let environment = ["TMPDIR": temporary.path]
            let sim = try Executables.path("shim-sim")
            let result = try await SimTool.start(sim, ["run", "cat"], in: folder, environment: environment).result()
            #expect(result.status == 0, "\(result.log)")
            let left = try manager.contentsOfDirectory(atPath: temporary.path).sorted()
            #expect(left == ["shim-sim-other", "shim-sim-young", "unrelated"])
            try await SimTool.eventually("what it had started is gone") { !stray.isRunning }
            _ = try await stray.result()
        }
    }
}
