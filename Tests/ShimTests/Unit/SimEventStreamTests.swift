import Foundation
import Testing

@testable import SimKit

@Suite struct SimEventStreamTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    @Test func theEndIsAWSsToTheByte() {
        #expect(
            hex(EventStream.invokeComplete())
                == "0000006600000054" + "1f56c869" + "0b3a6576656e742d7479706507000e496e766f6b65436f6d706c657465"
                + "0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e"
                + "0d3a6d6573736167652d747970650700056576656e74" + "7b7d" + "7006d467"
        )
    }

    @Test func aChunkIsAWSsToTheByte() {
        #expect(
            hex(EventStream.payloadChunk(Array("hello".utf8)))
                == "0000006f0000005af5fe871f" + "0b3a6576656e742d7479706507000c5061796c6f61644368756e6b"
                + "0d3a636f6e74656e742d747970650700186170706c69636174696f6e2f6f637465742d73747265616d"
                + "0d3a6d6573736167652d747970650700056576656e74" + "68656c6c6f" + "29e71260"
        )
    }

    @Test func whatWentWrongIsInTheEnd() {
        let frame = EventStream.invokeComplete(error: ("A.B", "x\"y"), logResult: "bG9n")
        let text = String(decoding: frame, as: UTF8.self)
        #expect(text.contains(#"{"ErrorCode":"A.B","ErrorDetails":"x\"y","LogResult":"bG9n"}"#))
    }

    /// Frames of any bytes are taken apart by a reader of the format that shares no code with the writer.
    @Test func anyPayloadSurvives() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            let payload = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            let frame = EventStream.payloadChunk(payload)
            func number(_ offset: Int) -> Int { frame[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) } }
            #expect(number(0) == frame.count, "seed 7")
            #expect(Array(frame[(12 + number(4))..<(frame.count - 4)]) == payload, "seed 7")
            var damaged = frame
            let index = Int.random(in: 0..<(frame.count - 4), using: &generator)
            damaged[index] ^= UInt8.random(in: 1 ... .max, using: &generator)
            #expect(CRC32.of(Array(damaged.dropLast(4))) != UInt32(number(frame.count - 4)), "seed 7")
        }
    }

    @Test(
        arguments: [
            ("f", "f", nil), ("f:prod", "f", "prod"), ("f%3Aprod", "f", "prod"), ("f:$LATEST", "f", "$LATEST"),
            ("123456789012:function:f", "f", nil), ("arn:aws:lambda:us-east-1:123456789012:function:f", "f", nil),
            ("arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af%3A7", "f", "7"),
            ("arn:aws-cn:lambda:cn-north-1:123456789012:function:a_b-C1:x", "a_b-C1", "x"),
            ("function:f", "f", nil), ("function:f:7", "f", "7"), ("function", "function", nil),
            ("us-gov-west-1:123456789012:function:f", "f", nil), ("f:$LATEST.PUBLISHED", "f", "$LATEST.PUBLISHED"),
            ("123456789012:f", "f", nil), ("a.b", "a.b", nil),
        ] as [(String, String, String?)]
    )
    func functionsAreNamedInAllForms(text: String, name: String, qualifier: String?) throws {
        let reference = try FunctionReference(encoded: text, qualifier: nil)
        #expect(reference.name == name && reference.qualifier == qualifier)
    }

    @Test(arguments: [
        "", "a b", "f:", "f:a:b", "%", "%zz", "arn:aws:s3:::x", "a/b", "f:$LATES",
        "arn:aws:lambda:us-east-1:1:function:f",
        String(repeating: "x", count: 257),
    ])
    func whatIsNoNameIsRefused(text: String) {
        #expect(throws: ServiceError.self) { try FunctionReference(encoded: text, qualifier: nil) }
    }

    @Test func qualifiersMustAgree() throws {
        #expect(throws: ServiceError.qualifierMismatch) { try FunctionReference(encoded: "f:a", qualifier: "b") }
        #expect(try FunctionReference(encoded: "f", qualifier: "3").executedVersion == "3")
        #expect(try FunctionReference(encoded: "f:live", qualifier: "live").executedVersion == "$LATEST")
    }

    @Test(arguments: [
        (#"{"statusCode":204}"#, 204, ""), (#"{"a":1}"#, 200, #"{"a":1}"#), ("[1]", 200, "[1]"),
        (#"{"statusCode":200,"body":"x"}"#, 200, "x"), (#"{"statusCode":"201","body":null}"#, 201, ""),
        (#"{"statusCode":200,"body":"aGk=","isBase64Encoded":true}"#, 200, "hi"),
        (#"{"statusCode":200,"body":{"b":[1.50, "x y"], "a":"\u00e9"}}"#, 200, #"{"b":[1.50,"x y"],"a":"\u00e9"}"#),
        (#""a \"text\"""#, 200, #"a "text""#), (#"{ "a" : "b c" }"#, 200, #"{"a":"b c"}"#), ("3.10", 200, "3.10"),
    ])
    func answersAreInterpreted(answer: String, status: Int, body: String) throws {
        let result = try #require(HTTPIntegration.interpret(Array(answer.utf8)))
        #expect(result.status == status && String(decoding: result.body, as: UTF8.self) == body)
    }

    @Test(arguments: [
        "x", #"{"statusCode":99}"#, #"{"statusCode":true,"body":{}}"#, #"{"statusCode":200,"headers":{"a b":"c"}}"#,
        #"{"statusCode":200,"headers":{"a":"x\r\ny"}}"#, #"{"statusCode":200,"body":"!","isBase64Encoded":true}"#,
        #"{"statusCode":200,"cookies":["a\nb"]}"#, "",
    ])
    func answersThatDoNotFitAreNone(answer: String) {
        #expect(HTTPIntegration.interpret(Array(answer.utf8)) == nil)
    }

    @Test func allSamplesAreJSON() throws {
        #expect(SampleEvents.all.map(\.name).count == 10)
        for sample in SampleEvents.all { try JSONCheck.check(Array(sample.json.utf8)) }
        #expect(throws: SimError.noSuchEvent("x")) { try SampleEvents.named("x") }
    }

    @Test func onlyThisMachinesPagesAreAnswered() {
        for name in ["localhost:9000", "127.0.0.1", "[::1]:80", "app.localhost:3000", "127.1.2.3:1"] {
            #expect(LambdaService.isLocalName(name))
        }
        for name in ["example.com", "localhost.example.com", "127.0.0.1.example.com", "", "10.0.0.1:9000"] {
            #expect(!LambdaService.isLocalName(name))
        }
    }
}
