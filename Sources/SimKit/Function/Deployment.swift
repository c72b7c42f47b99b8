import ImageKit
import Platform
import ToolKit

/// A function's code as it lies on the disk, unpacked: what all environments of one version share and none may change.
package final class Deployment {
    /// The folder that is `/var/task`.
    let taskRoot: String
    /// The folder that is `/opt`.
    let layers: String
    /// The folder that is the root file system of isolated processes; empty for this machine's own.
    let root: String
    /// How the image is started; `nil` for everything that is not one.
    let image: ImageConfiguration?
    /// What the isolation does not show, for the user.
    package let notes: [String]
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
            let contents = try Contents(function, in: folder, context)
            (taskRoot, layers, root) = (contents.taskRoot, contents.layers, contents.root)
            (image, notes) = (contents.image, contents.notes)
        } catch {
            // Without an object there is no deinit.
            workspace.remove(folder)
            throw error
        }
    }

    deinit { workspace.remove(folder) }

    /// Checks that there is something to start, for commands that want to say so before they run anything.
    package func checkBootstrap() throws(SimError) {
        if case .program = target { return }
        if image != nil { return }
        guard bootstrap == nil else { return }
        throw .noBootstrap(target.path)
    }

    /// The bootstrap's path, as Lambda looks for it.
    var bootstrap: String? {
        if case .program(_, let shim, _) = target { return shim }
        if let image { return root + image.program(in: root) }
        return ["\(taskRoot)/bootstrap", "\(layers)/bootstrap"].first { Files.status($0)?.isRegular == true }
    }

    /// The program and arguments that the bootstrap starts, where it is `shim` for a program.
    var arguments: [String] {
        if case .program(let path, _, let arguments) = target { return wrapper + [path] + arguments }
        return image.map { Array($0.words.dropFirst()) } ?? []
    }

    /// The files in `extensions/` of the layers: Lambda starts each of them.
    var extensions: [String] {
        if image != nil, ContainedPath.real("/opt/extensions", in: root) != layers + "/extensions" { return [] }
        let names = (try? Files.list(layers + "/extensions")) ?? []
        return names.map { "\(layers)/extensions/\($0)" }.filter { Files.status($0)?.isDirectory == false }
    }
}

/// What ``Deployment`` finds or makes on the disk.
private struct Contents {
    let taskRoot: String
    let layers: String
    var root = ""
    var image: ImageConfiguration?
    var notes: [String] = []

    init(_ function: FunctionConfiguration, in folder: String, _ context: SimulatorContext) throws(SimError) {
        var owns = false
        let isBare = function.isolation == .namespaces(root: .bare)
        if case .namespaces(let wanted) = function.isolation {
            owns = !Isolator.keepsOwners
            switch wanted {
            case .machine, .bare: break
            case .folder(let path): root = path
            case .image: root = folder + "/image"
            }
        }
        let copy = folder + "/task"
        switch function.target {
        case .program(let path, _, _): taskRoot = Paths.parent(path)
        case .image(let path):
            let unpacked = try UnpackedImage.unpack(
                path,
                to: root,
                scratch: folder + "/layers",
                interrupts: context.signals
            )
            image = unpacked.configuration
            taskRoot = root + "/var/task"
        case .unpackedImage(let unpacked):
            root = unpacked.root
            image = unpacked.configuration
            taskRoot = root + "/var/task"
        case .folder(let path), .dockerfile(_, let path, _):
            taskRoot = owns && PackageModes.differs(path) ? copy : path
            if taskRoot == copy { try Archive.merge(path, into: copy, signals: context.signals) }
        case .zip(let path):
            taskRoot = copy
            try Archive.unpack(path, to: copy, signals: context.signals) { () throws(SimError) in
                // The workspace keeps it.
                if isBare { _ = try context.workspace.makeBareRoot() }
            }
        }
        if isBare {
            let bare = try context.workspace.makeBareRoot()
            (root, notes) = (bare.path, bare.notes)
        }
        if let image {
            do throws(ImageError) {
                try image.checkStart(path: function.target.path)
            } catch {
                throw .image(error)
            }
            layers = root + "/opt"
            return
        }
        // What others have made stays as it is.
        let given = function.layersFolder
        layers = owns ? folder + "/opt" : given ?? folder + "/opt"
        do throws(SystemError) {
            if layers != given { try Files.makeFolders(layers) }
        } catch {
            throw .file(operation: "make the folder", path: layers, error)
        }
        if layers != given {
            for layer in given.map({ [$0] }) ?? function.layers {
                try Archive.merge(layer, into: layers, signals: context.signals)
            }
        }
        do throws(SystemError) {
            // The copied folders' own modes are not part of a package.
            if taskRoot == copy { try Files.setMode(copy, 0o755) }
            if layers != given { try Files.setMode(layers, 0o755) }
            guard owns else { return }
            if taskRoot == copy { try PackageModes.level(copy) }
            try PackageModes.level(layers)
        } catch {
            throw .file(operation: "set the modes of", path: folder, error)
        }
    }
}
