import ELF
import ToolKit

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
        let layers = try request.layers.map { try LayerContents(path: $0, toolbox: context.toolbox) }
        let exclusions = Exclusions(request.exclusions + request.recipeExclusions)
        let contents = try ContentsGatherer(
            request: request,
            system: system,
            context: context,
            layers: layers,
            exclusions: exclusions
        ).gather()
        try base?.check(machine: contents.machine)
        let shim = try request.shim.map { try $0.path(for: contents.machine, context) }
        let placement = Placement(
            request: request,
            system: system,
            context: context,
            contents: contents,
            exclusions: exclusions,
            layers: layers,
            shim: shim
        )
        var plan = try request.isFromScratch ? placement.image() : placement.package()
        let startsAlike = request.variables.isEmpty && request.template == nil && plan.launch?.words.count ?? 1 == 1
        for layer in layers {
            try layer.leaveOut(of: &plan, isMerged: request.form == .layer, mayLeaveOutStart: startsAlike)
        }
        if request.form == .image, base != nil { plan.tree = try plan.tree.moved(to: Self.taskFolder) }
        plan.notes += notes(exclusions) + forgotten(plan.tree)
        try plan.tree.checkFolders()
        return plan
    }

    /// What is said of files of the working folder that the program is given by name, and that the package does not have.
    private func forgotten(_ tree: PackageTree) -> [String] {
        // What was observed is what is used.
        guard request.observation.isEmpty, request.layers.isEmpty else { return [] }
        return request.arguments.filter { argument in
            guard !argument.hasPrefix("/"), !argument.hasPrefix("-"), Disk.kind(argument) == .file else { return false }
            let place = Paths.normalized("/" + argument).dropFirst()
            return tree.entries[String(place)] == nil && tree.entries["\(Self.taskFolder)/\(place)"] == nil
        }.map { argument in
            """
            warning: the argument '\(argument)' names a file here, which is not in the package
            hint: --include '\(argument)' takes it along
            """
        }
    }

    private func notes(_ exclusions: Exclusions) -> [String] {
        let texts = request.variables.compactMap { variable in
            variable.unexpanded.map { name in
                "warning: '\(name)' in --env \(variable.name) stays text; only $LAMBDA_TASK_ROOT is filled in"
            }
        }
        let unused = exclusions.unused.filter(request.exclusions.contains)
        return texts + unused.map { "warning: --exclude '\($0)' leaves out nothing" }
    }
}
