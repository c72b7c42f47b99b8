import Testing

@testable import PackKit

/// Every message, word by word: they are what a user reads.
@Suite struct PackErrorTests {
    @Test(
        arguments: [
            (
                PackError.notAProgram(path: "a", cause: "it is a library, not a program"),
                "cannot pack 'a': it is a library, not a program"
            ),
            (
                .notAProgram(path: "a", cause: "it is not a program", hint: "begin it with '#!/bin/sh'"),
                "cannot pack 'a': it is not a program\nhint: begin it with '#!/bin/sh'"
            ),
            (
                .missingLibraries([
                    MissingLibrary(
                        name: "libfoo.so.1",
                        neededBy: ["main", "libbar.so"],
                        lookedIn: ["/lib", "/usr/lib"]
                    ),
                    MissingLibrary(name: "libx.so", neededBy: ["main"], lookedIn: ["/lib"]),
                ]),
                """
                cannot find library 'libfoo.so.1': needed by main, libbar.so, looked in /lib, /usr/lib
                cannot find library 'libx.so': needed by main, looked in /lib
                hint: install it, or name its folder with LD_LIBRARY_PATH (with --sysroot: install it there)
                """
            ),
            (
                .nameClash(name: "lib/libfoo.so.1", first: "/a/libfoo.so.1", second: "/b/libfoo.so.1"),
                """
                cannot put two files at 'lib/libfoo.so.1': '/a/libfoo.so.1' and '/b/libfoo.so.1' differ
                hint: leave one of them out, or give an included one another place: --include PATH=DEST
                """
            ),
            (
                .mixedMachines(path: "/a", machine: "arm64", program: "/b", programMachine: "x86_64"),
                """
                cannot pack '/a': it is for arm64, '/b' for x86_64
                hint: a package has one architecture; for a foreign one name its root with --sysroot
                """
            ),
            (
                .failsThere(.init(status: "status 1", output: "no such data")),
                """
                where only its variables lead to its files, the program fails: status 1
                no such data
                hint: another value may do, with --env; an image has all files in their own places: --image FILE
                """
            ),
            (
                .unknownMachine(path: "/a", machine: "i386"),
                "cannot pack '/a': it is for i386, which Lambda does not have"
            ),
            (
                .missingVersion(file: "/main", version: "f@FOO_2", library: "/libfoo.so.1"),
                """
                cannot pack '/main': it needs f@FOO_2, which '/libfoo.so.1' does not have
                hint: the library is older than the one it was built with: install the newer one
                """
            ),
            (
                .glibcTooOld(
                    reason: "main needs GLIBC_2.36 (f@GLIBC_2.36 in main); provided.al2023 has 2.34",
                    target: "provided.al2023"
                ),
                """
                main needs GLIBC_2.36 (f@GLIBC_2.36 in main); provided.al2023 has 2.34
                hint: leave out --glibc target, or build on a system as old as provided.al2023
                """
            ),
            (
                .missingInterpreter(script: "a.py", interpreter: "python3", target: "provided.al2023"),
                """
                cannot pack 'a.py': provided.al2023 does not have its interpreter 'python3'
                hint: take it along with --interpreter, or name the layer that has 'python3' with --layer-for FILE
                """
            ),
            (
                .noInterpreterHere(script: "a.py", interpreter: "python9"),
                """
                cannot pack the interpreter of 'a.py': 'python9' is not on this machine
                hint: install it, or correct the first line of the script
                """
            ),
            (.interpreterWithoutScript(path: "a"), "cannot pack the interpreter of 'a': it is not a script"),
            (
                .unusableShim(path: "shim", cause: "not an ELF file", hint: "name one with --shim FILE"),
                "cannot use 'shim' as the bootstrap program: not an ELF file\nhint: name one with --shim FILE"
            ),
            (
                .noShim(machine: "arm64", folders: ["/p/bin", "/p/libexec/shim"]),
                """
                no bootstrap program for arm64: there is neither 'shim' nor 'shim-arm64' for it in '/p/bin' or \
                '/p/libexec/shim'
                hint: put 'bin/shim' of the release for arm64 there as 'shim-arm64', or name it with --shim FILE
                """
            ),
            (
                .unusableTemplate(path: "t", cause: "it has no $$main$$"),
                "cannot use template 't': it has no $$main$$\nhint: templates/bootstrap.tmpl is the one to start from"
            ),
            (.nothingToInclude(pattern: "*.dat"), "cannot include '*.dat': no such file"),
            (
                .badDestination("../x", cause: "it is not a place inside the package"),
                "cannot put a file at '../x': it is not a place inside the package"
            ),
            (
                .tooLarge(bytes: 262_144_001, limit: 262_144_000, largest: "data (262144000)"),
                """
                the package is too large: 262144001 bytes unpacked, Lambda takes 262144000; the largest: data (262144000)
                hint: leave files out, strip with --strip, move some into layers (they count as well), or make an image: --image
                """
            ),
            (
                .damagedZip(path: "a.zip", cause: "its table of contents is damaged"),
                "cannot read zip archive 'a.zip': its table of contents is damaged"
            ),
            (
                .unusableBase(path: "b", cause: "it has no index.json, so it is not an OCI layout"),
                "cannot use base image 'b': it has no index.json, so it is not an OCI layout"
            ),
            (
                .observedProgramFailed(program: "a", status: "status 3", output: "out\nno"),
                """
                cannot observe 'a': status 3
                out
                no
                hint: it ran here, with Lambda's variables and HOME=/tmp: the event or the program is wrong, not the package
                """
            ),
            (
                .badVariable("A", cause: "it has no '='"),
                "cannot set 'A': it has no '='\nhint: --env NAME=VALUE"
            ),
            (
                .notFoundThere(paths: ["/usr/share/a", "/b"]),
                """
                the program would not find 2 files: /usr/share/a, /b
                hint: an image has them in their own places: --image FILE; or tell the program where they are, with --env or an \
                argument
                """
            ),
            (
                .testFailed(path: "a.zip", detail: "status 1\nboom"),
                """
                the test of 'a.zip' failed: status 1
                boom
                hint: no package was written; without --test there would be one
                """
            ),
            (.contradiction("x", hint: "y"), "x\nhint: y"),
        ] as [(PackError, String)]
    )
    func saysWhatFailedAndWhatToDo(error: PackError, text: String) {
        #expect(error.description == text)
    }
}
