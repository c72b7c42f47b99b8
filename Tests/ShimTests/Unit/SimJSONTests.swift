import Foundation
import Testing

@testable import SimKit

@Suite struct SimJSONTests {
    @Test(arguments: [
        ("a\"b\\c", #""a\"b\\c""#), ("line\nfeed\ttab\r", #""line\nfeed\ttab\r""#), ("\u{7}\u{0}", #""\u0007\u0000""#),
        ("<a>&", #""\u003ca\u003e\u0026""#), ("é🐟\u{2028}", #""é🐟\u2028""#),
    ])
    func textIsEscapedAsGoDoesIt(text: String, json: String) {
        #expect(JSONValue.string(text).text == json)
    }

    @Test func membersKeepTheirOrder() {
        let value = JSONValue.members(("b", 1), ("missing", nil), ("a", .array([true, .null, .number(1.5), "x"])))
        #expect(value.text == #"{"b":1,"a":[true,null,1.5,"x"]}"#)
        #expect(value.line.last == 0x0A)
    }

    @Test(arguments: [
        "null", "true", " {} ", "[]", "[1,2]", #"{"a":{"b":[{}]}}"#, "-0.5e+10", "0", #""\u00e9\n\"é🐟""#, "[[[[[]]]]]",
        "\n[ 1 , \"x\" ]\r\n\t", #"{"a":1,"a":2}"#,
    ])
    func whatIsJSONPasses(text: String) throws {
        try JSONCheck.check(Array(text.utf8))
    }

    @Test(arguments: [
        ("", "unexpected end at byte 0"), ("{", "unexpected end at byte 1"), ("{]", "unexpected ']' at byte 1"),
        ("[1,]", "unexpected ']' at byte 3"), ("{\"a\":1,}", "unexpected '}' at byte 7"),
        ("01", "unexpected '1' at byte 1"), ("1.", "unexpected end at byte 2"), ("tru", "unexpected end at byte 3"),
        ("nan", "unexpected 'a' at byte 1"), ("'a'", "unexpected ''' at byte 0"), ("\"a", "unexpected end at byte 2"),
        ("\"\n\"", "unexpected 0xa at byte 1"), (#""\x""#, "unexpected 'x' at byte 2"),
        (#""\u12g4""#, "unexpected 'g' at byte 5"), ("{}{}", "unexpected '{' at byte 2"),
        ("[1 2]", "unexpected '2' at byte 3"), ("hello", "unexpected 'h' at byte 0"),
    ])
    func whatIsNotSaysWhere(text: String, problem: String) {
        #expect(throws: JSONCheck.Problem.self) { try JSONCheck.check(Array(text.utf8)) }
        do { try JSONCheck.check(Array(text.utf8)) } catch { #expect("\(error)" == problem) }
    }

    @Test(
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]]
    )
    func invalidUTF8IsNoJSON(bytes: [UInt8]) {
        #expect(throws: JSONCheck.Problem.self) { try JSONCheck.check([0x22] + bytes + [0x22]) }
    }

    /// Strings are gone over eight bytes at a time: what is special in them is found at every place.
    @Test func whatIsSpecialInAStringIsSeenWhereverItStands() throws {
        for before in 0..<20 {
            let start = "[\"" + String(repeating: "x", count: before)
            for text in ["\\n", "é", "\u{7F}", "!", "#", "[", "]", "\\\"", " "] {
                try JSONCheck.check(Array((start + text + String(repeating: "y", count: 17) + "\"]").utf8))
            }
            for byte: UInt8 in [0x00, 0x01, 0x0A, 0x1F, 0x22, 0x80, 0xFF] {
                let bytes = Array(start.utf8) + [byte] + Array(String(repeating: "y", count: 17).utf8)
                let error = #expect(throws: JSONCheck.Problem.self) { try JSONCheck.check(bytes + Array("\"]".utf8)) }
                #expect(error?.offset == start.utf8.count + (byte == 0x22 ? 1 : 0), "\(byte) after \(before)")
            }
        }
    }

    @Test func deepNestingIsRefusedAndNotFollowed() {
        let deep = Array(repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: JSONCheck.Problem(offset: 1000, reason: "nested too deeply", place: .depth)) {
            try JSONCheck.check(deep)
        }
    }

    /// Whatever passes must be readable for Foundation too: one more opinion, and no crash on any bytes.
    @Test func mutationsAgreeWithFoundation() {
        var generator = SeededGenerator(seed: 20_261_121)
        let seed = Array(#"{"a":[1,-2.5e3,"x\u00e9\n"],"b":{"c":null,"d":true},"é":""}"#.utf8)
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = .random(in: .min ... .max, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: index)
                }
            }
            guard (try? JSONCheck.check(bytes)) != nil else { continue }
            let read = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            // An escape may name half of a surrogate pair, which the grammar allows and Foundation does not.
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(read != nil || text.contains("\\u") || text.contains("e"), "seed 20261121: \(text)")
        }
    }
}

/// A generator whose numbers are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
