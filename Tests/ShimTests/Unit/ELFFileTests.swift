import Foundation
import Testing

@testable import ELF

@Suite struct ELFFileTests {
    private func read(_ path: String, symbols: Bool = false) throws -> ELFFile {
        let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        return try data.withUnsafeBytes { try ELFFile($0, withSymbols: symbols) }
    }

    private var libc: String {
        Machine.current == .arm64 ? "/lib/aarch64-linux-gnu/libc.so.6" : "/lib/x86_64-linux-gnu/libc.so.6"
    }

    @Test func aProgramNamesItsLoaderAndItsLibraries() throws {
        let file = try read("/bin/ls")
        #expect(file.kind == .dynamicExecutable)
        #expect(file.machine == .current)
        #expect(file.header.is64Bit && !file.header.isBigEndian)
        #expect(file.interpreter?.contains("/ld-linux") == true)
        #expect(file.needed.contains("libc.so.6"))
        #expect(file.soname == nil)
        #expect(file.versionNeeds.contains { $0.file == "libc.so.6" && !$0.versions.isEmpty })
    }

    @Test func libcIsALibraryThoughItNamesALoader() throws {
        let file = try read(libc)
        #expect(file.kind == .sharedObject)
        #expect(file.interpreter != nil)
        #expect(file.soname == "libc.so.6")
        #expect(file.versionDefinitions.contains("GLIBC_2.34"))
        #expect(!file.versionDefinitions.contains("libc.so.6"))
    }

    @Test func eachNeededVersionNamesASymbolBoundToIt() throws {
        let file = try read("/bin/ls", symbols: true)
        let libc = try #require(file.versionNeeds.first { $0.file == "libc.so.6" })
        let start = try #require(libc.versions.first { $0.name == "GLIBC_2.34" })
        #expect(start.symbol == "__libc_start_main")
        #expect(libc.versions.allSatisfy { $0.symbol != nil })
        let without = try read("/bin/ls")
        #expect(without.versionNeeds.allSatisfy { $0.versions.allSatisfy { $0.symbol == nil } })
    }

    /// binutils is the other reader: both must agree on every program of a folder.
    @Test func agreesWithReadelf() throws {
        let folder = "/usr/bin"
        var compared = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where compared < 60 {
            guard let file = try? read("\(folder)/\(name)") else { continue }
            let output = try PackTool.run("readelf", ["-dW", "\(folder)/\(name)"], package: "binutils")
            let needed = output.split(separator: "\n").compactMap { line in
                line.contains("(NEEDED)") ? line.split(separator: "[").last?.dropLast() : nil
            }
            #expect(file.needed == needed.map(String.init), "\(name)")
            compared += 1
        }
        #expect(compared == 60)
    }

    @Test(
        arguments: [
            ([], "not an ELF file"),
            (Array("#!/bin/sh\n".utf8), "not an ELF file"),
            ([0x7f, 0x45, 0x4c, 0x46, 2, 1], "damaged or truncated ELF file: the header lies outside the file"),
            ([0x7f, 0x45, 0x4c, 0x46, 3] + Array(repeating: 0, count: 20), "damaged ELF file: unknown class 3"),
            (
                [0x7f, 0x45, 0x4c, 0x46, 2, 9] + Array(repeating: 0, count: 20),
                "damaged ELF file: unknown byte order 9"
            ),
        ] as [([UInt8], String)]
    )
    func saysWhatIsWrongWithBytesThatAreNoELFFile(bytes: [UInt8], message: String) {
        let error = #expect(throws: ELFError.self) { try ELFFile(bytes) }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        (
            ELFError.outOfBounds(what: "the string table"),
            "damaged or truncated ELF file: the string table lies outside the file"
        ),
        (.malformed(what: "the symbol table"), "damaged ELF file: the symbol table is malformed"),
        (.tooLarge(what: "the RPATH", limit: 10), "damaged ELF file: the RPATH is larger than 10"),
    ])
    func pinsTheOtherMessages(error: ELFError, message: String) {
        #expect(error.description == message)
    }

    @Test func aHeaderNeedsOnlyTwentyBytes() throws {
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: "/bin/ls"), options: .alwaysMapped).prefix(20))
        let header = try ELFHeader(bytes)
        #expect(header.machine == .current)
        #expect(header.type == .shared || header.type == .executable)
    }

    @Test(arguments: [(UInt16(62), "x86_64"), (183, "arm64"), (3, "i386"), (40, "arm"), (9999, "machine 9999")])
    func machinesHaveLambdasNames(number: UInt16, name: String) {
        let machine = Machine(rawValue: number)
        #expect(machine.description == name)
        #expect(machine.isOnLambda == (number == 62 || number == 183))
        #expect(Machine(lambdaName: name) == (machine.isOnLambda ? machine : nil))
    }

    /// Reads 32-bit and big-endian files, which a machine has none of: the header and an empty rest are enough.
    @Test func readsOtherWordSizesAndByteOrders() throws {
        var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 1, 2, 1] + Array(repeating: 0, count: 45)
        bytes[17] = 2
        bytes[19] = 20
        let file = try ELFFile(bytes)
        #expect(file.machine.description == "ppc")
        #expect(file.kind == .staticExecutable)
        #expect(!file.header.is64Bit && file.header.isBigEndian)
    }
}
