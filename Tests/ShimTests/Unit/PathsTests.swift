import Platform
import Testing
import ToolKit

@Suite struct PathsTests {
    @Test(arguments: [
        ("/a/b", "b", "/a"), ("a", "a", "."), ("/a", "a", "/"), ("/", "/", "/"), ("a/b/", "b", "a/b"), ("", "/", "."),
    ])
    func nameAndParent(path: String, name: String, parent: String) {
        #expect(Paths.name(path) == name)
        #expect(Paths.parent(path) == parent)
    }

    @Test func absoluteTakesTheWorkingDirectory() {
        let here = Files.workingDirectory
        #expect(Paths.absolute("x") == here + "/x")
        #expect(Paths.absolute("./x/") == here + "/x")
        #expect(Paths.absolute(".") == here)
        #expect(Paths.absolute("/a//b/./c") == "/a/b/c")
        #expect(Paths.absolute("/usr/bin/../lib/x") == "/usr/lib/x")
        #expect(Paths.absolute("") == "")
    }

    @Test func whatComesWithAProgramIsBesideItOrInLibexec() throws {
        let own = Paths.parent(try Files.ownExecutable())
        #expect(try Paths.companionFolders() == [own, Paths.parent(own) + "/libexec/shim"])
        #expect(try Paths.companion("shim-pack") == own + "/shim-pack")
        #expect(try Paths.companion("nothing") == own + "/nothing")
    }

    /// What is above the folder that a link leads to, not what is above the link.
    @Test func twoDotsFollowLinks() throws {
        let folder = try TemporaryFolder()
        try folder.write("a/b/file", "")
        try Files.makeLink(folder.path + "/link", to: "a/b")
        let real = Paths.absolute(folder.path + "/link/..")
        #expect(real == Paths.normalized(folder.path) + "/a" || real.hasSuffix("/a"))
    }
}
