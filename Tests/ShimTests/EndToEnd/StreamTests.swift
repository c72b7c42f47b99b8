import Foundation
import Glibc
import HTTPWire
import Platform
import Testing

extension EndToEnd {
    /// `SHIM_STDOUT=stream`: the program's output on its way to the caller while the program runs.
    @Suite(.timeLimit(.minutes(2))) struct StreamTests {
        private static let on = ["SHIM_STDOUT": "stream"]

        private func shim(_ script: String) throws -> ShimUnderTest {
            try ShimUnderTest(["sh", "-c", script], environment: Self.on)
        }

        /// The error object in the trailers.
        private func error(_ answer: ShimUnderTest.Answer) throws -> ShimUnderTest.ErrorBody {
            let text = try #require(answer.trailers["Lambda-Runtime-Function-Error-Body"])
            return try JSONDecoder().decode(ShimUnderTest.ErrorBody.self, from: #require(Data(base64Encoded: text)))
        }

        @Test func outputGoesOutWhileTheProgramRuns() throws {
            let folder = try TemporaryFolder()
            let shim = try shim("printf one; while ! test -e \(folder.path)/go; do sleep 0.01; done; printf two; cat")
            let id = try shim.hand(Array(" three".utf8))
            var pieces: [String] = []
            let answer = try shim.take(id) { body in
                pieces.append(String(decoding: body, as: UTF8.self))
                // The program waits for this: it is alive while its first bytes are here.
                _ = FileManager.default.createFile(atPath: folder.path + "/go", contents: nil)
            }
            #expect(pieces.first == "one")
            #expect(answer.isResponse && answer.text == "onetwo three")
            #expect(answer.fields["Lambda-Runtime-Function-Response-Mode"] == "streaming")
            #expect(answer.fields["Transfer-Encoding"] == "chunked" && answer.fields["Content-Length"] == nil)
            #expect(answer.fields["Content-Type"] == "application/octet-stream")
            #expect(
                answer.fields["Trailer"] == "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body"
            )
            #expect(answer.trailers == [:])
        }

        /// Lambda asks for it; the next event comes on a new connection.
        @Test func connectionIsGivenUpAfterAStream() throws {
            let shim = try ShimUnderTest(["cat"], environment: Self.on)
            for round in 1...3 {
                #expect(try shim.invoke("\(round)").text == "\(round)")
                #expect(shim.server.accepted == round)
            }
        }

        @Test func failureAfterTheFirstByteIsInTheTrailers() throws {
            let shim = try shim(#"printf part; printf 'a "quoted"\té\001 \377\n' >&2; exit 3"#)
            let answer = try shim.invoke("{}")
            #expect(answer.isResponse && answer.text == "part")
            #expect(answer.trailers["Lambda-Runtime-Function-Error-Type"] == "Function.ExitStatus")
            let error = try error(answer)
            #expect(error.errorType == "Function.ExitStatus")
            #expect(error.errorMessage == "sh exited with status 3: a \"quoted\"\té\u{1} \u{FFFD}")
            #expect(error.stackTrace == ["a \"quoted\"\té\u{1} \u{FFFD}"])
            #expect(try shim.invoke("{}").text == "part", "the loop goes on")
        }

        /// Go's HTTP server, and so AWS's Runtime API, breaks a request off whose trailers are longer: what was streamed
        /// would count as cut off, and the shim would end.
        @Test(arguments: [("printf '%0200d\\n' $(seq 30)", true), ("head -c 5000 /dev/zero | tr '\\0' '\\001'", false)])
        func longErrorFitsIntoTheTrailers(stderr: String, hasLines: Bool) throws {
            let answer = try shim("printf part; { \(stderr); } >&2; exit 3").invoke("{}")
            #expect(3000...4096 ~= HTTPWriter.lastChunk(trailers: answer.trailers).count)
            #expect(answer.text == "part")
            let error = try error(answer)
            #expect(error.errorMessage.hasPrefix("sh exited with status 3: "))
            #expect(error.stackTrace.isEmpty != hasLines)
            if hasLines {
                #expect(error.stackTrace.last?.hasSuffix("0030") == true)
                #expect(error.errorMessage.hasSuffix("0030"))
            }
        }

        @Test func failureBeforeTheFirstByteIsAnOrdinaryError() throws {
            let shim = try shim("echo no >&2; exit 3")
            let answer = try shim.invoke("{}")
            #expect(answer.isError && answer.errorType == "Function.ExitStatus")
            #expect(try answer.error().errorMessage == "sh exited with status 3: no")
        }

        @Test func noOutputIsAnEmptyStream() throws {
            let shim = try ShimUnderTest(["true"], environment: Self.on)
            let answer = try shim.invoke("{}")
            #expect(answer.isResponse && answer.body.isEmpty && answer.trailers == [:])
            #expect(answer.fields["Lambda-Runtime-Function-Response-Mode"] == "streaming")
        }

        @Test(arguments: [1, 65_536, 65_537, 1_000_000]) func bytesArriveAsTheyWere(count: Int) throws {
            let shim = try ShimUnderTest(["cat"], environment: Self.on)
            var random = SplitMix(state: UInt64(count))
            let event = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(try shim.invoke(event).body == event)
        }

        /// Without this, a fast program and a slow caller would fill the shim's memory.
        @Test func programWaitsForAReaderThatIsSlow() throws {
            let shim = try ShimUnderTest(
                ["head", "-c", "100000000", "/dev/zero"],
                environment: Self.on,
                executable: Executables.staticShim()
            )
            let id = try shim.hand([])
            var seen = false
            let answer = try shim.take(id) { _ in
                guard !seen else { return }
                seen = true
                eventually("the program waits at its pipe") {
                    guard let child = shim.children().first else { return false }
                    let place = try? String(contentsOfFile: "/proc/\(child)/wchan", encoding: .utf8)
                    return place?.contains("pipe_write") == true
                }
                let memory = try shim.residentKilobytes()
                #expect(memory < 16 << 10)
            }
            #expect(seen && answer.body.count == 100_000_000 && answer.trailers == [:])
            #expect(try shim.residentKilobytes() < 16 << 10)
        }

        @Test func deadlineInTheMiddleIsToldInTheTrailers() throws {
            let shim = try shim("printf part; sleep 60")
            let answer = try shim.invoke([], remaining: .seconds(2))
            #expect(answer.isResponse && answer.text == "part")
            #expect(answer.trailers["Lambda-Runtime-Function-Error-Type"] == "Function.TimedOut")
            #expect(try error(answer).errorMessage.contains(" ms before the function's deadline"))
            eventually("no child is left") { shim.children().isEmpty }
        }

        @Test func deadlineStopsAProgramWhoseReaderIsStuck() throws {
            let shim = try ShimUnderTest(["yes"], environment: Self.on)
            let id = try shim.hand([], remaining: .seconds(2))
            var seen = false
            let answer = try shim.take(id) { _ in
                guard !seen else { return }
                seen = true
                eventually("the program is stopped although nobody reads") { shim.children().isEmpty }
            }
            #expect(answer.trailers["Lambda-Runtime-Function-Error-Type"] == "Function.TimedOut")
            #expect(answer.text.hasPrefix("y\ny\n"))
        }

        /// The program has ended, and what it wrote waits: a shim that only waits for the reader does not see the signal.
        @Test func signalEndsAShimWhoseReaderIsStuck() throws {
            let shim = try ShimUnderTest(["yes"], environment: Self.on)
            let id = try shim.hand([], remaining: .seconds(2))
            #expect(throws: ServerSocket.Gone.self) {
                _ = try shim.take(id) { _ in
                    eventually("the program is stopped although nobody reads") { shim.children().isEmpty }
                    shim.process.signal(SIGTERM)
                    #expect(shim.process.wait(.seconds(20)) == 128 + SIGTERM)
                    throw ServerSocket.Gone(description: "on purpose")
                }
            }
        }

        @Test func moreThanLambdaStreamsIsAnError() throws {
            let shim = try ShimUnderTest(["yes"], environment: Self.on, executable: Executables.staticShim())
            let answer = try shim.invoke([])
            #expect(answer.trailers["Lambda-Runtime-Function-Error-Type"] == "Function.ResponseSizeTooLarge")
            #expect((200 << 20) - (64 << 10)...(200 << 20) ~= answer.body.count)
            eventually("no child is left") { shim.children().isEmpty }
        }

        /// A server that has had enough answers in the middle and closes: that invocation is lost, the next is not.
        @Test func serverThatRefusesInTheMiddleStopsTheProgram() throws {
            let shim = try ShimUnderTest(["yes"], environment: Self.on)
            _ = try shim.hand([])
            #expect(throws: ServerSocket.Gone.self) {
                _ = try shim.server.request { _ in
                    try shim.server.answer(413, [:], Array("enough".utf8))
                    shim.server.shutDown()
                    throw ServerSocket.Gone(description: "on purpose")
                }
            }
            eventually("the program is stopped") { shim.children().isEmpty }
            let second = try shim.hand([])
            #expect(shim.process.errors.contains("Runtime.BrokenStream: yes was stopped because"))
            #expect(shim.process.errors.contains("the Runtime API refused the answer with status 413: enough"))
            shim.server.close()
            _ = second
        }

        /// An event that was answered on a connection which the server then closed: a stream cannot be sent twice.
        @Test func connectionThatWentStaleIsReplacedBeforeTheFirstByte() throws {
            let folder = try TemporaryFolder()
            let shim = try shim("while ! test -e \(folder.path)/go; do sleep 0.01; done; cat")
            let id = try shim.hand(Array("event".utf8))
            shim.server.close()
            _ = FileManager.default.createFile(atPath: folder.path + "/go", contents: nil)
            #expect(try shim.take(id).text == "event")
            #expect(shim.server.accepted == 2)
        }

        @Test func nothingGrowsOverManyStreams() throws {
            let shim = try ShimUnderTest(
                ["sh", "-c", "cat; exit 1"],
                environment: Self.on,
                executable: Executables.staticShim()
            )
            try shim.expectNoGrowth(after: 50, over: 300) { index in
                let text = try shim.invoke("\(index)").text
                #expect(text == "\(index)")
            }
        }
    }
}
