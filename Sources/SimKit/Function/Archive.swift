import Platform
import ToolKit

/// Zip files and layers, by the system's own programs.
enum Archive {
    /// The files that have most of the bytes of most packages: unzip uses one processor, so they are unpacked beside the rest.
    private static let large = ["bootstrap", "shim"]

    /// Unpacks a zip to a new folder, permission bits included; a signal ends it.
    ///
    /// - Parameters:
    ///   - zip: The file.
    ///   - folder: The folder.
    ///   - signals: Where signals arrive.
    ///   - work: What to do while it is being unpacked.
    /// - Throws: ``SimError`` where the zip is damaged or `unzip` is missing, and what `work` throws.
    static func unpack(
        _ zip: String,
        to folder: String,
        signals: Int32,
        meanwhile work: () throws(SimError) -> Void = {}
    ) throws(SimError) {
        try makeFolder(folder)
        let uses = [large, ["-x"] + large].map { ["-q", "-o", zip] + $0 + ["-d", folder] }
        for result in try run(.unzip, uses, purpose: "unpack '\(zip)'", signals: signals, meanwhile: work) {
            // unzip says 1 for warnings, with everything unpacked, and 11 where no file is to be unpacked.
            if case .exited(let status) = result.end, status <= 1 || status == 11 { continue }
            if result.end == .exited(status: 9) { throw .incompleteZip(zip) }
            throw .toolFailed("unzip", object: zip, detail: result.lastLine ?? "no message")
        }
    }

    /// Copies a layer into the folder: folders are merged, a file that is there already is replaced.
    static func merge(_ layer: String, into folder: String, signals: Int32) throws(SimError) {
        guard let status = Files.status(layer) else { throw .noSuchLayer(layer) }
        guard status.isDirectory else { return try unpack(layer, to: folder, signals: signals) }
        try makeFolder(folder)
        // Whose files they are here is nothing to Lambda, and a user namespace does not know all users.
        let words = ["-a", "--no-preserve=ownership", "--", "\(layer)/.", folder]
        let result = try run(.cp, [words], purpose: "copy the layer '\(layer)'", signals: signals)[0]
        guard result.succeeded else {
            throw .toolFailed("cp", object: layer, detail: result.lastLine ?? "no message")
        }
    }

    private static func makeFolder(_ folder: String) throws(SimError) {
        do throws(SystemError) {
            try Files.makeFolders(folder)
        } catch {
            throw .file(operation: "make the folder", path: folder, error)
        }
    }

    /// Runs a tool whose files are for another user too, whatever the umask is here; several uses of it side by side.
    private static func run(
        _ tool: Tool,
        _ uses: [[String]],
        purpose: String,
        signals: Int32,
        meanwhile work: () throws(SimError) -> Void = {}
    ) throws(SimError) -> [ToolResult] {
        let runs = uses.map { words in
            var run = ToolRun(tool, words)
            run.directory = "/"
            return run
        }
        do {
            return try Files.withMask(0o022) { try Toolbox(interrupts: signals).results(runs, meanwhile: work) }
        } catch is Interruption {
            throw .interrupted
        } catch ToolError.missingTool(let name, _) {
            throw .missingTool(name, purpose: purpose)
        } catch let error as SimError {
            throw error
        } catch {
            throw .toolFailed(tool.name, object: purpose, detail: "\(error)")
        }
    }
}
