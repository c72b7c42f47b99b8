import CommandLineKit
import DeployKit
import Foundation
import FunctionFile
import PackKit
import Platform
import ToolKit

/// From a description and a path to what is desired: looks at the package, packs a program first.
struct PackageReader {
    /// What a package turned out to be.
    enum Package {
        case function(Desired)
        case layer(name: String, path: String, sha256: String, architecture: String?)
    }

    /// The code of a function, as the package has it.
    private struct Content {
        let path: String
        let code: Desired.Code
        let architecture: String?
        /// How many bytes it has unpacked.
        var unpacked = 0
    }

    let session: Session
    private var console: Console { session.console }

    /// Reads everything that is here: the package, the layers.
    func read(_ file: FunctionFile, package path: String?, name: String?) throws -> Package {
        let given = path.map(Toolbox.program) ?? file.deploy.package.map(file.path)
        if let name = file.deploy.layerName, let given { return try layer(name, given) }
        guard let given else {
            if let code = file.configuration["Code"], Self.code(code) == nil {
                throw DeployError.contradiction(
                    "Code has neither ImageUri nor S3Bucket with S3Key",
                    hint: "or name a package: shim-deploy PACKAGE"
                )
            }
            return .function(try desired(file, name: name, nil))
        }
        let hasRuntime =
            file.configuration["Runtime"]?.string?.hasPrefix("provided") == false
            || file.layers?.isEmpty == false
        switch try PackageFile.kind(of: given, hasRuntime: hasRuntime, toolbox: session.toolbox) {
        case .function: return .function(try function(file, name: name, path: given))
        case .layer: return try layer(name ?? Self.stem(given), given)
        case .image:
            let folder = session.folder + "/image"
            try Files.makeFolder(folder, mode: 0o700)
            defer { try? Files.removeTree(folder) }
            let image = try ImageCheck(given, folder: folder, toolbox: session.toolbox)
            let content = Content(
                path: given,
                code: .image(path: given, digest: image.digest),
                architecture: image.architecture
            )
            return .function(try desired(file, name: name ?? file.name ?? Self.stem(given), content))
        case .program:
            let packed = try pack(given, file)
            return .function(
                try function(file, name: name ?? file.name ?? Paths.name(given), path: packed)
            )
        }
    }

    /// `build/wc.zip` is of a function `wc`.
    static func stem(_ path: String) -> String {
        let name = Paths.name(path)
        return name.lastIndex(of: ".").map { $0 == name.startIndex ? name : String(name[..<$0]) }
            ?? name
    }

    private func pack(_ program: String, _ file: FunctionFile) throws -> String {
        console.progress("packing \(program)")
        let output = session.folder + "/package.zip"
        let typed = session.arguments.value("--pack").map { $0.split(separator: " ").map(String.init) }
        let own = typed ?? file.deploy.packOptions
        let arguments = session.arguments.afterDoubleDash ?? file.deploy.arguments
        let words = own + ["--output", output, program] + (arguments.isEmpty ? [] : ["--"] + arguments)
        let result = try session.toolbox.result(.at(try Paths.companion("shim-pack")), words)
        console.clearProgress()
        guard result.succeeded else {
            throw DeployError.badPackage(
                path: program,
                problem: "shim-pack says: " + result.errors.trimmingCharacters(in: .whitespacesAndNewlines),
                hint: nil
            )
        }
        return output
    }

    private func function(_ file: FunctionFile, name: String?, path: String) throws -> Desired {
        console.progress("looking at \(path)")
        defer { console.clearProgress() }
        let runtime = file.configuration["Runtime"]?.string ?? "provided.al2023"
        let inspection = try inspect(path, runtime)
        if let inspection, runtime.hasPrefix("provided"), file.layers?.isEmpty != false,
            !inspection.wouldStart
        {
            throw DeployError.badPackage(
                path: path,
                problem: inspection.problems.joined(separator: "; "),
                hint: "'shim-pack inspect \(path)' tells more; --no-check deploys it all the same"
            )
        }
        for warning in inspection?.warnings ?? [] where !warning.contains("by S3") {
            console.report("warning: \(warning)")
        }
        let sum = try Checksum(toolbox: session.toolbox).base64(path)
        let content = Content(
            path: path,
            code: .zip(path: path, sha256: sum, bytes: Files.status(path)?.size ?? 0),
            architecture: inspection?.architecture,
            unpacked: inspection?.bytes ?? 0
        )
        return try desired(file, name: name ?? file.name ?? Self.stem(path), content)
    }

