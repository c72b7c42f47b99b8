import Foundation
import Glibc
import HTTPWire
import Platform
import Testing

extension EndToEnd {
    /// What a Runtime API server may do, and what it must not, by the real `shim` on a real socket.
    @Suite(.timeLimit(.minutes(2))) struct RuntimeAPIProtocolTests {
        private let next = "/2018-06-01/runtime/invocation/next"
        private let accepted = Array("HTTP/1.1 202 Accepted\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n".utf8)

        private func event(_ id: String, _ body: String) -> [UInt8] {
            Array(
                "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: \(id)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                    .utf8
            )
        }

        @Test func oneKeptAliveConnectionForEverything() throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            for index in 0..<20 { #expect(try shim.invoke("\(index)").text == "\(index)") }
            #expect(shim.server.accepted == 1)
        }

        @Test func requestsHaveTheRightForm() throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            let request = try shim.server.request()
            #expect(request.head.method == "GET")
            #expect(request.path == next)
            #expect(request.head.fields["Host"] == shim.server.address)
            #expect(request.head.fields["User-Agent"]?.hasPrefix("shim/") == true)
            try shim.server.send(event("one", "{}"))
            let response = try shim.server.request()
            #expect(response.head.method == "POST")
            #expect(response.path == "/2018-06-01/runtime/invocation/one/response")
            #expect(response.head.fields["Content-Length"] == "2")
            #expect(response.head.fields["Content-Type"] == "application/json")
        }

