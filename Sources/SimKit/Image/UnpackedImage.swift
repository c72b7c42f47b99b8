import ImageKit
import Platform
import ToolKit

/// An image that lies unpacked on the disk, where several environments use it.
package struct UnpackedImage: Sendable, Equatable {
    /// The folder that is its root file system.
    package let root: String
    /// How it is started.
    package var configuration: ImageConfiguration

    /// Describes one.
    package init(root: String, configuration: ImageConfiguration) {
        (self.root, self.configuration) = (root, configuration)
    }

    /// Unpacks an image; blocks, and may be called on any thread.
    ///
    /// - Parameters:
    ///   - path: An archive, or a folder of one of the forms that ``ImageManifest`` knows.
    ///   - root: The folder to make; the folder it is in becomes this user's alone.
    ///   - scratch: A folder for what is only needed meanwhile; it is removed.
    ///   - interrupts: A descriptor that is readable when this should stop.
    /// - Returns: Where it lies now, and how it is started.
    /// - Throws: ``SimError``, ``SimError/interrupted`` among them.
    static func unpack(
        _ path: String,
        to root: String,
        scratch: String,
        interrupts: Int32
    ) throws(SimError) -> UnpackedImage {
        defer { try? Files.removeTree(scratch) }
        let unpacker = ImageUnpacker(
            path: path,
            scratch: scratch,
            keepsOwners: Isolator.keepsOwners,
            interrupts: interrupts
        )
        do {
            // An image may have programs that run as their owner: nobody else here is to reach them.
            try Files.setMode(Paths.parent(root), 0o700)
            let configuration = try unpacker.unpack(to: root)
            if !Isolator.keepsOwners { try PackageModes.level(root) }
            try Files.setMode(root, 0o755)
            return UnpackedImage(root: root, configuration: configuration)
        } catch is Interruption {
            throw .interrupted
        } catch let error as ImageError {
            throw .image(error)
        } catch let error as SystemError {
            throw .file(operation: "set the modes of", path: root, error)
        } catch {
            throw .toolFailed("tar", object: path, detail: "\(error)")
        }
    }
}
