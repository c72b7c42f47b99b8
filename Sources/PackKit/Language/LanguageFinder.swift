import Foundation
import Glibc
import Platform
import ToolKit

/// Finds the language that a program belongs to where nobody has said it: the interpreter of a script, or a language's own
/// command such as `Rscript`.
package struct LanguageFinder {
    /// What was found.
    package struct Finding: Equatable, Sendable {
        /// The language.
        package let name: String
        /// The folder whose commands say what the language on this machine is; `nil` for those of PATH.
        package let folder: String?
        /// What the program is, for the user.
        package let reason: String
    }

    let request: PackRequest
    private let context: PackContext

    package init(_ request: PackRequest, toolbox: Toolbox) {
        self.request = request
        context = PackContext(root: FileSystemRoot(request.sysroot), toolbox: toolbox) { _ in }
    }

    /// The language of the request's program; `nil` where it has none, or where it comes from elsewhere: from the target,
    /// a layer, a base image, or with what is observed.
    ///
    /// - Throws: What keeps the program from being read.
    package func find() throws -> Finding? {
        guard let path = request.program,
            request.form == .function || request.form == .dockerfile || request.isFromScratch,
            request.observedEvents.isEmpty, !request.packsInterpreter,
            let real = context.root.realHost(Paths.absolute(path)), Disk.kind(real) == .file
        else { return nil }
        let recipes = try BuiltInRecipes.all.map { try LanguageRecipe($0.text, source: $0.name) }
        let start = try Disk.map(real).prefix(512)
        if isCommand(path, real), let recipe = recipes.first(where: { $0.start(Paths.name(path)) != nil }) {
            let folder = folder(of: Paths.absolute(path), recipe)
            return Finding(name: recipe.name, folder: folder, reason: "it is a command of that language")
        }
        if let line = ScriptLine(start) { return try find(line, recipes) }
        for recipe in recipes {
            guard let run = recipe.runs.first(where: { path.hasSuffix($0.ending) }) else { continue }
            if try isInLayer(recipe) { return nil }
            return Finding(name: recipe.name, folder: nil, reason: "its name ends in \(run.ending)")
        }
        return nil
    }

    private func find(_ line: ScriptLine, _ recipes: [LanguageRecipe]) throws -> Finding? {
        let name = Paths.name(line.interpreter)
        guard !line.hasWindowsEnd, !request.target.interpreters.contains(line.interpreter),
            let recipe = recipes.first(where: { $0.start(name) != nil }), try !isInLayer(recipe, name),
            let path = line.path(in: context.root)
        else { return nil }
        return Finding(name: recipe.name, folder: folder(of: path, recipe), reason: "'\(name)' runs it")
    }

    /// Whether a program is one that was installed, and not a user's own that has the name of one.
    private func isCommand(_ path: String, _ real: String) -> Bool {
        if ContentsGatherer.systemFolders.contains(where: real.hasPrefix) { return true }
        guard context.root.isHost else { return false }
        let found = try? context.toolbox.path(of: Tool(Paths.name(path)))
        return found.flatMap { context.root.realHost($0) } == real
    }

    /// The folder of a command where the recipe's own is in it too.
    private func folder(of path: String, _ recipe: LanguageRecipe) -> String? {
        let folder = Paths.parent(path)
        guard context.root.isHost, let command = recipe.needs?.command else { return nil }
        return Files.isExecutable(folder + "/" + command) ? folder : nil
    }

    private func isInLayer(_ recipe: LanguageRecipe, _ name: String? = nil) throws -> Bool {
        let names = recipe.fronts + (name.map { [$0] } ?? [])
        return try request.layers.contains { layer in
            let places = Set(try ZipReader(path: layer).entries.map(\.name))
            return names.contains { places.contains("bin/" + $0) }
        }
    }
}

extension LanguageRecipe {
    /// How a command of the language is started; `nil` for what is none.
    func start(_ name: String) -> Start? { starts.first { fnmatch($0.pattern, name, 0) == 0 } }
}
