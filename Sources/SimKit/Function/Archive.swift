import Platform
import ToolKit

/// Zip files and layers, by the system's own programs.
enum Archive {
    /// Unpacks a zip to a new folder, permission bits included; a signal ends it.
    static func unpack(_ zip: String, to folder: String, signals: Int32) throws(SimError) {
        try makeFolder(folder)
        let words = ["-q", "-o", zip, "-d", folder]
        let result = try run(.unzip, words, purpose: "unpack '\(zip)'", signals: signals)
        // unzip says 1 for warnings, with everything unpacked.
        guard case .exited(let status) = result.end, status <= 1 else {
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
        let result = try run(.cp, words, purpose: "copy the layer '\(layer)'", signals: signals)
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

    /// Runs a tool whose files are for another user too, whatever the umask is here.
    static func run(
        _ tool: Tool,
        _ words: [String],
        purpose: String,
        signals: Int32
    ) throws(SimError) -> ToolResult {
        do {
            return try Files.withMask(0o022) { try Toolbox(interrupts: signals).result(tool, words, directory: "/") }
        } catch is Interruption {
            throw .interrupted
        } catch ToolError.missingTool(let name, _) {
            throw .missingTool(name, purpose: purpose)
        } catch {
            throw .toolFailed(tool.name, object: purpose, detail: "\(error)")
        }
    }
}
