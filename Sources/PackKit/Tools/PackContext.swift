import ToolKit

/// What all steps of one packing share: where files come from, what was read already, and the tools.
struct PackContext {
    /// The root under which the program's paths are looked up.
    let root: FileSystemRoot
    /// ELF files that were read; each is read once.
    let binaries: BinaryCache
    /// Runs the system's tools, and knows when to stop.
    let toolbox: Toolbox
    /// Called with what is being done, often.
    let progress: (String) -> Void

    init(root: FileSystemRoot, toolbox: Toolbox, progress: @escaping (String) -> Void) {
        self.root = root
        self.toolbox = toolbox
        self.progress = progress
        binaries = BinaryCache()
    }
}
