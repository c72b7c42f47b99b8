import Foundation
import Testing

/// The stub that keeps 30 MB of locale data out of `shim`, under the name that the toolchain's Foundation asks for.
@Suite struct ICUStubTests {
    private struct TargetInfo: Decodable {
        struct Paths: Decodable {
            let runtimeResourcePath: String
        }
        let paths: Paths
    }

    @Test func everyToolchainsDataHasItsStub() throws {
        let info = try PackTool.run("swift", ["-print-target-info"])
        let paths = try JSONDecoder().decode(TargetInfo.self, from: Data(info.utf8)).paths
        let library = paths.runtimeResourcePath + "_static/linux/lib_FoundationICU.a"
        let found = try PackTool.run("grep", ["-aoE", "\\bicudt[0-9]+_dat\\b", library])
        let symbols = Set(found.split(separator: "\n"))
        try #require(symbols.count == 1, "\(library) has \(symbols)")
        let file = PackPrograms.repository + "/Sources/CLinux/icu_stub_data.c"
        let stubs = String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self)
        for symbol in symbols {
            #expect(
                stubs.contains("STUB(\(symbol));"),
                "the toolchain's Foundation wants \(symbol): add STUB(\(symbol)) to Sources/CLinux/icu_stub_data.c"
            )
        }
    }
}
