import Testing

@testable import ShimRuntime

/// Nobody is told to pack what has been packed.
@Suite struct PackageAdviceTests {
    @Test func dependsOnWhereTheShimLies() throws {
        let folder = try TemporaryFolder()
        try folder.write("plain/shim", "")
        try folder.write("package/shim", "")
        try folder.write("package/bootstrap", "#!/bin/sh\n")
        let plain = PackageAdvice(shim: folder.path + "/plain/shim")
        #expect(!plain.isPackaged)
        for advice in [plain.libraries, plain.newerLibraries, plain.newerGlibc] {
            #expect(advice.contains("shim-pack, which brings"))
        }
        for path in [folder.path + "/package/shim", "/var/task/shim"] {
            let packaged = PackageAdvice(shim: path)
            #expect(packaged.isPackaged)
            for advice in [packaged.libraries, packaged.newerLibraries, packaged.newerGlibc] {
                #expect(!advice.contains("with shim-pack") && !advice.contains("shim-pack, which"))
            }
        }
    }
}
