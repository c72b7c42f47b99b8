import Platform
import ToolKit

/// Makes a root file system of an image's layers, as a container engine does, without one.
package struct ImageUnpacker {
    /// What an image may have.
    package struct Limits: Sendable {
        /// Bytes of all layers together, uncompressed: what Lambda takes (quotas in AWS's developer guide).
        package var bytes = 10 << 30
        /// Files and folders of all layers together: no more than a file system has room for beside others.
        package var entries = 1_000_000

        /// Describes limits.
        package init(bytes: Int = 10 << 30, entries: Int = 1_000_000) { (self.bytes, self.entries) = (bytes, entries) }
    }

    /// What the user named, for messages.
    private let path: String
    /// A folder of the caller's, who removes it, for what is only needed meanwhile.
    private let scratch: String
    /// Whether the files are given to the users that the image names.
    private let keepsOwners: Bool
    private let toolbox: Toolbox
    private let limits: Limits

    /// Describes the work.
    package init(
        path: String,
        scratch: String,
        keepsOwners: Bool,
        interrupts: Int32?,
        limits: Limits = Limits()
    ) {
        // tar runs in another folder than the caller.
        (self.path, self.scratch) = (path, Paths.absolute(scratch))
        (self.keepsOwners, self.limits) = (keepsOwners, limits)
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

    /// Whether a file is one that this can take the compression off.
    static func isCompressed(_ path: String) -> Bool { Compression((try? Files.read(path, atMost: 4)) ?? []) != nil }

    /// Unpacks an archive or layout.
    ///
    /// - Parameter root: The folder of the new root; it is made.
    /// - Returns: How the image is started.
    /// - Throws: ``ImageError``, ``Platform/Interruption``; what has been unpacked is left to whoever owns the folders.
    package func unpack(to root: String) throws -> ImageConfiguration {
        let manifest = try ImageManifest(in: try layout(), path: path)
        try ImageBlob.check(manifest.blobs, path: path, toolbox: toolbox)
        try onFiles { () throws(SystemError) in try Files.makeFolders(root) }
        var left = limits
        for (index, layer) in manifest.layers.enumerated() {
            // Nothing is below the lowest one, so nothing of it goes elsewhere or is taken away.
            if index == 0 {
                try extract(layer, to: root, ["--exclude=.wh.*"], &left)
                continue
            }
            let folder = "\(scratch)/layer-\(index)"
            try extract(layer, to: folder, [], &left)
            try onFiles { () throws(SystemError) in
                try LayerMerge(root: root).merge(folder)
                try Files.removeTree(folder)
            }
        }
        return manifest.configuration
    }

    /// The folder with the parts of the image: its own, or one in the scratch folder with what the archive holds.
    package func layout() throws -> String {
        guard Files.status(path)?.isDirectory != true else { return path }
        let folder = scratch + "/archive"
        var left = limits
        try extract(path, to: folder, [], &left)
        return folder
    }

    private func onFiles(_ body: () throws(SystemError) -> Void) throws(ImageError) {
        do throws(SystemError) {
            try body()
        } catch {
            throw .file(path: path, error)
        }
    }

    /// Runs tar and counts what it unpacks, a line each: where there are too many, `head` ends, and tar at its next line.
    private static let counted = """
        { "$@"; echo "$?" >&3; } 3>"$0" | head -n "$SHIM_ENTRIES" | wc -l
        """

    /// Unpacks a tar file, compressed or not; it lies within its folder whatever it says, as GNU tar sees to that.
    ///
    /// - Parameters:
    ///   - file: The tar file.
    ///   - folder: Where it is unpacked; it is made.
    ///   - options: More options for tar.
    ///   - left: What there is still room for; what was unpacked is taken off.
    /// - Throws: ``ImageError``, ``Platform/Interruption``.
    private func extract(_ file: String, to folder: String, _ options: [String], _ left: inout Limits) throws {
        try onFiles { () throws(SystemError) in
            try Files.makeFolders(folder)
            try Files.makeFolders(scratch)
        }
        var words = ["--extract", "--file", Paths.absolute(file), "--directory", Paths.absolute(folder)]
        words.append("--preserve-permissions")
        words += ["--delay-directory-restore", "--numeric-owner", "--warning=no-timestamp", "--verbose", "--totals"]
        if !keepsOwners { words.append("--no-same-owner") }
        // tar is asked every 100 MiB of what comes out of the compression, in records of 10 KiB, whether that is enough.
        words += ["--checkpoint=10240"]
        words += ["--checkpoint-action=exec=test $TAR_CHECKPOINT -lt \(left.bytes / 10240) || kill -TERM $PPID"]
        // The few devices that functions have are there whatever the image has; making others takes the superuser.
        words += ["--anchored", "--exclude=dev/*", "--exclude=./dev/*", "--no-anchored"] + options
        if let compression = Compression((try? Files.read(file, atMost: 4)) ?? []) {
            let tool = Tool(compression.rawValue)
            guard (try? toolbox.path(of: tool)) != nil else {
                throw ImageError.missingTool(path: path, tool: tool.name)
            }
            words.append("--" + tool.name)
        }
        let status = scratch + "/status"
        var environment = Toolbox.environment()
        environment["SHIM_ENTRIES"] = "\(left.entries + 1)"
        // By its name, as its messages begin with that.
        _ = try toolbox.path(of: .tar)
        // Another user may have to read it, whatever the umask is here.
        let result = try Files.withMask(0o022) {
            try toolbox.result(
                .at("/bin/sh"),
                ["-c", Self.counted, status, Tool.tar.name] + words,
                directory: "/",
                environment: environment
            )
        }
        left.entries -= Int(result.text.trimmingPrefix { $0 == " " }.prefix { $0.isNumber }) ?? 0
        guard left.entries >= 0 else { throw ImageError.tooManyFiles(path: path, limit: limits.entries) }
        let code = try onFile(status) {
            String(decoding: $0, as: UTF8.self).split(separator: "\n").first.flatMap { Int($0) }
        }
        guard code != 128 + Int(Signal.terminate) else { throw ImageError.tooLarge(path: path) }
        var lines = result.errors.split(separator: "\n").map(String.init)
        let isTotal = { (line: String) in line.hasPrefix("Total bytes read: ") }
        let bytes = lines.first(where: isTotal).flatMap { Int($0.dropFirst(18).prefix { $0.isNumber }) }
        lines.removeAll { isTotal($0) || $0.contains("Removing leading") }
        guard code == 0 else { throw ImageError.damaged(path: path, detail: lines.first ?? result.status) }
        left.bytes -= bytes ?? 0
        guard left.bytes >= 0 else { throw ImageError.tooLarge(path: path) }
        if Files.isSuperuser {
            try toolbox.run(.find, [folder, "-xdev", "(", "-type", "b", "-o", "-type", "c", ")", "-delete"])
        }
    }

    private func onFile<R>(_ file: String, _ body: ([UInt8]) -> R) throws(ImageError) -> R {
        do throws(SystemError) {
            return body(try Files.read(file, atMost: 100))
        } catch {
            throw .file(path: path, error)
        }
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
