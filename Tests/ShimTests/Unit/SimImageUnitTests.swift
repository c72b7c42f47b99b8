import Foundation
import ImageKit
import Platform
import Testing
import ToolKit

@testable import SimKit

/// Digits that may be a sum.
private func sum(_ digits: String) -> String { String(repeating: digits, count: 32) }

/// Images without a container engine: what their parts say, and how their layers come together.
@Suite struct SimImageUnitTests {
    private func layer(_ folder: TemporaryFolder, _ files: [String: String]) throws -> String {
        let path = folder.path + "/layer-\(UUID().uuidString)"
        for (name, text) in files {
            try Files.makeFolders(Paths.parent(path + "/" + name))
            try Files.write(text, to: path + "/" + name)
        }
        return path
    }

    /// Everything in a folder: texts of files, targets of links.
    private func content(_ folder: String, _ place: String = "") -> [String: String] {
        var result: [String: String] = [:]
        for name in (try? Files.list(folder)) ?? [] {
            let path = folder + "/" + name
            switch Files.entry(path)?.kind {
            case .folder: result.merge(content(path, place + name + "/")) { $1 }
            case .link: result[place + name] = "-> " + (Files.linkTarget(path) ?? "")
            default:
                result[place + name] = (try? Files.read(path, atMost: 1000)).map { String(decoding: $0, as: UTF8.self) }
            }
        }
        return result
    }

