import Foundation
import Platform

/// A program of the system that does a part of the work, and the Debian package that has it.
package struct Tool: Sendable, Equatable {
    /// What it is called, or its path.
    package let name: String
    /// What to install where it is missing.
    package let package: String

    /// Describes a tool; without a package it has that of its own name.
    package init(_ name: String, package: String? = nil) {
        self.name = name
        self.package = package ?? name
    }

    /// A program that is named by its path.
    package static func at(_ path: String) -> Tool { Tool(path) }

    // Debian's package of each tool.
    package static let zip = Tool("zip")
    package static let unzip = Tool("unzip")
    package static let strip = Tool("strip", package: "binutils")
    package static let strace = Tool("strace")
    package static let tar = Tool("tar")
    package static let gzip = Tool("gzip")
    package static let find = Tool("find", package: "findutils")
    package static let cp = Tool("cp", package: "coreutils")
    package static let sha256sum = Tool("sha256sum", package: "coreutils")
    package static let b2sum = Tool("b2sum", package: "coreutils")
    package static let sha512sum = Tool("sha512sum", package: "coreutils")
    package static let head = Tool("head", package: "coreutils")
    package static let unshare = Tool("unshare", package: "util-linux")
    package static let bwrap = Tool("bwrap", package: "bubblewrap")
}

/// One use of a tool.
package struct ToolRun: Sendable {
    /// What runs.
    package var tool: Tool
    /// Its arguments, without its name.
    package var arguments: [String]
    /// Its standard input.
    package var input = Data()
    /// Its working directory; ours where `nil`.
    package var directory: String?
    /// Its whole environment; ``Toolbox/environment()`` where `nil`.
    package var environment: [String: String]?

    /// Describes a use.
    package init(_ tool: Tool, _ arguments: [String]) {
        self.tool = tool
        self.arguments = arguments
    }
}

/// The result of a tool.
package struct ToolResult: Sendable {
    /// How it ended.
    package let end: ProcessEnd
    /// Its standard output.
    package let output: Data
    /// Its standard error.
    package let errors: String

    /// Describes a result.
    package init(end: ProcessEnd, output: Data, errors: String) {
        self.end = end
        self.output = output
        self.errors = errors
    }

    /// Whether it ended with status 0.
    package var succeeded: Bool { end == .exited(status: 0) }

    /// How it ended, as text.
    package var status: String {
        switch end {
        case .exited(let status): "status \(status)"
        case .signalled(let number): ProcessControl.name(ofSignal: number)
        }
    }

    /// Standard output as text.
    package var text: String { String(decoding: output, as: UTF8.self) }

    /// The first line that says something, of standard error if there is one.
    package var firstLine: String? { lines.first }

    /// The last line that says something, of standard error if there is one, which tends to hold the reason.
    package var lastLine: String? {
        let said = ToolResult.lines(of: errors)
        return said.last ?? lines.last
    }

    private var lines: [String] { Self.lines(of: errors + "\n" + text) }

    private static func lines(of text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}