        @Test func answersMaySplitAtEveryByte() throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            let answer = Array(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
                    .utf8
            )
            for split in 1..<answer.count {
                _ = try shim.server.request()
                try shim.server.send(Array(answer[..<split]))
                // Each half is on its way alone: no Nagle, and a read between them.
                _ = Glibc.poll(nil, 0, 1)
                try shim.server.send(Array(answer[split...]))
                #expect(try shim.server.request().body == Array("abcde".utf8), "split at \(split)")
                try shim.server.send(Array(accepted[..<min(split, accepted.count - 1)]))
                try shim.server.send(Array(accepted[min(split, accepted.count - 1)...]))
            }
            #expect(shim.server.accepted == 1)
        }

        @Test func answersMayComeByteByByte() throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            _ = try shim.server.request()
            for byte in event("slow", "{\"a\":1}") { try shim.server.send([byte]) }
            #expect(try shim.server.request().body == Array("{\"a\":1}".utf8))
        }

        @Test func answersCutOffAtEveryByteEndTheShim() throws {
            let whole = event("cut", "{}")
            for length in stride(from: 0, to: whole.count, by: 7) + [whole.count - 1] {
                let shim = try ShimUnderTest(["/bin/cat"])
                _ = try shim.server.request()
                try shim.server.send(Array(whole.prefix(length)))
                shim.server.close()
                #expect(shim.process.wait() == 1, "after \(length) bytes")
                #expect(
                    shim.process.errors.hasPrefix(
                        "shim[fatal] cannot reach the Runtime API at '\(shim.server.address)': "
                    )
                )
            }
        }

        @Test func serverMayCloseAfterEachAnswer() throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            for index in 0..<5 {
                _ = try shim.server.request()
                // Once announced, once not.
                let close = index % 2 == 0 ? "Connection: close\r\n" : ""
                try shim.server.send(
                    Array(
                        "HTTP/1.1 200 OK\r\n\(close)Lambda-Runtime-Aws-Request-Id: \(index)\r\nContent-Length: 1\r\n\r\n\(index)"
                            .utf8
                    )
                )
                shim.server.close()
                #expect(try shim.server.request().body == Array("\(index)".utf8))
                try shim.server.send(accepted)
                shim.server.close()
            }
            #expect(shim.server.accepted == 10)
        }

        /// The second attempt at /next was a plain read, which no signal ended.
        @Test func shimThatAskedAgainEndsByTheSignal() throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            _ = try shim.invoke("{}")
            shim.server.close()
            #expect(try shim.server.request().path == next)
            #expect(shim.server.accepted == 2)
            shim.process.signal(SIGTERM)
            #expect(shim.process.wait(.seconds(20)) == 128 + SIGTERM)
        }

        @Test func eventMayEndWithTheConnection() throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            _ = try shim.server.request()
            try shim.server.send(Array("HTTP/1.0 200 OK\r\nLambda-Runtime-Aws-Request-Id: a\r\n\r\nwhole".utf8))
            shim.server.close()
            #expect(try shim.server.request().body == Array("whole".utf8))
        }

        @Test func nearlyAMebibyteOfHeadersIsTaken() throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            let context = String(repeating: "x", count: 120_000)
            let fields = HTTPFields(
                dictionaryLiteral: ("Lambda-Runtime-Client-Context", context),
                ("X-Other", String(repeating: "y", count: 900_000))
            )
            #expect(try shim.invoke("ok", fields: fields).text == "ok")
        }

        @Test func headerThatFitsNoVariableIsRefusedAndTheLoopGoesOn() throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            let answer = try shim.invoke(
                "x",
                fields: ["Lambda-Runtime-Client-Context": String(repeating: "x", count: 200_000)]
            )
            #expect(answer.errorType == "Runtime.EventRefused")
            #expect(
                try answer.error().errorMessage
                    == "the header Lambda-Runtime-Client-Context has 200000 bytes; an environment variable holds at most 131071"
            )
            #expect(try shim.invoke("y").text == "y")
        }

        @Test func allHeadersAtTheirBoundStillStartTheProgram() throws {
            let shim = try ShimUnderTest(["sh", "-c", "printf %s \"$AWS_LAMBDA_CLIENT_CONTEXT\" | wc -c"])
            let name = "AWS_LAMBDA_CLIENT_CONTEXT="
            let longest = String(repeating: "x", count: 128 * 1024 - 1 - name.utf8.count)
            #expect(
                try shim.invoke("", fields: ["Lambda-Runtime-Client-Context": longest]).text
                    == "\(longest.utf8.count)\n"
            )
        }

        @Test func eventBeyondItsBoundIsRefusedAndTheLoopGoesOn() throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            for chunked in [false, true] {
                _ = try shim.server.request()
                let length = chunked ? "Transfer-Encoding: chunked" : "Content-Length: 6291557"
                try shim.server.send(
                    Array("HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: big\r\n\(length)\r\n\r\n".utf8)
                )
                if chunked { try shim.server.send(Array("600065\r\n".utf8)) }
                let report = try shim.server.request()
                #expect(report.path == "/2018-06-01/runtime/invocation/big/error")
                #expect(report.head.fields["Lambda-Runtime-Function-Error-Type"] == "Runtime.EventRefused")
                #expect(String(decoding: report.body, as: UTF8.self).contains("the event is larger than 6291556 bytes"))
                try shim.server.send(accepted)
            }
            #expect(try shim.invoke("y").text == "y")
        }

        @Test func headersBeyondTheirBoundEndTheShimWithAMessage() throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            _ = try shim.server.request()
            try? shim.server.send(Array("HTTP/1.1 200 OK\r\nX: \(String(repeating: "y", count: 2 << 20))\r\n\r\n".utf8))
            #expect(shim.process.wait() == 1)
            #expect(
                shim.process.errors.contains(
                    "broke the protocol in 'GET /invocation/next': the headers are larger than"
                )
            )
        }

        @Test(arguments: [400, 403, 413, 429])
        func refusedAnswerIsLoggedAndTheLoopGoesOn(status: Int) throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            let id = try shim.invoke(Array("x".utf8), status: status).requestID
            #expect(try shim.invoke("y").text == "y")
            #expect(
                shim.process.errors
                    == "shim[error] \(id) the Runtime API refused the answer with status \(status): {\"status\":\"OK\"}\n"
            )
        }

        @Test func earlyRefusalOfALargeResponseIsTaken() throws {
            let shim = try ShimUnderTest(["sh", "-c", "head -c 6000000 /dev/zero"])
            let server = shim.server
            _ = try server.request()
            try server.send(event("large", "{}"))
            _ = try server.request()
            try server.send(
                Array("HTTP/1.1 413 Request Entity Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}".utf8)
            )
            server.close()
            #expect(try server.request().path == next)
        }

        /// Another answer behind the one that was asked for would be taken for that of the next request.
        @Test func bytesThatNobodyAskedForCostTheConnection() throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            _ = try shim.server.request()
            try shim.server.send(event("one", "{}") + event("two", "{}"))
            #expect(try shim.server.request().path.hasSuffix("/one/response"))
            try shim.server.send(accepted)
            #expect(try shim.invoke("y").text == "y")
            #expect(shim.server.accepted == 2)
        }

        @Test func replyBeyondItsBoundEndsTheShimWithAMessage() throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            _ = try shim.server.request()
            try shim.server.send(event("one", "{}"))
            _ = try shim.server.request()
            try shim.server.send(Array("HTTP/1.1 202 Accepted\r\nContent-Length: 9000000\r\n\r\n".utf8))
            #expect(shim.process.wait() == 1)
            #expect(
                shim.process.errors
                    == "shim[fatal] the Runtime API broke the protocol in 'POST /invocation/one/response': the body is larger than 6291556 bytes\n"
            )
        }

        /// A client context is the caller's: U+007F may stand in its JSON, and ended the shim.
        @Test func controlCharactersInAHeaderArePassedOn() throws {
            let shim = try ShimUnderTest(["sh", "-c", "printf %s \"$AWS_LAMBDA_CLIENT_CONTEXT\""])
            _ = try shim.server.request()
            let context = "{\"a\":\"\u{7F}\u{1}\u{B}\"}"
            try shim.server.send(
                Array(
                    "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: a\r\nLambda-Runtime-Client-Context: \(context)\r\nContent-Length: 0\r\n\r\n"
                        .utf8
                )
            )
            #expect(try shim.server.request().body == Array(context.utf8))
        }

        @Test func serverErrorEndsTheShim() throws {
            for operation in ["next", "response"] {
                let shim = try ShimUnderTest(["/bin/cat"])
                _ = try shim.server.request()
                if operation == "response" {
                    try shim.server.send(event("a", "{}"))
                    _ = try shim.server.request()
                }
                try shim.server.answer(500, [:], Array("{\"errorType\":\"InternalServerError\"}".utf8))
                #expect(shim.process.wait() == 1)
                #expect(shim.process.errors.contains("with status 500: {\"errorType\":\"InternalServerError\"}"))
            }
        }

        @Test(arguments: [400, 403, 404])
        func refusedNextEndsTheShim(status: Int) throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            _ = try shim.server.request()
            try shim.server.answer(status)
            #expect(shim.process.wait() == 1)
            #expect(shim.process.errors == "shim[fatal] the Runtime API answered 'GET /next' with status \(status)\n")
        }

        @Test func serverThatIsGoneEndsTheShimWithoutSpinning() throws {
            let address: String
            do { address = try ServerSocket().address }
            let result = try TestProcess.run(
                Executables.path("shim"),
                ["cat"],
                environment: ["AWS_LAMBDA_RUNTIME_API": address, "LAMBDA_TASK_ROOT": "/", "PATH": "/bin"]
            )
            #expect(result.status == 1)
            #expect(
                result.errors
                    == "shim[fatal] cannot reach the Runtime API at '\(address)': Connection refused (connect, errno 111)\n"
            )
        }

        @Test(arguments: ["", "a b", "a/b", "a?b", String(repeating: "x", count: 300)])
        func unusableRequestIDEndsTheShim(id: String) throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            _ = try shim.server.request()
            try shim.server.send(event(id, "{}"))
            #expect(shim.process.wait() == 1)
            #expect(shim.process.errors.contains("broke the protocol in 'GET /next'"))
        }

        @Test func pathOfAnEmulatorIsKept() throws {
            let server = try ServerSocket()
            let shim = try ShimUnderTest(
                ["/bin/cat"],
                environment: ["AWS_LAMBDA_RUNTIME_API": server.address + "/base/"]
            )
            #expect(try server.request().path == "/base" + next)
            shim.process.stop()
        }

        @Test func waitsForAnEventWithoutALimitAndAtNoCost() throws {
            let shim = try ShimUnderTest(["/bin/cat"])
            _ = try shim.server.request()
            let before = try processorTicks(shim.process.pid)
            _ = Glibc.poll(nil, 0, 1500)
            #expect(try processorTicks(shim.process.pid) - before <= 1)
            try shim.server.send(event("late", "{}"))
            #expect(try shim.server.request().body == Array("{}".utf8))
        }

        /// User and system time of a process, in clock ticks (proc(5), fields 14 and 15).
        private func processorTicks(_ pid: Int32) throws -> Int {
            let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
            let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
            return (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0)
        }
    }
}

private func + (left: StrideTo<Int>, right: [Int]) -> [Int] { Array(left) + right }