    @Test func aLayerReplacesHidesAndAdds() throws {
        let folder = try TemporaryFolder()
        let root = try layer(
            folder,
            [
                "keep": "1", "gone": "1", "old/a": "1", "old/b": "1", "cleared/a": "1", "cleared/b/c": "1",
                "usr/bin/x": "1",
                "file": "1", "tree/a": "1",
            ]
        )
        try Files.makeLink(root + "/bin", to: "usr/bin")
        try Files.makeLink(root + "/dead", to: "/nowhere")
        let above = try layer(
            folder,
            [
                ".wh.gone": "", "old/.wh.a": "", "old/c": "2", "cleared/.wh..wh..opq": "", "cleared/new": "2",
                "bin/y": "2",
                "file/inside": "2", "tree": "2", "dead/z": "2", ".wh.never": "",
            ]
        )
        try LayerMerge(root: root).merge(above)
        #expect(
            content(root) == [
                "keep": "1", "old/b": "1", "old/c": "2", "cleared/new": "2", "usr/bin/x": "1", "usr/bin/y": "2",
                "bin": "-> usr/bin", "file/inside": "2", "tree": "2", "dead/z": "2",
            ]
        )
    }

    /// A link of a lower layer may lead anywhere; what is above it must not be written there.
    @Test func nothingIsWrittenOrRemovedOutside() throws {
        let folder = try TemporaryFolder()
        try folder.write("outside/victim", "safe")
        let outside = folder.path + "/outside"
        let root = try layer(folder, ["etc/passwd": "1"])
        for (name, target) in [
            ("a", outside), ("b", "../outside"), ("c", "../../../../../../.." + outside), ("d", "d"),
        ] {
            try Files.makeLink(root + "/" + name, to: target)
        }
        let above = try layer(
            folder,
            [
                "a/victim": "bad", "a/.wh.victim": "", "b/.wh..wh..opq": "", "c/victim": "bad", "d/e": "2",
                "etc/.wh...": "",
                "etc/.wh..": "", ".wh.a": "",
            ]
        )
        try LayerMerge(root: root).merge(above)
        #expect(try folder.read("outside/victim") == "safe")
        #expect(try Files.list(outside) == ["victim"])
        #expect(content(root)["etc/passwd"] == "1")
        #expect(content(root)["d/e"] == "2")
    }

    @Test func pathsStayInTheirRoot() throws {
        let folder = try TemporaryFolder()
        let root = try layer(folder, ["usr/bin/tool": "x"])
        for (name, target) in [
            ("bin", "usr/bin"), ("abs", "/usr"), ("up", "../../../../usr"), ("loop", "loop"), ("out", "/etc"),
        ] {
            try Files.makeLink(root + "/" + name, to: target)
        }
        for path in ["/bin/tool", "bin/tool", "/abs/bin/tool", "/up/bin/tool", "/../usr/./bin/../bin/tool"] {
            #expect(ContainedPath.real(path, in: root) == root + "/usr/bin/tool", "\(path)")
        }
        for path in ["/loop/x", "/out", "/usr/none", "/bin/tool/x/y"] {
            #expect(ContainedPath.real(path, in: root) == nil, "\(path)")
        }
        #expect(ContainedPath.real("/", in: root) == root)
    }

    private func manifest(_ files: [String: String]) throws -> ImageManifest {
        let folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(name, text) }
        return try ImageManifest(in: folder.path, path: "x.tar")
    }

    @Test func bothFormsSayTheSame() throws {
        let own = Machines.own == "arm64" ? "arm64" : "amd64"
        let config = """
            {"architecture":"\(own)","config":{"Entrypoint":["/a"],"Cmd":["b","c"],"Env":["X=1=2","Y=","bad"],"WorkingDir":"w"}}
            """
        let docker = try manifest([
            "manifest.json": #"[{"Config":"c.json","RepoTags":null,"Layers":["l/layer.tar"]}]"#, "c.json": config,
            "l/layer.tar": "x",
        ])
        #expect(docker.configuration.words == ["/a", "b", "c"])
        #expect(docker.configuration.variables == ["X": "1=2", "Y": ""])
        #expect(docker.configuration.directory == "/w")
        #expect(docker.layers.count == 1)
        let layout = try manifest([
            "index.json": #"""
            {"manifests":[{"digest":"sha256:\#(sum("aa"))","platform":{"architecture":"unknown"}},
            {"digest":"sha256:\#(sum("bb"))","platform":{"architecture":"\#(own)","os":"linux"}},
            {"digest":"sha256:\#(sum("cc"))","platform":{"architecture":"s390x","os":"linux"}}]}
            """#,
            "blobs/sha256/\(sum("bb"))": #"{"manifests":[{"digest":"sha256:\#(sum("dd"))"}]}"#,
            "blobs/sha256/\(sum("dd"))":
                #"{"layers":[{"digest":"sha256:\#(sum("ee"))"}],"config":{"digest":"sha256:\#(sum("ff"))"}}"#,
            "blobs/sha256/\(sum("ee"))": "x", "blobs/sha256/\(sum("ff"))": config,
        ])
        #expect(layout.configuration == docker.configuration)
        #expect(layout.layers.first?.hasSuffix("/blobs/sha256/\(sum("ee"))") == true)
        let copied = try manifest([
            "version": "Directory Transport Version: 1.1\n", sum("ee"): "x", sum("ff"): config,
            "manifest.json":
                #"{"layers":[{"digest":"sha256:\#(sum("ee"))"}],"config":{"digest":"sha256:\#(sum("ff"))"}}"#,
        ])
        #expect(copied.configuration == docker.configuration)
        #expect(copied.layers.first?.hasSuffix("/" + sum("ee")) == true)
    }

    @Test func anImageWithoutACommandNeedsOne() throws {
        var image = try manifest([
            "manifest.json": #"[{"Config":"c","Layers":[]}]"#, "c": #"{"config":{}}"#,
        ]).configuration
        let error = #expect(throws: ImageError.self) { try image.checkStart(path: "x.tar") }
        #expect(error?.description == "cannot use the image 'x.tar': it has neither an entry point nor a command")
        image.command = ["/x"]
        try image.checkStart(path: "x.tar")
    }

    @Test(
        arguments: [
            ([:], "it has neither index.json (OCI) nor manifest.json (docker save)"),
            (["index.json": "{"], "'index.json' is not what the form of an image says it is"),
            (["index.json": "{}"], "its manifest lists no layers"),
            (["index.json": #"{"manifests":[]}"#], "its index lists no image"),
            (["index.json": #"{"manifests":[{"digest":"sha256:../../x"}]}"#], "'sha256:../../x' is not a digest"),
            (["index.json": #"{"manifests":[{"digest":"../x"}]}"#], "'../x' is not a digest"),
            (
                ["index.json": #"{"manifests":[{"digest":"sha256:\#(sum("aa"))"}]}"#],
                "'blobs/sha256/\(sum("aa"))' is missing in it"
            ),
            (
                ["index.json": #"{"manifests":[{"digest":"sha256:\#(sum("aa"))"},{"digest":"sha256:\#(sum("bb"))"}]}"#],
                "it holds 2 images: which one is meant cannot be said"
            ),
            (["manifest.json": "[]"], "its manifest lists no image"),
            (["manifest.json": #"[{"Config":"/etc/passwd","Layers":[]}]"#], "'/etc/passwd' is missing in it"),
            (["version": "", "manifest.json": "[]"], "'manifest.json' is not what the form of an image says it is"),
            (["version": "", "manifest.json": "{}"], "its manifest lists no layers"),
            (
                [
                    "version": "",
                    "manifest.json": #"{"layers":[],"config":{"digest":"sha256:version"}}"#,
                ],
                "'sha256:version' is not a digest"
            ),
            (
                ["manifest.json": #"[{"Config":"c","Layers":["../../etc"]}]"#, "c": "{}"],
                "'../../etc' is missing in it"
            ),
            (
                [
                    "manifest.json": #"[{"Config":"c","Layers":[]}]"#,
                    "c": #"{"architecture":"s390x","config":{"Cmd":["x"]}}"#,
                ],
                "it is for s390x, this machine is "
            ),
        ] as [([String: String], String)]
    )
    func whatIsWrongWithAnImageIsSaid(files: [String: String], problem: String) throws {
        let error = #expect(throws: ImageError.self) { try manifest(files) }
        #expect(
            error?.description.hasPrefix("cannot use the image 'x.tar': \(problem)") == true,
            "\(String(describing: error))"
        )
    }

    @Test func aProgramIsLookedForInTheImage() throws {
        let folder = try TemporaryFolder()
        try folder.write("usr/bin/tool", "x")
        try Files.makeLink(folder.path + "/bin", to: "/usr/bin")
        var image = ImageConfiguration(entryPoint: ["tool"], variables: ["PATH": "/none:/bin"], directory: "/w")
        #expect(image.program(in: folder.path) == "/bin/tool")
        image.entryPoint = ["./x"]
        #expect(image.program(in: folder.path) == "/w/./x")
        image.entryPoint = ["/x"]
        #expect(image.program(in: folder.path) == "/x")
        image.entryPoint = ["none"]
        #expect(image.program(in: folder.path) == "none")
    }

    /// An image brings its own PATH and the like; it has no handler.
    @Test func variablesOfAnImageAreItsOwn() {
        var function = FunctionConfiguration(name: "f", target: .image(path: "/x.tar"))
        function.environment = ["B": "function"]
        function.isolation = .namespaces(root: .image)
        let image = ImageConfiguration(
            entryPoint: ["/x"],
            variables: ["PATH": "/p", "A": "image", "B": "image", "LAMBDA_TASK_ROOT": "/elsewhere"],
            directory: "/w"
        )
        let variables = Variables.runtime(function, api: "h:1", logStream: "s", places: .init(), image: image)
        #expect(variables["PATH"] == "/p")
        #expect((variables["A"], variables["B"]) == ("image", "function"))
        #expect(variables["LAMBDA_TASK_ROOT"] == "/var/task")
        #expect(variables["AWS_EXECUTION_ENV"] == "AWS_Lambda_Image")
        #expect(variables["PWD"] == "/w")
        for name in ["_HANDLER", "LANG", "TZ", "LD_LIBRARY_PATH"] { #expect(variables[name] == nil, "\(name)") }
    }

    @Test(arguments: [
        ("FROM debian\n", "its Dockerfile has 'FROM debian'"),
        ("FROM public.ecr.aws/lambda/provided:al2023\nRUN x\n", "its Dockerfile has 'RUN x'"),
        ("FROM public.ecr.aws/lambda/provided:al2023\n", "it copies no package, or has no CMD"),
        (
            "FROM public.ecr.aws/lambda/provided:al2023\nCOPY gone/ ${LAMBDA_TASK_ROOT}/\nCMD [ \"x\" ]\n",
            "there is no folder 'gone/' in it"
        ),
    ])
    func onlySomeDockerfilesCanBeFollowed(text: String, problem: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("Dockerfile", text)
        let error = #expect(throws: SimError.self) { try DockerfileFolder.target(folder.path) }
        #expect(error == .unusableDockerfile(folder.path, problem: problem))
    }

    @Test func thePackersDockerfileIsATarget() throws {
        let folder = try TemporaryFolder()
        let text = """
            # docker build --platform linux/amd64 -t x .
            FROM public.ecr.aws/lambda/provided:al2023
            COPY package/ ${LAMBDA_TASK_ROOT}/
            # The base image starts this file.
            COPY package/bootstrap ${LAMBDA_RUNTIME_DIR}/bootstrap
            CMD [ "x.main" ]
            """
        try folder.write("Dockerfile", text)
        try folder.write("package/bootstrap", "#!/bin/sh\n", mode: 0o755)
        let target = try Target.find(folder.path, arguments: [], shim: "/none", searchPath: "")
        #expect(target == .dockerfile(path: folder.path, package: folder.path + "/package", handler: "x.main"))
        #expect(target.defaultHandler == "x.main")
    }
}
