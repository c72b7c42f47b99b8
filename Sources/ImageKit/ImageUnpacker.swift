import Platform
import ToolKit

/// Makes a root file system of an image's layers, as a container engine does, without one.
package struct ImageUnpacker {
    /// Bytes that Lambda takes of an image, uncompressed (quotas in AWS's developer guide).
    package static let limit = 10 << 30

    /// What the user named, for messages.
    private let path: String
    /// A folder of the caller's, who removes it, for what is only needed meanwhile.
    private let scratch: String
    /// Whether the files are given to the users that the image names.
    private let keepsOwners: Bool
    private let toolbox: Toolbox
    /// Bytes that a layer or the archive may have, uncompressed.
    private let limit: Int

    /// Describes the work.
    package init(
        path: String,
        scratch: String,
        keepsOwners: Bool,
        interrupts: Int32?,
        limit: Int = Self.limit
    ) {
        (self.path, self.scratch, self.keepsOwners, self.limit) = (path, scratch, keepsOwners, limit)
        toolbox = Toolbox(interrupts: interrupts)
    }

    /// Whether a file looks like an archive of an image: a tar file, or a compressed one.
    package static func isArchive(_ path: String) -> Bool {
        guard let bytes = try? Files.read(path, atMost: 512) else { return false }
        if Compression(bytes) != nil { return true }
        // The word that a tar file has in its first header (tar(5)).
        return bytes.count == 512 && bytes[257..<262].elementsEqual("ustar".utf8)
    }

    /// Whether a folder is an OCI layout.
    package static func isLayout(_ path: String) -> Bool { Files.status(path + "/oci-layout")?.isRegular == true }

    /// Unpacks an archive or layout.
    ///
    /// - Parameter root: The folder of the new root; it is made.
    /// - Returns: How the image is started.
    /// - Throws: ``ImageError``, ``Platform/Interruption``; what has been unpacked is left to whoever owns the folders.
    package func unpack(to root: String) throws -> ImageConfiguration {
        var layout = path
        if Files.status(path)?.isDirectory != true {
            layout = scratch + "/archive"
            try extract(path, to: layout, [])
        }
        let manifest = try ImageManifest(in: layout, path: path)
        try onFiles { () throws(SystemError) in try Files.makeFolders(root) }
        for (index, layer) in manifest.layers.enumerated() {
            // Nothing is below the lowest one, so nothing of it goes elsewhere or is taken away.
            if index == 0 {
                try extract(layer, to: root, ["--exclude=.wh.*"])
                continue
            }
            let folder = "\(scratch)/layer-\(index)"
            try extract(layer, to: folder, [])
            try onFiles { () throws(SystemError) in
                try LayerMerge(root: root).merge(folder)
                try Files.removeTree(folder)
            }
        }
        return manifest.configuration
    }

    private func onFiles(_ body: () throws(SystemError) -> Void) throws(ImageError) {
        do throws(SystemError) {
            try body()
        } catch {
            throw .file(path: path, error)
        }
    }

    /// Unpacks a tar file, compressed or not; it lies within its folder whatever it says, as GNU tar sees to that.
    private func extract(_ file: String, to folder: String, _ options: [String]) throws {
        try onFiles { () throws(SystemError) in try Files.makeFolders(folder) }
        var words = ["--extract", "--file", file, "--directory", folder, "--preserve-permissions"]
        words += ["--delay-directory-restore", "--numeric-owner", "--warning=no-timestamp"]
        if !keepsOwners { words.append("--no-same-owner") }
        // tar is asked every 100 MiB of what comes out of the compression, in records of 10 KiB, whether that is enough.
        words += ["--checkpoint=10240"]
        words += ["--checkpoint-action=exec=test $TAR_CHECKPOINT -lt \(limit / 10240) || kill -TERM $PPID"]
        // The few devices that functions have are there whatever the image has; making others takes the superuser.
        words += ["--anchored", "--exclude=dev/*", "--exclude=./dev/*", "--no-anchored"] + options
        if let compression = Compression((try? Files.read(file, atMost: 4)) ?? []) {
            let tool = Tool(compression.rawValue)
            guard (try? toolbox.path(of: tool)) != nil else {
                throw ImageError.missingTool(path: path, tool: tool.name)
            }
            words.append("--" + tool.name)
        }
        // Another user may have to read it, whatever the umask is here.
        let result = try Files.withMask(0o022) { try toolbox.result(.tar, words, directory: "/") }
        guard result.end != .signalled(Signal.terminate) else { throw ImageError.tooLarge(path: path) }
        guard result.succeeded else { throw ImageError.damaged(path: path, detail: result.firstLine ?? result.status) }
    }

    /// The compressions of layers, by the names of their programs.
    private enum Compression: String, CaseIterable {
        case gzip, zstd

        init?(_ bytes: [UInt8]) {
            if bytes.starts(with: [0x1F, 0x8B]) {
                self = .gzip
            } else if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
                self = .zstd
            } else {
                return nil
            }
        }
    }
}
