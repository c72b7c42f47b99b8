import Glibc
import Platform
import ToolKit

/// The one temporary folder that a simulator makes: everything else lies in it, and goes with it.
package final class Workspace {
    /// The folder.
    package let path: String
    /// Held as long as this process lives, however it ends: the sign that the folder belongs to somebody.
    private let lock: FileLock
    private var count = 0
    private var bareRoot: BareRoot?

    /// Makes the folder, under `TMPDIR` or `/tmp`.
    package init(temporaryFolder: String) throws(SimError) {
        let parent = Paths.absolute(temporaryFolder.isEmpty ? "/tmp" : temporaryFolder)
        Self.removeAbandoned(in: parent)
        let prefix = parent + "/" + Self.prefix
        do throws(SystemError) {
            path = try Files.makeTemporaryFolder(prefix: prefix)
            // Functions may run as another user and must be able to pass through.
            try Files.setMode(path, 0o711)
            guard let lock = try FileLock.make(path + "/" + Self.lockName) else {
                throw SystemError(call: "flock", errno: EWOULDBLOCK)
            }
            self.lock = lock
        } catch {
            throw .file(operation: "make a temporary folder", path: prefix + "XXXXXX", error)
        }
    }

    private static let prefix = "shim-sim-"
    private static let lockName = "lock"

    /// Removes the folders of simulators that were killed, and ends what they had started.
    private static func removeAbandoned(in parent: String) {
        for name in (try? Files.list(parent)) ?? [] where name.hasPrefix(prefix) {
            let folder = "\(parent)/\(name)"
            let lock = try? FileLock.takeOver("\(folder)/\(lockName)", olderThan: .seconds(10))
            guard let lock else { continue }
            defer { withExtendedLifetime(lock) {} }
            for pid in ProcessTree.all
            where ProcessTree.environment(of: pid).contains(where: { $0.contains("=\(folder)/") }) {
                ProcessControl.signal(pid, Signal.kill)
            }
            // What cannot be removed is left to the next simulator.
            try? Files.removeTree(folder)
        }
    }

    /// Makes a new folder of its own.
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