    private func inspect(_ path: String, _ runtime: String) throws -> Inspection? {
        guard !session.arguments.flag("--no-check") else { return nil }
        let staging = try Staging(named: "shim-deploy-inspect")
        defer { staging.remove() }
        let inspector = Inspector(staging: staging, interrupts: session.toolbox.interrupts)
        return try inspector.inspect(path, target: runtime == "provided.al2" ? .al2 : .al2023)
    }

    private func layer(_ name: String, _ path: String) throws -> Package {
        let inspection = try inspect(path, "provided.al2023")
        let sum = try Checksum(toolbox: session.toolbox).base64(path)
        return .layer(name: name, path: path, sha256: sum, architecture: inspection?.architecture)
    }

    private func desired(_ file: FunctionFile, name: String?, _ content: Content?) throws -> Desired {
        guard let name = name ?? file.name else {
            throw UsageError(
                "which function? its NAME is missing",
                hint: "shim-deploy PACKAGE NAME, or FunctionName in shim-deploy.json"
            )
        }
        var desired = Desired(name: name)
        desired.configuration = file.configuration
        desired.deploy = file.deploy
        desired.role = desired.configuration.removeValue(forKey: "Role")?.string
        desired.variables = file.variables
        desired.configuration["Environment"] = nil
        desired.tags = desired.configuration.removeValue(forKey: "Tags")?.object?.compactMapValues(
            \.string
        )
        desired.architecture = desired.configuration["Architectures"]?.strings?.first
        if let content, let found = content.architecture {
            if let wanted = desired.architecture, wanted != found {
                throw DeployError.badPackage(
                    path: content.path,
                    problem: "it is for \(found), and Architectures says \(wanted)",
                    hint: nil
                )
            }
            desired.architecture = found
        }
        desired.configuration["Architectures"] = nil
        if let code = desired.configuration.removeValue(forKey: "Code") {
            desired.code = Self.code(code)
        }
        if let content { desired.code = content.code }
        var unpacked = content?.unpacked ?? 0
        if let layers = desired.configuration.removeValue(forKey: "Layers")?.strings {
            desired.layers = try layers.map { layer in
                if layer.hasPrefix("arn:") { return .arn(layer) }
                let path = session.arguments.values("--layer").contains(layer) ? layer : file.path(layer)
                guard let status = Files.status(path), status.isRegular else {
                    throw DeployError.badPackage(
                        path: path,
                        problem: "there is no such layer",
                        hint: "the ARN of one, or a zip file"
                    )
                }
                unpacked += try inspect(path, "provided.al2023")?.bytes ?? 0
                return .zip(
                    name: Self.stem(path),
                    path: path,
                    sha256: try Checksum(toolbox: session.toolbox).base64(path),
                    bytes: status.size
                )
            }
        }
        try resolvePolicies(&desired, file)
        try SettingsCheck.check(desired, unpacked: unpacked)
        return desired
    }

    private static func code(_ code: JSON) -> Desired.Code? {
        if let image = code["ImageUri"]?.string { return .reference(image) }
        guard let bucket = code["S3Bucket"]?.string, let key = code["S3Key"]?.string else { return nil }
        return .object(bucket: bucket, key: key, version: code["S3ObjectVersion"]?.string)
    }

    /// Policies that the description names by a file.
    private func resolvePolicies(_ desired: inout Desired, _ file: FunctionFile) throws {
        desired.deploy.rolePolicies = try desired.deploy.rolePolicies.map { policy in
            guard let text = policy.string, !text.hasPrefix("arn:") else { return policy }
            return try Input.json("@" + file.path(text), of: "RolePolicies")
        }
        if let text = desired.deploy.smoke?.string, text.hasPrefix("@") {
            desired.deploy.smoke = try Input.json("@" + file.path(String(text.dropFirst())), of: "Smoke")
        }
    }
}
