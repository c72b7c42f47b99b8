import Foundation
import Platform
import ToolKit

/// A folder beside the output in which everything is made; it is gone when the work is over, however it ends.
package struct Staging: Sendable {
    /// The folder, on the same file system as the output, so that the last step is a rename.
    let folder: String

    /// Makes the folder.
    ///
    /// - Parameter output: The file or folder that will be written.
    /// - Throws: ``ToolError/cannotWrite(path:cause:)`` that names the output.
    package init(beside output: String) throws {
        let parent = Paths.parent(Paths.absolute(output))
        let prefix = "\(parent == "/" ? "" : parent)/.\(Paths.name(output))."
        do throws(SystemError) {
            folder = try Files.makeTemporaryFolder(prefix: prefix)
        } catch {
            throw ToolError.cannotWrite(path: output, cause: SystemError.text(error.errno))
        }
    }

    /// Makes a folder among the system's temporary ones, for work that has no output.
    package init(named name: String) throws {
        folder = try Disk.makeTemporaryFolder(name)
    }

    /// Removes the folder with all that is in it.
    package func remove() {
        do throws(SystemError) {
            try Files.removeTree(folder)
        } catch {
            // Nothing can be done about it here; the folder's name says what made it.
        }
    }

    /// A place in the folder.
    func path(_ name: String) -> String { folder + "/" + name }
}
