import Platform

/// Zip files and layers, by the system's own programs.
enum Archive {
    /// Unpacks a zip to a new folder, permission bits included.
    static func unpack(_ zip: String, to folder: String) throws(SimError) {
        do throws(SystemError) {
            try Files.makeFolder(folder)
        } catch {
            throw .file(operation: "make the folder", path: folder, error)
        }
        let result = try Tool.run("unzip", ["-q", "-o", zip, "-d", folder], purpose: "unpack '\(zip)'")
        // unzip says 1 for warnings, with everything unpacked.
        guard case .exited(let status) = result.end, status <= 1 else {
            if result.end == .exited(status: 9) { throw .incompleteZip(zip) }
            throw .toolFailed("unzip", object: zip, detail: result.lastLine)
        }
    }

    /// Copies a layer into the folder: folders are merged, a file that is there already is replaced.
    static func merge(_ layer: String, into folder: String) throws(SimError) {
        guard let status = Files.status(layer) else { throw .noSuchTarget(layer) }
        guard status.isDirectory else { return try unpack(layer, to: folder) }
        let result = try Tool.run("cp", ["-a", "--", "\(layer)/.", folder], purpose: "copy the layer '\(layer)'")
        guard result.end == .exited(status: 0) else {
            throw .toolFailed("cp", object: layer, detail: result.lastLine)
        }
    }
}
