import Foundation
import Testing
import ToolKit

@testable import PackKit

@Suite struct LanguageRecipeTests {
    /// The regression this guards: a recipe was changed, and not what is built in.
    @Test func theBuiltInRecipesAreThoseInTheRepository() throws {
        let folder = PackPrograms.repository + "/templates/languages"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(names == BuiltInRecipes.all.map { $0.name + ".recipe" })
        for recipe in BuiltInRecipes.all {
            let file = URL(fileURLWithPath: "\(folder)/\(recipe.name).recipe")
            #expect(
                recipe.text == String(decoding: try Data(contentsOf: file), as: UTF8.self),
                "run scripts/recipes.sh"
            )
            #expect(try LanguageRecipe(recipe.text, source: recipe.name).name == recipe.name)
        }
    }

    /// An image's configuration has each variable once.
    @Test func whatTheUserSetsWinsOverTheRecipe() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let recipe = try folder.write(
            "x.recipe",
            "language x\nprogram /bin/cat -> bin/cat\nset A=recipe\nset B={root}/b\n"
        )
        let script = try folder.write("script.x", "")
        var request = PackRequest(program: script, output: "x.tar", shim: nil)
        request.variables = [try PackVariable("A=user")]
        var language = try Language(recipe, modules: [], toolbox: Toolbox(interrupts: nil))
        try language.add(to: &request)
        #expect(try request.variables == [PackVariable("A=user"), PackVariable("B=$LAMBDA_TASK_ROOT/b")])
    }

    @Test func directivesAndTheirIndentedLines() throws {
        let recipe = try LanguageRecipe(
            """
            # a comment
            language x
            about X, and more
            needs x-run x-package
            program /usr/bin/x y -> x/bin/x
            run .x -f {script}
            start x[0-9]* -q

            take /a b -> c
            leave x/*/doc
            set A={root}/x
            front x
            write x/conf
                one

                  two
            probe x -
                print 1
            modules x - -m
                print 2
            default-modules x -
                print 3
            module Y::Z
            """,
            source: "x"
        )
        #expect(recipe.name == "x" && recipe.about == "X, and more")
        #expect(recipe.needs?.command == "x-run" && recipe.needs?.package == "x-package")
        #expect(recipe.program == LanguageRecipe.Take(path: "/usr/bin/x y", place: "x/bin/x"))
        #expect(recipe.runs == [LanguageRecipe.Run(ending: ".x", arguments: ["-f", "{script}"])])
        #expect(recipe.starts == [LanguageRecipe.Start(pattern: "x[0-9]*", words: ["-q"])])
        #expect(recipe.start("x5.4")?.words == ["-q"] && recipe.start("xy") == nil)
        #expect(
            recipe.defaults == LanguageRecipe.Probe(words: ["x", "-"], input: "print 3\n") && recipe.found == ["Y::Z"]
        )
        #expect(recipe.takes == [LanguageRecipe.Take(path: "/a b", place: "c")])
        #expect(recipe.leaves == ["x/*/doc"] && recipe.variables == ["A={root}/x"] && recipe.fronts == ["x"])
        #expect(recipe.texts == ["x/conf": "one\n\n  two\n"])
        #expect(recipe.probes == [LanguageRecipe.Probe(words: ["x", "-"], input: "print 1\n")])
        #expect(recipe.modules == LanguageRecipe.Probe(words: ["x", "-", "-m"], input: "print 2\n"))
    }

    @Test(arguments: [
        ("about x", 1, "it has no line 'language NAME'"),
        ("language a b", 1, "one word is wanted, not 2"),
        ("language a\ntake /x", 2, "it is not 'PATH -> PLACE'"),
        ("language a\nset X", 2, "'set NAME=VALUE' has a value"),
        ("language a\n\nfoo", 3, "'foo' is not a directive"),
        ("language a\ntake /x -> y\n  z", 2, "'take' has no indented lines"),
        ("  language a", 1, "an indented line belongs to no directive"),
        ("language a\nstart", 2, "'start NAME WORD...' has a name"),
        ("language a\nneeds x", 2, "'needs COMMAND PACKAGE' has two words"),
    ])
    func whatIsWrongIsSaidWithItsLine(text: String, line: Int, cause: String) {
        #expect(throws: PackError.badRecipe("r", line: line, cause: cause)) { try LanguageRecipe(text, source: "r") }
    }
}
