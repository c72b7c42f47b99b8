import Platform

/// The folders of `SHIM_TMPDIR=private`: one per process, removed when nobody is left who could write into it.
final class PrivateFolders {
    /// Why one could not be made.
    struct Failure: Error, CustomStringConvertible {
        let place: String
        let cause: SystemError

        var description: String { "cannot make a private folder in '\(place)': \(cause); SHIM_TMPDIR is 'private'" }
    }

    private let context: HostContext
    private var paths: [String] = []

    init(_ context: HostContext) { self.context = context }

    /// Makes one, or gives `nil` where processes share the temporary folder.
    func make() throws(Failure) -> String? {
        guard context.configuration.temporaryFolder == .private else { return nil }
        do throws(SystemError) {
            return try makeAlways()
        } catch {
            throw Failure(place: context.environment.temporaryFolder, cause: error)
        }
    }

    /// Makes one in any case.
    func makeAlways() throws(SystemError) -> String {
        let folder = try Files.makeTemporaryFolder(prefix: context.environment.temporaryFolder + "/shim-")
        paths.append(folder)
        return folder
    }

    /// Removes all but those that are in use still.
    func removeAll(but kept: String? = nil) {
        for path in paths where path != kept {
            do throws(SystemError) {
                try Files.removeTree(path)
            } catch {
                context.log(.warn, "cannot remove the private folder '\(path)': \(error)")
            }
        }
        paths.removeAll { $0 != kept }
    }
}
