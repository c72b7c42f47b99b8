import CommandLineKit
import Foundation
import FunctionFile
import Platform
import SimKit
import ToolKit

/// A file that describes one function for `shim-deploy`: what it puts on AWS runs here.
enum DescriptionFile {
    /// Reads the function; relative paths are taken from the file's folder.
    ///
    /// - Parameters:
    ///   - bytes: The file's content.
    ///   - file: Its path.
    ///   - arguments: The options of the command line, which win.
    ///   - apply: Applies those that are not the function's own.
    /// - Returns: The function as the simulator runs it.
    /// - Throws: `UsageError` for what the file says wrongly, or what is not there.
    static func read(
        _ bytes: [UInt8],
        _ file: String,
        _ arguments: Arguments,
        _ apply: (inout FunctionConfiguration) throws -> Void
    ) throws -> FunctionConfiguration {
        let description = try FunctionFile(bytes, file: file, variables: ProcessInfo.processInfo.environment)
        guard let package = description.deploy.package else {
            throw FunctionFileError(
                file: file,
                "Deploy.Package is missing: what is to run here?",
                hint: #"add "Deploy": {"Package": "function.zip"}, or name a program"#
            )
        }
        let own = description.path(package)
        let isCommand = !package.contains("/") && Files.status(own) == nil
        let target = try FunctionOptions.target(isCommand ? package : own, arguments: description.deploy.arguments)
        var function = try FunctionOptions.function(description.name ?? "function", target, arguments)
        try apply(&function)
        try overlay(description, on: &function, arguments, file)
        try FunctionOptions.settle(&function)
        return function
    }

    private static func overlay(
        _ description: FunctionFile,
        on function: inout FunctionConfiguration,
        _ arguments: Arguments,
        _ file: String
    ) throws {
        let configuration = description.configuration
        func wins(_ option: String) -> Bool { arguments.flag(option) }
        if !wins("--memory"), let memory = configuration["MemorySize"]?.int { function.memory = memory }
        if !wins("--timeout"), let seconds = configuration["Timeout"]?.int { function.timeout = .seconds(seconds) }
        if !wins("--handler"), let handler = configuration["Handler"]?.string { function.handler = handler }
        if !wins("--log-format"), let format = configuration["LoggingConfig"]?["LogFormat"]?.string {
            function.logFormat = format == "JSON" ? .json : .text
        }
        if !wins("--layer"), let layers = description.layers {
            if let arn = layers.first(where: { $0.hasPrefix("arn:") }) {
                throw FunctionFileError(
                    file: file,
                    "the layer '\(arn)' is on AWS, not here",
                    hint: "--layer DIR|ZIP names what it has; all layers are then taken from the command line"
                )
            }
            function.layers = layers.map { Paths.absolute(description.path($0)) }
        }
        if !wins("--concurrency"), let number = description.deploy.concurrency.value, number > 0 {
            function.concurrency = min(number, 1000)
        }
        if let url = description.deploy.url.value {
            function.urlPort = function.urlPort ?? 0
            function.urlStreams = function.urlStreams || url.invokeMode == "RESPONSE_STREAM"
        }
        if !wins("--retry-delays"), let attempts = description.deploy.asynchronous?["MaximumRetryAttempts"]?.int {
            function.events.retryDelays = Array(function.events.retryDelays.prefix(attempts))
        }
        function.environment = (description.variables ?? [:]).merging(function.environment) { $1 }
    }
}
