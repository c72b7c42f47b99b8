import Testing

@testable import PackKit

/// What is handed in where a program is wanted.
@Suite struct UnpackableTests {
    @Test(
        arguments: [
            ([0x50, 0x4B, 3, 4], "it is a zip archive, not a program"),
            ([0x1F, 0x8B, 8], "it is a gzip archive, not a program"),
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "it is an xz archive, not a program"),
            ([0x28, 0xB5, 0x2F, 0xFD], "it is a zstd archive, not a program"),
            (Array("!<arch>\n".utf8), "it is an archive of object files or a .deb, not a program"),
            (Array(repeating: 0x61, count: 257) + Array("ustar".utf8), "it is a tar archive, not a program"),
            ([0x4D, 0x5A, 0x90], "it is a program for Windows"),
            ([0xCF, 0xFA, 0xED, 0xFE], "it is a program for macOS"),
            ([0xCA, 0xFE, 0xBA, 0xBE], "it is a Java class or a program for macOS"),
            (Array("hello".utf8), "it is neither an ELF file nor a script that begins with #!"),
            ([], "it is neither an ELF file nor a script that begins with #!"),
        ] as [([UInt8], String)]
    )
    func isKnownByItsFirstBytes(bytes: [UInt8], cause: String) {
        let error = Unpackable.file("x", bytes: bytes)
        #expect(error.message == "cannot pack 'x': \(cause)")
        #expect(error.hint?.isEmpty == false)
        #expect(error.hint?.contains("FILE ") != true)
    }

    /// Every file that makes a package too large is named, not only the first.
    @Test func allThatIsLargeIsNamed() throws {
        let table = SizeTable(rows: [
            SizeTable.Row(place: "a", bytes: 100_000_000), SizeTable.Row(place: "b", bytes: 90_000_000),
            SizeTable.Row(place: "c", bytes: 80_000_000), SizeTable.Row(place: "d", bytes: 10),
        ])
        let error = try #require(throws: PackError.self) { try table.checkUnpackedLimit(isStripped: true) }
        #expect(error.message.hasSuffix("; the largest: a (100000000), b (90000000)"))
        #expect(error.hint?.contains("--strip") == false)
    }
}
