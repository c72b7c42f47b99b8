/// Asks whether the user that Lambda runs as may read every file and enter every folder.
enum ModeCheck: PackageCheck {
    static func findings(in package: InspectedPackage) -> [Finding] {
        let closed = package.files.filter { !$0.isLink && $0.mode & 0o004 == 0 }.map { item in
            Finding.problem("'\(item.place)' is not readable for all (mode \(item.octal)): Lambda runs as another user")
        }
        let shut = package.folders.filter { $0.mode & 0o005 != 0o005 }.map { item in
            Finding.problem("'\(item.place)' is not open for all (mode \(item.octal)): Lambda runs as another user")
        }
        return closed + shut
    }
}
