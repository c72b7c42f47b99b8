import Platform
import ToolKit

/// Makes a root file system of an image's layers, as a container engine does, without one.
struct ImageUnpacker {
    /// Bytes that Lambda takes of an image, uncompressed (quotas in AWS's developer guide).
    static let limit = 10 << 30

    /// What the user named, for messages.
    let path: String
    let workspace: Workspace
    /// A descriptor of ``Signals/readable(_:)``.
    let signals: Int32
    /// Bytes that a layer or the archive may have, uncompressed.
    var limit = Self.limit

    /// Unpacks an archive or layout.
    ///
    /// - Parameter root: The folder of the new root; it is made.
    /// - Returns: How the image is started.
    /// - Throws: ``SimError``; what has been unpacked is left to whoever owns the folder.
    func unpack(to root: String) throws(SimError) -> ImageConfiguration {
        let staging = try workspace.makeFolder("image")
        defer { workspace.remove(staging) }
        var layout = path
        if Files.status(path)?.isDirectory != true {
            layout = staging + "/archive"
            try extract(path, to: layout, [])
        }
        let manifest = try ImageManifest(in: layout, path: path)
        do throws(SystemError) {
            try Files.makeFolders(root)
        } catch {
            throw .file(operation: "make the folder", path: root, error)
        }
        for (index, layer) in manifest.layers.enumerated() {
            // Nothing is below the lowest one, so nothing of it goes elsewhere or is taken away.
            if index == 0 {
                try extract(layer, to: root, ["--exclude=.wh.*"])
                continue
            }
            let folder = "\(staging)/layer-\(index)"
            try extract(layer, to: folder, [])
            do throws(SystemError) {
                try LayerMerge(root: root).merge(folder)
                try Files.removeTree(folder)
            } catch {
                throw .file(operation: "apply a layer of", path: path, error)
            }
        }
        do throws(SystemError) {
            if !Isolator.keepsOwners { try PackageModes.level(root) }
            try Files.setMode(root, 0o755)
        } catch {
            throw .file(operation: "set the modes of", path: root, error)
        }
        return manifest.configuration
    }

    /// Unpacks a tar file, compressed or not; it lies within its folder whatever it says, as GNU tar sees to that.
    private func extract(_ file: String, to folder: String, _ options: [String]) throws(SimError) {
        do throws(SystemError) {
            try Files.makeFolders(folder)
        } catch {
            throw .file(operation: "make the folder", path: folder, error)
        }
        let bytes = (try? Files.read(file, atMost: 4)) ?? []
        var words = ["--extract", "--file", file, "--directory", folder, "--preserve-permissions"]
        words += ["--delay-directory-restore", "--numeric-owner", "--warning=no-timestamp"]
        if !Isolator.keepsOwners { words.append("--no-same-owner") }
        // tar is asked every 100 MiB of what comes out of the compression, in records of 10 KiB, whether that is enough.
        words += ["--checkpoint=10240"]
        words += ["--checkpoint-action=exec=test $TAR_CHECKPOINT -lt \(limit / 10240) || kill -TERM $PPID"]
        // The few devices that functions have are there whatever the image has; making others takes the superuser.
        words += ["--anchored", "--exclude=dev/*", "--exclude=./dev/*", "--no-anchored"] + options
        for (magic, tool) in [([0x28, 0xB5, 0x2F, 0xFD], Tool("zstd")), ([0x1F, 0x8B], .gzip)] as [([UInt8], Tool)]
        where bytes.starts(with: magic) {
            guard (try? Toolbox.path(of: tool)) != nil else {
                throw .missingTool(tool.name, purpose: "unpack '\(path)'")
            }
            words.append("--" + tool.name)
        }
        let result = try Archive.run(.tar, words, purpose: "unpack '\(path)'", signals: signals)
        guard result.end != .signalled(Signal.terminate) else { throw .imageTooLarge(path) }
        guard result.succeeded else {
            throw .toolFailed("tar", object: path, detail: result.firstLine ?? "no message")
        }
    }
}
