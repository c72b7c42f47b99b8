import Platform

/// What to do about a library that is missing: something else where the program has been packed already.
struct PackageAdvice {
    /// Whether this shim lies in a package: then "pack it with shim-pack" does not help.
    let isPackaged: Bool

    /// The advice where this shim itself lies.
    static let here = PackageAdvice(shim: (try? Files.ownExecutable()) ?? "")

    /// The advice for a shim at a path.
    init(shim path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        // An image from scratch has no bootstrap, but Lambda's folder.
        isPackaged = path == "/var/task/shim" || Files.status(folder + "/bootstrap")?.isRegular == true
    }

    /// For libraries that are not there.
    var libraries: String {
        isPackaged
            ? "take what is missing along: shim-pack --observe EVENT sees what the program loads, --include FILE=lib/ "
                + "names it"
            : "pack the program with shim-pack, which brings its libraries along, or put them into lib/ of the package"
    }

    /// For a library that is older than the program wants.
    var newerLibraries: String {
        isPackaged
            ? "pack it again where it was built, with the libraries that it was built with"
            : "pack it with shim-pack, which brings its libraries along"
    }

    /// For a glibc that is older than the program wants.
    var newerGlibc: String {
        isPackaged
            ? "pack it again with the --target that it runs on, or with --glibc bundle"
            : "pack it with shim-pack, which brings glibc along, or build it on an older Linux"
    }
}
