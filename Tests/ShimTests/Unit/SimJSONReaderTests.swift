import Testing

@testable import SimKit

@Suite struct SimJSONReaderTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-7", "1.5", "\"\"", "\"a\"", "[]", "{}", "[1,\"b\",[null,{}]]",
        #"{"b":1,"a":[true,{"c":"d"}]}"#,
    ])
    func whatIsWrittenIsRead(_ text: String) throws {
        #expect(try JSONValue.parse(Array(text.utf8)).text == text)
        let spaced = text.replacing(",", with: " ,\n\t").replacing(":", with: " : ").replacing("[", with: "[ ")
        #expect(try JSONValue.parse(Array(" \(spaced)\r\n".utf8)).text == text)
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\tA""#, "\"\\/\u{8}\u{C}\n\r\tA"), (#""\u00e9 \ud83d\ude00""#, "é 😀"), ("\"é\"", "é"),
        // Half a pair cannot be said in Unicode.
        (#""\ud83d""#, "\u{FFFD}"), (#""\ud83dA""#, "\u{FFFD}A"), (#""\ude00""#, "\u{FFFD}"),
    ])
    func textsAreUnescaped(_ text: String, _ value: String) throws {
        #expect(try JSONValue.parse(Array(text.utf8)).string == value)
    }

    @Test func numbersStayWhole() throws {
        let value = try JSONValue.parse(Array("[9007199254740993,1e2,-0.5,100000000000000000000]".utf8))
        let numbers = try #require(value.array)
        #expect(numbers[0].int == 9_007_199_254_740_993)
        #expect(numbers[1].int == 100 && numbers[2].double == -0.5)
        #expect(numbers[3].int == nil && numbers[3].double == 1e20)
    }

    @Test func membersKeepTheirOrderAndTheLastOneCounts() throws {
        let value = try JSONValue.parse(Array(#"{"z":1,"a":2,"z":3}"#.utf8))
        #expect(value.members?.map(\.0) == ["z", "a", "z"] && value["z"]?.int == 3 && value["no"] == nil)
    }

    @Test(arguments: ["", "{", "[1,]", "{\"a\"}", "tru", "01", "\"\u{1}\"", "1 2"])
    func whatIsNotJSONIsRefused(_ text: String) {
        #expect(throws: JSONCheck.Problem.self) { try JSONValue.parse(Array(text.utf8)) }
    }
}
