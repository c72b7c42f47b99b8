import CommandLineKit
import Foundation
import Platform
import SimKit
import ToolKit

/// The options of `serve` for Lambda's API for functions.
struct ControlOptions {
    static let options = [
        Option("--control-plane", help: "Also serve Lambda's API for functions; the default without a TARGET"),
        Option(
            "--data",
            value: "DIR",
            type: .folder,
            help: "Where that API keeps functions and layers",
            default: "a temporary folder"
        ),
        Option(
            "--transition-time",
            value: "SECONDS",
            type: .number(0...600),
            help: "How long a function stays Pending or InProgress",
            default: "0"
        ),
    ]

    private let folder: String?
    private let settings: ControlPlane.Options

    /// What the command line says.
    ///
    /// - Parameters:
    ///   - arguments: The command line.
    ///   - isOnly: Whether no function was named.
    /// - Returns: `nil` where the API is not served.
    /// - Throws: `UsageError` of options that do not go together.
    static func read(_ arguments: Arguments, isOnly: Bool) throws -> ControlOptions? {
        guard isOnly || arguments.flag("--control-plane") else {
            for option in ["--data", "--transition-time"] where arguments.value(option) != nil {
                throw UsageError("\(option) needs --control-plane")
            }
            return nil
        }
        guard arguments.afterDoubleDash == nil || !isOnly else {
            throw UsageError("arguments after '--' need a TARGET")
        }
        // Each function has its own target.
        var template = try FunctionOptions.function("function", .folder(path: "/"), arguments)
        try ServeOptions.apply(arguments, to: &template)
        if isOnly, template.urlPort != nil || template.urlStreams {
            throw UsageError(
                "--url-port and --url-stream need a TARGET",
                hint: "'aws lambda create-function-url-config' makes a URL"
            )
        }
        var settings = ControlPlane.Options(template: template)
        if let seconds = arguments.number("--transition-time") {
            settings.transitionTime = .fromMilliseconds(seconds * 1000)
        }
        // A folder that plays a bucket has code in it, too.
        for (name, path) in arguments.assignments("--bucket") {
            let entry = BucketWatcher.Entry(function: name, folder: Paths.absolute(path))
            settings.buckets[entry.bucket] = entry.folder
        }
        let own = ProcessInfo.processInfo.environment
        if own["AWS_ENDPOINT_URL_S3"] != nil || own["AWS_ENDPOINT_URL"] != nil { settings.s3Environment = own }
        return ControlOptions(folder: arguments.value("--data").map { Paths.absolute($0) }, settings: settings)
    }

    /// Opens the store.
    func make(
        in context: SimulatorContext,
        write: @escaping (_ name: String?, _ lines: [UInt8]) -> Void
    ) throws -> ControlPlane {
        let store = try ControlStore(folder ?? context.workspace.path + "/data", signals: context.signals)
        return ControlPlane(store, options: settings, context: context, write: write)
    }
}
