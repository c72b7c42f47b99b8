import Foundation
import Platform
import ToolKit

/// Runs a program on events and sees what it uses: libraries that it loads by itself, data files, folders, programs.
///
/// It runs first as it is, and then again with the variables that will tell it in the package where its files are, while these
/// are not where they were, as it may look for others then: what will not be found is what it still asks for by absolute names.
struct Observer {
    let request: PackRequest
    let context: PackContext
    let staging: Staging

    /// How often the program runs on each event at most; each new variable may lead to one more.
    private static let rounds = 5

    /// Runs the program for each event.
    ///
    /// - Returns: What it used, and what follows.
    /// - Throws: ``PackError/observedProgramFailed(program:status:output:)`` where it fails on an event.
    func observe(_ events: [[UInt8]]) throws -> Observation {
        guard let name = request.program else {
            throw PackError.contradiction("--observe without a program", hint: "name the program to run")
        }
        let program = try ProgramFile(name, context: context)
        let own: Set<String> = [Paths.absolute(request.output), context.toolbox.scratch]
        let walk = InclusionWalk(root: context.root, leftOut: own, check: context.toolbox.checkInterrupt)
        let items = try request.inclusions.flatMap { try $0.items(walk) }
        let view = try TaskView(staging.path("view"), items: items, program: Paths.absolute(name), leftOut: own)
        let run = ObservedRun(request: request, program: program, context: context, staging: staging, view: view)
        let uses = ObservedUses(request: request, program: program, context: context, view: view)
        let observation = try observe(events, run, uses)
        try Files.removeTree(view.folder)
        return observation
    }

    private func observe(_ events: [[UInt8]], _ run: ObservedRun, _ uses: ObservedUses) throws -> Observation {
        var result = Observation()
        var all = ObservedUses.Round()
        var hidden: Set<String> = []
        // An image has every file in its place, and nobody knows where a layer's program finds the layer.
        var changesPlaces = request.form == .function || request.form == .dockerfile
        for number in 1...Self.rounds {
            let round: ObservedUses.Round
            do {
                let system = try HiddenSystem(
                    hidden,
                    scripts: result.scripts,
                    view: run.view,
                    staging: staging,
                    toolbox: context.toolbox
                )
                round = try uses.round(try accesses(events, run, result, system, isFirst: number == 1))
            } catch PackError.observedProgramFailed(_, let status, let output) where number > 1 {
                result.failure = Observation.Failure(status: status, output: output)
                if !hidden.isEmpty {
                    // With all files in their places it may say more of what it needs.
                    hidden = []
                } else if !result.scripts.isEmpty || result.programPlace != nil {
                    // It may be the scripts that do not bear the change, or the program that does not bear its place.
                    (result.scripts, result.programPlace, result.failure) = ([:], nil, nil)
                    changesPlaces = false
                } else {
                    break
                }
                continue
            }
            all.items.merge(round.items) { ObservedUses.better($0, $1) }
            all.leftOut.formUnion(round.leftOut)
            result.asksForItself = result.asksForItself || round.asksForItself
            // In an image everything is where it was; without strace no more can be seen.
            guard request.form != .image, run.hasTracer else { break }
            all.asked.formUnion(round.asked)
            all.searched.formUnion(round.searched)
            all.libraries.formUnion(round.libraries)
            let lost = all.asked.filter { round.failed.contains($0) && !round.places.contains(String($0.dropFirst())) }
            let unled = round.asked.filter { number == 1 ? !mayLead(to: $0, round) : !round.isLed(to: $0) }
            result.notFound = lost.union(unled).sorted()
            var next = result
            next.variables = variables(for: all)
            next.words = RelocationArguments.words(
                for: all.asked.sorted(),
                program: run.program.name,
                given: request.arguments
            )
            next.programPlace = changesPlaces ? uses.programPlace(all.items.values) : nil
            next.scripts = changesPlaces ? try uses.scripts(all.items.values) : [:]
            let nextHidden = result.failure == nil ? hideable(all, run) : []
            let isSettled =
                (next.variables, next.words, next.programPlace) == (result.variables, result.words, result.programPlace)
                && next.scripts == result.scripts && nextHidden == hidden
            if isSettled { break }
            (result, hidden) = (next, nextHidden)
        }
        // What it does not find is the reason.
        if !result.notFound.isEmpty { result.failure = nil }
        result.items = all.items.values.sorted { $0.place < $1.place }
        result.leftOut = all.leftOut.sorted()
        result.sawOnlyLibraries = !run.hasTracer
        result.language = language(of: run.program)
        result.interpreterIsScript =
            try run.program.interpreter(context).map { path in
                try context.root.realHost(path).map { try context.binaries.read($0) == nil } ?? false
            } ?? false
        result.isEmpty = false
        return result
    }

    private func accesses(
        _ events: [[UInt8]],
        _ run: ObservedRun,
        _ observation: Observation,
        _ system: HiddenSystem?,
        isFirst: Bool
    ) throws -> [TracedAccess] {
        var result: [TracedAccess] = []
        for (index, event) in events.enumerated() {
            context.progress("observe event \(index + 1) of \(events.count)\(isFirst ? "" : " once more")")
            result += try run.accesses(event: Data(event), knowing: observation, in: system)
        }
        return result
    }

    /// The recipe for a program that is a language's, or for the interpreter of a script.
    private func language(of program: ProgramFile) -> String? {
        let command = program.interpreter(context).map(Paths.name) ?? program.name
        return BuiltInRecipes.all.first { $0.text.contains("\nneeds \(command) ") }?.name
    }

    /// Whether there are variables that may lead a program to a file.
    private func mayLead(to path: String, _ round: ObservedUses.Round) -> Bool {
        let setsPath = !request.variables.contains { $0.name == "PATH" }
        return !Relocations.matched(path).isEmpty || setsPath && round.searched.contains(path)
    }

    /// Folders that variables lead to, and that the program can start without.
    private func hideable(_ round: ObservedUses.Round, _ run: ObservedRun) -> Set<String> {
        let matched = round.asked.flatMap {
            Relocations.matched($0) + RelocationArguments.matched($0, program: run.program.name)
        }
        let folders = Set(matched).filter { Disk.kind($0) == .folder }
        let needed = round.libraries.union([run.program.path])
        return folders.filter { folder in
            let real = (context.root.realHost(folder) ?? folder) + "/"
            return !needed.contains { $0.hasPrefix(real) }
        }
    }

    /// The variables by which the program finds what it asked for by absolute names, as far as there are such.
    private func variables(for round: ObservedUses.Round) -> [PackVariable] {
        let set = Set(request.variables.map(\.name))
        let variables = Relocations.variables(for: round.asked.sorted(), set: set)
        let folders = ObservedRun.searchPath.filter { folder in
            round.searched.contains { Paths.parent($0) == folder }
        }
        guard !folders.isEmpty, !set.contains("PATH") else { return variables }
        let value = folders.map { "$LAMBDA_TASK_ROOT" + $0 } + ObservedRun.searchPath
        return variables + [PackVariable(name: "PATH", value: value.joined(separator: ":"))]
    }
}
