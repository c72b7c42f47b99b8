import Testing

@testable import SimKit

@Suite struct SimCommandWordsTests {
    @Test(
        arguments: [
            ("", []), ("  ", []), ("a b  c", ["a", "b", "c"]),
            ("strace -f -o 'my file'", ["strace", "-f", "-o", "my file"]),
            (#"a "b c"d e\ f"#, ["a", "b cd", "e f"]), ("''", [""]), (#""a\"b\n""#, [#"a"b\n"#]),
            (#"'a\b'"#, [#"a\b"#]),
            ("\ta\nb", ["a", "b"]),
        ] as [(String, [String])]
    )
    func wordsArePartedAsInAShell(_ text: String, _ words: [String]) {
        #expect(CommandWords.split(text) == words)
    }

    @Test(arguments: ["'a", "\"a", "a\\", "a 'b"])
    func whatIsOpenIsNoCommand(_ text: String) {
        #expect(CommandWords.split(text) == nil)
    }
}
