import Platform
import ToolKit

/// A function's code as it lies on the disk, unpacked: what all environments of one version share and none may change.
package final class Deployment {
    /// The folder that is `/var/task`.
    let taskRoot: String
    /// The folder that is `/opt`.
    let layers: String
    private let target: Target
    private let wrapper: [String]
    private let workspace: Workspace
    /// What was made for this deployment alone.
    private let folder: String

    /// Unpacks a function's code and layers.
    ///
    /// - Throws: ``SimError``, ``SimError/interrupted`` where a signal came meanwhile; it is still to be read.
    package init(_ function: FunctionConfiguration, in context: SimulatorContext) throws(SimError) {
        target = function.target
        wrapper = function.wrapper
        workspace = context.workspace
        folder = try workspace.makeFolder("code")
        do throws(SimError) {
            taskRoot = try Self.unpack(function, to: folder, signals: context.signals)
        } catch {
            // Without an object there is no deinit.
            workspace.remove(folder)
            throw error
        }
        layers = function.layersFolder ?? folder + "/opt"
    }

    /// - Returns: The folder that is `/var/task`.
    private static func unpack(
        _ function: FunctionConfiguration,
        to folder: String,
        signals: Int32
    ) throws(SimError) -> String {
        let taskRoot: String
        switch function.target {
        case .program(let path, _, _): taskRoot = Paths.parent(path)
        case .folder(let path): taskRoot = path
        case .zip(let path):
            taskRoot = folder + "/task"
            try Archive.unpack(path, to: taskRoot, signals: signals)
        }
        guard function.layersFolder == nil else { return taskRoot }
        let layers = folder + "/opt"
        do throws(SystemError) {
            try Files.makeFolder(layers)
        } catch {
            throw .file(operation: "make the folder", path: layers, error)
        }
        for layer in function.layers { try Archive.merge(layer, into: layers, signals: signals) }
        return taskRoot
    }

    deinit { workspace.remove(folder) }

    /// Checks that there is something to start, for commands that want to say so before they run anything.
    package func checkBootstrap() throws(SimError) {
        if case .program = target { return }
        guard bootstrap == nil else { return }
        throw .noBootstrap(target.path)
    }

    /// The bootstrap's path, as Lambda looks for it.
    var bootstrap: String? {
        if case .program(_, let shim, _) = target { return shim }
        return ["\(taskRoot)/bootstrap", "\(layers)/bootstrap"].first { Files.status($0)?.isRegular == true }
    }

    /// The program and arguments behind the bootstrap, where it is `shim` for a program.
    var arguments: [String] {
        if case .program(let path, _, let arguments) = target { return wrapper + [path] + arguments }
        return []
    }

    /// The files in `extensions/` of the layers: Lambda starts each of them.
    var extensions: [String] {
        let names = (try? Files.list(layers + "/extensions")) ?? []
        return names.map { "\(layers)/extensions/\($0)" }.filter { Files.status($0)?.isDirectory == false }
    }
}
