// swift-tools-version: 6.2
import PackageDescription

// A package of its own: a machine without LAPACK can still build everything else.
//     apt-get install liblapack-dev
//     swift build --package-path handlers/matrix -c release
// Swift's own libraries are linked in (FoundationEssentials only: no 30 MB of ICU data), so what is left to pack are the system's: LAPACK, BLAS and what they need.
let package = Package(
    name: "matrix",
    products: [.executable(name: "matrix", targets: ["matrix"])],
    targets: [
        .systemLibrary(name: "CLAPACK", providers: [.apt(["liblapack-dev"])]),
        .executableTarget(
            name: "matrix",
            dependencies: ["CLAPACK"],
            swiftSettings: [.unsafeFlags(["-static-stdlib"], .when(configuration: .release))],
            linkerSettings: [
                .unsafeFlags(
                    ["-static-stdlib", "-Xlinker", "--gc-sections", "-Xlinker", "-s"],
                    .when(configuration: .release)
                )
            ]
        ),
    ]
)
