import Foundation
import Testing

extension Packing {
    /// Each mode where functions run: AWS's emulator, the simulator's commands, and the packer's test of a package.
    @Suite(.timeLimit(.minutes(5))) struct ModePlacesTests {
        /// A mode, and what a program that answers in all of them says.
        enum Mode: String, CaseIterable {
            case process, worker, standby, cgi

            var settings: [String: String] {
                self == .cgi ? ["SHIM_EVENT": "http"] : ["SHIM_MODE": rawValue]
            }

            var options: [String] {
                settings.sorted { $0.key < $1.key }.flatMap { ["--env", "\($0.key)=\($0.value)"] }
            }

            func event(_ number: Int) -> String {
                self == .cgi
                    ? #"{"version":"2.0","rawPath":"/\#(number)","requestContext":{"http":{"method":"GET"}}}"#
                    : "{\"n\":\(number)}"
            }

            /// The answer to an event, as far as it does not depend on the process.
            func answer(_ number: Int) -> String {
                self == .cgi ? "GET /\(number)" : "{\"mode\":\"\(rawValue)\",\"event\":{\"n\":\(number)}}"
            }

            /// The whole response, as JSON.
            func expectation(_ number: Int) -> String {
                self == .cgi
                    ? """
                    {"statusCode":200,"headers":{"Content-Type":"text/plain"},"body":"\(answer(number))","isBase64Encoded":false}
                    """ : answer(number)
            }
        }

        /// A loop over lines, which is a program for one event, too, and a CGI program where it is asked for one.
        private static let program = """
            #!/bin/sh
            if [ "$REQUEST_METHOD" ]; then
                printf 'Content-Type: text/plain\\n\\n%s %s' "$REQUEST_METHOD" "$PATH_INFO"
                exit
            fi
            while read -r event || [ "$event" ]; do
                printf '{"mode":"%s","event":%s}\\n' "$SHIM_MODE" "$event"
                event=
            done
            """

        /// Whether a response is the right one: JSON with a body where it is one of a function URL.
        private func expect(_ mode: Mode, _ number: Int, _ text: String, _ log: @autoclosure () -> String) throws {
            guard mode == .cgi else {
                #expect(text.trimmingCharacters(in: .newlines) == mode.answer(number), "\(log())")
                return
            }
            struct Response: Decodable { let statusCode: Int, body: String, isBase64Encoded: Bool? }
            let response = try JSONDecoder().decode(Response.self, from: Data(text.utf8))
            #expect(response.statusCode == 200 && response.body == mode.answer(number), "\(text) \(log())")
        }

        @Test(arguments: Mode.allCases) func emulator(mode: Mode) throws {
            let folder = try TemporaryFolder()
            let file = try folder.write("program", Self.program, mode: 0o755)
            let emulator = try Emulator([file], environment: mode.settings)
            for number in 0..<20 {
                try expect(mode, number, try emulator.invoke(mode.event(number)), emulator.log)
            }
        }

        /// One package: tested as it is made, then run and served, with and without isolation.
        @Test(arguments: Mode.allCases) func packedRunAndServed(mode: Mode) async throws {
            let folder = try TemporaryFolder()
            let file = try folder.write("program", Self.program, mode: 0o755)
            let tests = (1...2).flatMap { ["--test", mode.event($0), "--expect", mode.expectation($0)] }
            let pack = try PackUnderTest(["-o", "f.zip"] + mode.options + tests + [file])
            try #require(pack.status == 0, "\(pack.errors)")

            for isolation in [[], ["--isolate"]] {
                let run = try await SimTool.sim(
                    ["run", pack.path("f.zip"), "-d", mode.event(7), "--repeat", "3", "--quiet"] + isolation
                )
                #expect(run.status == 0, "\(run.log)")
                let answers = run.text.split(separator: "\n")
                #expect(answers.count == 3, "\(run.text)")
                for answer in answers { try expect(mode, 7, String(answer), run.log) }
            }
            try await SimTool.withFolder { place in
                try await SimServer.with(["f=\(pack.path("f.zip"))"], in: place) { server in
                    let text = try await server.python(
                        """
                        for event in \(try Self.list((0..<10).map(mode.event))):
                            print(invoke('f', event.encode())['Payload'].strip())
                        """
                    )
                    for (number, answer) in text.split(separator: "\n").enumerated() {
                        try expect(mode, number, String(answer), server.running.log)
                    }
                    #expect(text.split(separator: "\n").count == 10)
                }
            }
        }

        private static func list(_ texts: [String]) throws -> String {
            String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
        }
    }
}
