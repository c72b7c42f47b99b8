import ELF

/// Decides what goes into a package and where: contents, glibc, placement; what layers have is subtracted at the end.
struct Planner {
    let request: PackRequest
    let context: PackContext
    /// The image that the package is put on.
    let base: BaseImage?

    /// Where the package is in an image, without a leading slash.
    static let taskFolder = "var/task"

    /// Makes the plan.
    ///
    /// - Throws: ``PackError`` for whatever would not start.
    func plan() throws -> PackagePlan {
        let system = try TargetSystem(request, base: base)
        let contents = try ContentsGatherer(request: request, system: system, context: context).gather()
        try base?.check(machine: contents.machine)
        let shim = try BootstrapProgram(path: request.shim).check(machine: contents.machine, context)
        var plan: PackagePlan
        if request.form == .image, base == nil {
            plan = try ImagePlacement(
                request: request,
                system: system,
                context: context,
                contents: contents,
                shim: shim
            ).plan()
        } else {
            plan = try PackagePlacement(
                request: request,
                system: system,
                context: context,
                contents: contents,
                shim: shim
            ).plan()
            for layer in request.layers {
                try LayerContents(path: layer, toolbox: context.toolbox).leaveOut(of: &plan)
            }
            if request.form == .image { plan.tree = try plan.tree.moved(to: Self.taskFolder) }
        }
        try plan.tree.checkFolders()
        return plan
    }
}
