// swift-tools-version: 6.2
import PackageDescription

// `swift build -c release` makes static, stripped executables that start on any Linux with /proc: no glibc, no Swift
// runtime and no ICU data on the machine that runs them. Debug builds stay dynamic and quick. See docs/design.md.
let swift: [SwiftSetting] = [
    .unsafeFlags(["-static-executable"], .when(configuration: .release))
]
let link: [LinkerSetting] = [
    .unsafeFlags(
        ["-static-executable", "-use-ld=lld", "-Xlinker", "--gc-sections", "-Xlinker", "-s"],
        .when(configuration: .release)
    )
]

let package = Package(
    name: "shim",
    products: [
        .library(name: "ShimRuntime", targets: ["ShimRuntime"]),
        .executable(name: "shim", targets: ["Shim"]),
        .executable(name: "shim-sim", targets: ["shim-sim"]),
        .executable(name: "shim-pack", targets: ["shim-pack"]),
        .executable(name: "shim-deploy", targets: ["shim-deploy"]),
        .executable(name: "echo", targets: ["echo"]),
    ],
    // An arrow only ever points up this list: a room knows those above it, never those below.
    targets: [
        .target(name: "CLinux"),
        .target(name: "Platform", dependencies: ["CLinux"], swiftSettings: swift),
        .target(name: "HTTPWire", swiftSettings: swift),
        .target(name: "LambdaWire", swiftSettings: swift),
        .target(name: "ELF", swiftSettings: swift),
        .target(name: "CommandLineKit", dependencies: ["Platform"], swiftSettings: swift),
        .target(name: "ToolKit", dependencies: ["Platform"], swiftSettings: swift),
        .target(name: "FunctionFile", dependencies: ["Platform"], swiftSettings: swift),
        .target(
            name: "ShimRuntime",
            dependencies: ["Platform", "HTTPWire", "LambdaWire", "ELF"],
            swiftSettings: swift
        ),
        .executableTarget(
            name: "Shim",
            dependencies: ["ShimRuntime", "CommandLineKit", "Platform"],
            swiftSettings: swift,
            linkerSettings: link
        ),
        .executableTarget(name: "echo", path: "handlers/echo", swiftSettings: swift, linkerSettings: link),
        .target(name: "ImageKit", dependencies: ["Platform", "LambdaWire", "ELF", "ToolKit"], swiftSettings: swift),
        .target(
            name: "PackKit",
            dependencies: ["Platform", "LambdaWire", "ELF", "ToolKit", "ImageKit"],
            swiftSettings: swift
        ),
        .target(
            name: "SimKit",
            dependencies: ["Platform", "HTTPWire", "LambdaWire", "ELF", "ToolKit", "ImageKit", "FunctionFile"],
            swiftSettings: swift
        ),
        // These two start `shim` as a program of its own; the dependency only makes SwiftPM build it beside them.
        .executableTarget(
            name: "shim-pack",
            dependencies: ["PackKit", "CommandLineKit", "LambdaWire", "ToolKit", "Shim", "shim-sim"],
            swiftSettings: swift,
            linkerSettings: link
        ),
        .executableTarget(
            name: "shim-sim",
            dependencies: ["SimKit", "CommandLineKit", "LambdaWire", "ToolKit", "FunctionFile", "Shim", "echo"],
            swiftSettings: swift,
            linkerSettings: link
        ),
        .target(
            name: "DeployKit",
            dependencies: ["Platform", "LambdaWire", "ToolKit", "FunctionFile", "ImageKit"],
            swiftSettings: swift
        ),
        .executableTarget(
            name: "shim-deploy",
            dependencies: ["DeployKit", "PackKit", "CommandLineKit", "ToolKit", "FunctionFile", "shim-pack"],
            swiftSettings: swift,
            linkerSettings: link
        ),
        .testTarget(
            name: "ShimTests",
            dependencies: [
                "Platform", "HTTPWire", "LambdaWire", "ELF", "CommandLineKit", "ToolKit", "FunctionFile", "ShimRuntime",
                "ImageKit", "PackKit", "SimKit", "DeployKit",
                "Shim", "echo", "shim-sim", "shim-pack", "shim-deploy",
            ]
        ),
    ]
)
