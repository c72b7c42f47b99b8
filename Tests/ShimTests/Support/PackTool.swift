import Foundation

/// Runs the tools that tests compare with.
enum PackTool {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a tool to its end; some of them build, or fetch a whole system.
    static func result(
        _ tool: String,
        _ arguments: [String],
        package: String? = nil,
        environment: [String: String]? = nil,
        directory: String? = nil
    ) throws -> (status: Int32?, output: String, errors: String) {
        let path = tool.contains("/") ? tool : try Executables.system(tool, package: package)
        return try TestProcess.run(path, arguments, environment: environment, folder: directory, limit: .seconds(900))
    }

    /// The standard output of a tool that must succeed.
    @discardableResult
    static func run(
        _ tool: String,
        _ arguments: [String],
        package: String? = nil,
        directory: String? = nil
    ) throws -> String {
        let result = try result(tool, arguments, package: package, directory: directory)
        guard result.status == 0 else {
            let line = ([tool] + arguments).joined(separator: " ")
            let status = result.status.map { "\($0)" } ?? "none"
            throw Failure(description: "\(line): status \(status): \(result.errors)")
        }
        return result.output
    }
}
