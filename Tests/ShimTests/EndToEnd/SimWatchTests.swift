import Foundation
import Testing

/// `--watch`: a changed target is taken when it is quiet, and no sooner.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct SimWatchTests {
    /// A zip that was written slowly was unpacked at each call, and each failed try left a folder.
    @Test func aZipThatIsBeingWrittenIsWaitedFor() async throws {
        try await SimTool.withFolder { folder in
            try SimTool.script(SimServer.pythonBootstrap("answer(b'\"old\"')"), at: folder.appendingPathComponent("p"))
            func zip(_ name: String) async throws {
                let words = ["-qj", folder.appendingPathComponent(name).path, folder.path + "/p/bootstrap"]
                #expect(try await SimTool.start(Executables.system("zip"), words, in: folder).result().status == 0)
            }
            try await zip("f.zip")
            try SimTool.script(SimServer.pythonBootstrap("answer(b'\"new\"')"), at: folder.appendingPathComponent("p"))
            try await zip("new.zip")
            let options = ["f=\(folder.path)/f.zip", "--watch", "--timeout", "20"]
            try await SimServer.with(options, in: folder) { server in
                let seen = try await server.python(
                    #"""
                    def folders(): 
                        import glob, os
                        temporary = [v for v in open('/proc/\#(server.running.pid)/environ').read().split('\0') if v.startswith('TMPDIR=')][0][7:]
                        return len(glob.glob(temporary + '/shim-sim-*/code-*'))
                    assert invoke('f')['Payload'] == '"old"'
                    new = open('\#(folder.path)/new.zip', 'rb').read()
                    def write():
                        with open('\#(folder.path)/f.zip', 'wb') as f:
                            for i in range(0, len(new), len(new) // 12):
                                f.write(new[i:i + len(new) // 12]); f.flush(); time.sleep(0.05)
                    writer = threading.Thread(target=write); writer.start()
                    time.sleep(0.1)
                    answers = []
                    def call(): answers.append(invoke('f')['Payload'])
                    callers = [threading.Thread(target=call) for _ in range(5)]
                    for t in callers: t.start(); time.sleep(0.05)
                    for t in callers + [writer]: t.join(30)
                    deadline = time.time() + 10
                    while folders() > 1 and time.time() < deadline: time.sleep(0.05)
                    print(answers, folders())
                    """#
                )
                #expect(seen == #"['"new"', '"new"', '"new"', '"new"', '"new"'] 1"# + "\n", "\(server.running.log)")
                #expect(!server.running.log.contains("not usable yet"))
            }
        }
    }

    /// One that stays broken is said once, the old code goes on, and nothing is left of the try.
    @Test func aZipThatStaysBrokenIsSaidOnce() async throws {
        try await SimTool.withFolder { folder in
            try SimTool.script(SimServer.pythonBootstrap("answer(b'\"old\"')"), at: folder.appendingPathComponent("p"))
            let words = ["-qj", folder.path + "/f.zip", folder.path + "/p/bootstrap"]
            #expect(try await SimTool.start(Executables.system("zip"), words, in: folder).result().status == 0)
            try await SimServer.with(["f=\(folder.path)/f.zip", "--watch"], in: folder) { server in
                let url = "http://127.0.0.1:\(server.port)/2015-03-31/functions/f/invocations"
                #expect(try await server.curl(["-d", "1", url]).text == #""old""#)
                try Data("PK\u{3}\u{4} broken".utf8).write(to: folder.appendingPathComponent("f.zip"))
                for _ in 0..<3 { #expect(try await server.curl(["-d", "1", url]).text == #""old""#) }
                #expect(
                    server.running.log.components(separatedBy: "not usable yet").count == 2,
                    "\(server.running.log)"
                )
            }
        }
    }
}
