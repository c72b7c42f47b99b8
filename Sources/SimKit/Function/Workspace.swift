import Platform
import ToolKit

/// The one temporary folder that a simulator makes: everything else lies in it, and goes with it.
package final class Workspace {
    /// The folder.
    package let path: String
    private var count = 0
    private var bareRoot: BareRoot?

    /// Makes the folder, under `TMPDIR` or `/tmp`.
    package init(temporaryFolder: String) throws(SimError) {
        let prefix = Paths.absolute(temporaryFolder.isEmpty ? "/tmp" : temporaryFolder) + "/shim-sim-"
        do throws(SystemError) {
            path = try Files.makeTemporaryFolder(prefix: prefix)
            // Functions may run as another user and must be able to pass through.
            try Files.setMode(path, 0o711)
        } catch {
            throw .file(operation: "make a temporary folder", path: prefix + "XXXXXX", error)
        }
    }

    /// Makes a folder that nobody else has.
    func makeFolder(_ name: String) throws(SimError) -> String {
        count += 1
        let folder = "\(path)/\(name)-\(count)"
        do throws(SystemError) {
            try Files.makeFolder(folder)
            // Functions may run as another user, and the umask is that of the simulator's.
            try Files.setMode(folder, 0o755)
        } catch {
            throw .file(operation: "make the folder", path: folder, error)
        }
        return folder
    }

    /// The root with what Lambda's own system has; made when it is first wanted.
    func makeBareRoot() throws(SimError) -> BareRoot {
        if let bareRoot { return bareRoot }
        let made = try BareRoot(at: try makeFolder("root"))
        bareRoot = made
        return made
    }

    /// Removes a folder of this workspace; what cannot be removed stays until the end.
    func remove(_ folder: String) { try? Files.removeTree(folder) }

    /// Removes everything.
    package func removeAll() throws(SimError) {
        do throws(SystemError) {
            try Files.removeTree(path)
        } catch {
            throw .file(operation: "remove the folder", path: path, error)
        }
    }
}
