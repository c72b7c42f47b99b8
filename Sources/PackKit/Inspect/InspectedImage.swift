import ImageKit
import Platform
import ToolKit

/// How an image that is inspected is started, and where.
struct InspectedImage {
    /// The folder with its root file system.
    let root: String
    let configuration: ImageConfiguration

    /// Unpacks an image; `nil` for what is not one.
    static func open(_ path: String, staging: Staging, toolbox: Toolbox) throws -> InspectedImage? {
        guard ImageUnpacker.isLayout(path) || Files.status(path)?.isRegular == true && ImageUnpacker.isArchive(path)
        else {
            return nil
        }
        let unpacker = ImageUnpacker(
            path: path,
            scratch: staging.path("image"),
            keepsOwners: false,
            interrupts: toolbox.interrupts
        )
        let root = staging.path("root")
        return InspectedImage(root: root, configuration: try unpacker.unpack(to: root))
    }
}

/// Asks whether an image's entry point and working directory are there, and whether the kernel would start it for everybody.
enum EntryPointCheck: PackageCheck {
    static func findings(in package: InspectedPackage) -> [Finding] {
        guard let image = package.image else { return [] }
        var result: [Finding] = []
        let directory = image.configuration.directory
        if ContainedPath.real(directory, in: image.root).map({ Files.entry($0)?.kind == .folder }) != true {
            result.append(.problem("the working directory '\(directory)' is not in the image"))
        }
        let program = image.configuration.program(in: image.root)
        guard let real = ContainedPath.real(program, in: image.root), let entry = Files.entry(real), entry.kind == .file
        else { return result + [.problem("the entry point '\(program)' is not in the image")] }
        if entry.mode & 0o001 == 0 {
            result.append(
                .problem(
                    "the entry point '\(program)' is not executable for all (mode 0\(String(entry.mode, radix: 8)))"
                )
            )
        }
        return result + interpreter(of: program, real, image)
    }

    private static func interpreter(of program: String, _ real: String, _ image: InspectedImage) -> [Finding] {
        guard let start = try? Files.read(real, atMost: 512), !start.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else {
            return []
        }
        guard let line = ScriptLine(.init(start)) else {
            return [.problem("the entry point '\(program)' is neither an ELF file nor a script that begins with #!")]
        }
        guard ContainedPath.real(line.interpreter, in: image.root) == nil else { return [] }
        return [.problem("the entry point '\(program)' needs '\(line.interpreter)', which is not in the image")]
    }
}
