import Platform
import Testing

@testable import SimKit

@Suite struct SimErrorTests {
    static let refused = SystemError(call: "bind", errno: 13)
    static let inUse = SystemError(call: "bind", errno: 98)

    static let messages: [(SimError, String)] = [
        (.noSuchLayer("f"), "cannot use the layer 'f': No such file or directory"),
        (.noSuchTarget("f"), "cannot use the target 'f': No such file or directory"),
        (
            .targetNotExecutable("f"),
            """
            cannot use the target 'f': it is neither executable nor a zip file
            hint: 'chmod +x f' makes a program or script executable
            """
        ),
        (
            .noBootstrap("d"),
            """
            cannot use the target 'd': it has no file 'bootstrap'
            hint: name the program itself, or a folder or zip (or --layer) with an executable bootstrap at its root
            """
        ),
        (
            .noShim("/b/shim"),
            """
            cannot find the bootstrap '/b/shim': No such file or directory
            hint: build it with 'swift build --product shim'; it must lie beside shim-sim
            """
        ),
        (
            .file(operation: "read", path: "f", SystemError(call: "open", errno: 2)),
            "cannot read 'f': No such file or directory (open, errno 2)"
        ),
        (
            .cannotListen("127.0.0.1:80", refused),
            "cannot listen on '127.0.0.1:80': Permission denied (bind, errno 13)"
        ),
        (
            .cannotListen("127.0.0.1:80", inUse),
            """
            cannot listen on '127.0.0.1:80': Address already in use (bind, errno 98)
            hint: another program uses the port; 0 takes a free one
            """
        ),
        (.incompleteZip("a.zip"), "cannot unpack 'a.zip': it is not a complete zip file"),
        (
            .missingTool("unzip", purpose: "unpack 'a.zip'"),
            """
            cannot unpack 'a.zip': the program 'unzip' is not installed
            hint: on Debian, 'apt-get install unzip'
            """
        ),
        (
            .cannotIsolate(["bwrap: not installed", "unshare: Operation not permitted"]),
            """
            cannot isolate the function: bwrap: not installed; unshare: Operation not permitted
            hint: on Debian, 'apt-get install bubblewrap'; in a container, namespaces may have to be allowed
            """
        ),
        (.image(.unusable(path: "i", problem: "p")), "cannot use the image 'i': p"),
        (.image(.tooLarge(path: "i")), "cannot use the image 'i': unpacked, it has more than Lambda takes (10 GB)"),
        (
            .image(.missingTool(path: "i", tool: "zstd")),
            """
            cannot unpack the image 'i': the program 'zstd' is not installed
            hint: on Debian, 'apt-get install zstd'
            """
        ),
        (.image(.damaged(path: "i", detail: "d")), "cannot unpack the image 'i': d"),
        (
            .image(.file(path: "i", SystemError(call: "rename", errno: 28))),
            "cannot unpack the image 'i': No space left on device (rename, errno 28)"
        ),
        (
            .unusableDockerfile("d", problem: "p"),
            """
            cannot use 'd' without docker: p
            hint: 'docker build' it, 'docker save -o image.tar' it, and run image.tar
            """
        ),
        (
            .noSuchRoot("r"),
            """
            cannot use the root 'r': it is not a folder
            hint: 'bare' is what Lambda's own system has, 'host' is this machine
            """
        ),
        (.toolFailed("unzip", object: "a.zip", detail: "no"), "unzip failed on 'a.zip': no"),
        (.interrupted, "interrupted by a signal"),
        (.reservedVariables(["A", "B"]), "cannot set 'A, B': Lambda reserves these environment variables"),
        (
            .badVariableName("1"),
            """
            cannot set the variable '1': Lambda does not allow this name
            hint: a letter, then at least one letter, digit or underscore
            """
        ),
        (
            .environmentTooLarge(bytes: 5000),
            "the environment variables have 5000 bytes as JSON: Lambda takes at most 4096"
        ),
        (.badEnvironmentLine(file: "e", line: 3), "cannot read 'e': line 3 is not NAME=VALUE"),
        (.badConfiguration(file: "c", problem: "no"), "cannot use the configuration 'c': no"),
        (
            .badFunctionName("a b"),
            """
            'a b' is not a name for a function
            hint: 1 to 64 letters, digits, hyphens and underscores
            """
        ),
        (
            .dataInUse("d"),
            """
            cannot use the data folder 'd': another shim-sim uses it
            hint: end that one, or name another folder with --data
            """
        ),
        (
            .badData("d/f.json"),
            """
            cannot use 'd/f.json': it is not what shim-sim wrote
            hint: move it away to start without it
            """
        ),
        (
            .noRecords("d"),
            """
            there are no records of calls in 'd'
            hint: 'shim-sim serve --record DIR' makes them
            """
        ),
        (.noSuchEvent("x"), "there is no sample event 'x'\nhint: 'shim-sim event' lists them"),
        (.eventNotJSON("p"), "the event is not JSON: p\nhint: a text must be quoted, as in -d '\"text\"'"),
        (.eventTooLarge(bytes: 7_000_000), "the event has 7000000 bytes: Lambda takes at most 6291456"),
    ]

    @Test(arguments: messages.indices)
    func everyMessageIsPinned(index: Int) {
        #expect(Self.messages[index].0.description == Self.messages[index].1)
    }
}
