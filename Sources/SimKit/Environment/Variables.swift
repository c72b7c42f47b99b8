import Foundation
import ImageKit
import LambdaWire
import ToolKit

/// The variables that a function's processes see, made from nothing: the user's own shell is not Lambda.
package enum Variables {
    /// Where things are for the processes.
    struct Places: Equatable {
        var taskRoot = "/var/task"
        var layers = "/opt"
        var runtimeDirectory = "/var/runtime"
        /// `nil` where `/tmp` itself is the function's own.
        var temporary: String?
    }

    /// What only Lambda sets; `AWS_LAMBDA_MAX_CONCURRENCY` is let through because it is how the mode is asked for here.
    package static let reserved = LambdaVariable.reserved.subtracting([maximumConcurrency])

    /// The switch to several invocations at once in one environment.
    package static let maximumConcurrency = LambdaVariable.maximumConcurrency

    /// Variables of the user's own shell that functions get, where they are set.
    package static let credentialNames = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]

    /// Checks what a user wants to set as Lambda does.
    package static func check(_ variables: [String: String]) throws(SimError) {
        let forbidden = variables.keys.filter { reserved.contains($0) }.sorted()
        guard forbidden.isEmpty else { throw .reservedVariables(forbidden) }
        for name in variables.keys.sorted() where !LambdaName.isVariable(name) { throw .badVariableName(name) }
        let members = variables.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
        let size = JSONValue.object(members).text.utf8.count
        guard size <= LambdaLimit.variables else { throw .environmentTooLarge(bytes: size) }
    }

    /// Reads the lines of a file of variables.
    package static func parseFile(_ text: String, name: String) throws(SimError) -> [String: String] {
        do throws(AssignmentLines.Malformed) {
            return try AssignmentLines.parse(text)
        } catch {
            throw .badEnvironmentLine(file: name, line: error.line)
        }
    }

    /// All variables of the runtime's process.
    ///
    /// - Parameters:
    ///   - function: The function; what its user set wins where Lambda lets it.
    ///   - api: Host and port of the Runtime API.
    ///   - logStream: The environment's log stream.
    ///   - places: Where things are for the process.
    ///   - image: The image that it is, if it is one: it brings its own PATH and the like, and has no handler.
    /// - Returns: The whole environment.
    static func runtime(
        _ function: FunctionConfiguration,
        api: String,
        logStream: String,
        places: Places,
        image: ImageConfiguration? = nil
    ) -> [String: String] {
        var variables = defaults(function, places)
        if let image {
            for name in notForImages { variables[name] = nil }
            variables["PWD"] = image.directory
            variables.merge(image.variables) { $1 }
        }
        variables.merge(function.environment) { $1 }
        variables.merge(
            [
                LambdaVariable.handler: function.handler,
                LambdaVariable.defaultRegion: function.region,
                LambdaVariable.region: function.region,
                LambdaVariable.functionName: function.name,
                LambdaVariable.memorySize: String(function.memory),
                LambdaVariable.functionVersion: function.version,
                LambdaVariable.initializationType: function.initializationType,
                LambdaVariable.logGroup: function.logGroup ?? "/aws/lambda/\(function.name)",
                LambdaVariable.logStream: logStream,
                LambdaVariable.runtimeAPI: api,
                LambdaVariable.taskRoot: places.taskRoot,
                LambdaVariable.runtimeDirectory: places.runtimeDirectory,
            ]
        ) { $1 }
        if image != nil {
            variables["_HANDLER"] = nil
            variables["AWS_EXECUTION_ENV"] = "AWS_Lambda_Image"
        }
        if let maximum = function.maximumConcurrency { variables[maximumConcurrency] = String(maximum) }
        // On Lambda there are always some; a program that needs working ones fails as it should.
        let substitutes = Dictionary(uniqueKeysWithValues: credentialNames.map { ($0, "simulator") })
        variables.merge(function.credentials.isEmpty ? substitutes : function.credentials) { $1 }
        return variables
    }

    /// What Lambda sets only for zip packages.
    private static let notForImages = ["PATH", "LD_LIBRARY_PATH", "LANG", "TZ", "TMPDIR"]

    /// What extensions do not get (every name with an underscore in front is missing too).
    private static let notForExtensions: Set<String> = [
        "AWS_EXECUTION_ENV", LambdaVariable.logGroup, LambdaVariable.logStream, "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS", LambdaVariable.runtimeDirectory, LambdaVariable.taskRoot,
    ]

    /// The variables of an extension's process.
    static func extensions(_ runtime: [String: String]) -> [String: String] {
        runtime.filter { !notForExtensions.contains($0.key) && !$0.key.hasPrefix("_") }
    }

    private static func defaults(_ function: FunctionConfiguration, _ places: Places) -> [String: String] {
        let (task, layers, own) = (places.taskRoot, places.layers, places.runtimeDirectory)
        // As recorded: the older of the runtimes without a language has no folder for one.
        let hasLanguage = function.runtime != "provided.al2"
        let libraryFolders = "/lib64:/usr/lib64:\(own):\(own)/lib:\(task):\(task)/lib:\(layers)/lib"
        let libraries = hasLanguage ? "/var/lang/lib:" + libraryFolders : libraryFolders
        let programFolders = "/usr/local/bin:/usr/bin/:/bin:\(layers)/bin"
        var path = hasLanguage ? "/var/lang/bin:" + programFolders : programFolders
        // Programs of this machine that Lambda's own folders do not have, an interpreter in the user's home say.
        if !function.hostPath.isEmpty, function.showsMachine { path += ":" + function.hostPath }
        var variables = [
            "PATH": path,
            "LD_LIBRARY_PATH": libraries,
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
            "_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1",
            "_AWS_XRAY_DAEMON_PORT": "2000",
        ]
        // With a log in text Lambda says nothing of it, as recorded for provided.al2023.
        if function.logFormat == .json {
            variables[LambdaVariable.logFormat] = "JSON"
            variables[LambdaVariable.logLevel] = "INFO"
        }
        if let runtime = function.runtime, !runtime.hasPrefix("provided") {
            variables["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + runtime
        }
        if let temporary = places.temporary { variables["TMPDIR"] = temporary }
        return variables
    }
}
