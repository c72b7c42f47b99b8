import Foundation
import Platform
import ToolKit

/// Asks whether there is a `bootstrap`, where Lambda looks for it, and whether the kernel would start it.
enum BootstrapCheck: PackageCheck {
    static func findings(in package: InspectedPackage) -> [Finding] {
        guard let item = package.files.first(where: { $0.place == "bootstrap" }) else {
            let other = package.files.first { $0.place.hasSuffix("/bootstrap") }
            return [
                .problem(
                    other.map {
                        "bootstrap is at '\($0.place)', not at the root of the package: zip the folder's content"
                    }
                        ?? "bootstrap is missing: Lambda starts /var/task/bootstrap, or /opt/bootstrap of a layer"
                )
            ]
        }
        var result: [Finding] = []
        if item.mode & 0o001 == 0 {
            result.append(
                .problem("bootstrap is not executable for all (mode \(item.octal)): chmod 755 bootstrap before zipping")
            )
        }
        let fault = item.isLink ? linkFault(package.folder) : startFault(package)
        return result + (fault.map { [.problem($0)] } ?? [])
    }

    private static func startFault(_ package: InspectedPackage) -> String? {
        guard let start = try? Files.read(package.folder + "/bootstrap", atMost: 512) else { return nil }
        if start.starts(with: [0x7f, 0x45, 0x4c, 0x46]) { return nil }
        guard let line = ScriptLine(Data(start)) else {
            return "bootstrap is neither an ELF file nor a script that begins with #!"
        }
        guard !line.hasWindowsEnd else {
            return "bootstrap has Windows line endings: its interpreter would not be found"
        }
        let isBrought = ["/var/task/", "/opt/"].contains { line.interpreter.hasPrefix($0) }
        guard !isBrought, !Target.al2023.interpreters.contains(line.interpreter) else { return nil }
        return "bootstrap needs the interpreter '\(line.interpreter)', which \(package.target.rawValue) does not have"
    }

    /// A link may lead to a file of the package, or to a place that only the running function has.
    private static func linkFault(_ folder: String) -> String? {
        let path = folder + "/bootstrap"
        guard case .link(let target) = Disk.kind(path), !target.hasPrefix("/var/task/"), !target.hasPrefix("/opt/")
        else { return nil }
        let real = FileSystemRoot(folder).realHost(path)
        guard target.hasPrefix("/") || real.map({ Disk.kind($0) != .file }) ?? true else { return nil }
        return "bootstrap is a link to '\(target)', which is not a file of the package"
    }
}
