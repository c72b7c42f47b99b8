import Foundation
import Testing
import ToolKit

@testable import PackKit

extension Packing {
    /// Layers: what may be on LD_LIBRARY_PATH, what starts functions, and functions that count on a layer.
    @Suite struct PackLayerTests {
        /// A library that only a newer glibc than the target's can load, and one that any can.
        private func libraries() throws -> (folder: TemporaryFolder, new: String, old: String) {
            let folder = try TemporaryFolder()
            let new = try PackPrograms.c(
                "unsigned int arc4random(void); unsigned int number(void) { return arc4random() % 1; }",
                to: "libnew.so",
                in: folder,
                ["-shared", "-fPIC", "-Wl,-soname,libnew.so"]
            )
            let old = try PackPrograms.c(
                "int one(void) { return 1; }",
                to: "libold.so",
                in: folder,
                ["-shared", "-fPIC", "-Wl,-soname,libold.so"]
            )
            return (folder, new, old)
        }

        private func program(_ folder: TemporaryFolder, _ new: String, _ old: String) throws -> String {
            try PackPrograms.c(
                """
                #include <stdio.h>
                int one(void);
                unsigned int number(void);
                int main(void) { printf("%d\\n", one() + (int)number()); }
                """,
                to: "user",
                in: folder,
                [new, old, "-Wl,-rpath,\(folder.path)"]
            )
        }

        /// The regression this guards: a layer put such a library on LD_LIBRARY_PATH, and the target's own programs that use
        /// one of that name no longer started.
        @Test(.timeLimit(.minutes(2))) func whatTheTargetCannotLoadIsNotOnTheLibraryPath() throws {
            let (folder, new, old) = try libraries()
            let user = try program(folder, new, old)
            let layer = try PackUnderTest(["--layer", "-o", "layer.zip", user])
            try #require(layer.status == 0, "\(layer.errors)")
            let names = Set(try layer.entries("layer.zip").keys)
            #expect(names.isSuperset(of: ["lib/libold.so", "glibc/lib/libnew.so", "glibc/libc.so.6", "bin/.user"]))
            #expect(!names.contains("lib/libnew.so"))
            let files = names.filter { !$0.hasSuffix("/") }.map(Paths.name)
            #expect(files.filter { $0.hasPrefix("lib") }.count == Set(files.filter { $0.hasPrefix("lib") }).count)
            let refused = try PackUnderTest([
                "--layer", "--glibc", "target", "-o", "layer.zip", "--include", "\(new)=lib/",
            ])
            #expect(refused.status == 1)
            #expect(
                refused.errors.hasPrefix("shim-pack: libnew.so needs GLIBC_2.36 (arc4random@GLIBC_2.36 in libnew.so)")
            )
            let told = try PackUnderTest(["--layer", "-o", "layer.zip", "--include", "\(new)=lib/"])
            #expect(told.errors.contains("warning: libnew.so needs GLIBC_2.36"))
            // A function that counts on the layer has nothing twice, and finds it where the layer has it.
            let function = try PackUnderTest(["--layer-for", layer.path("layer.zip"), "-o", "f.zip", user])
            try #require(function.status == 0, "\(function.errors)")
            let own = Set(try function.entries("f.zip").keys)
            #expect(!own.contains("lib/libold.so") && !own.contains("glibc/lib/libnew.so"))
            let root = try PackRoot.bullseye()
            try root.unpack(layer.path("layer.zip"), to: "/opt")
            try root.unpack(function.path("f.zip"))
            #expect(try root.start().invoke("{}").text == "1\n")
        }

        @Test(.timeLimit(.minutes(2))) func aLayerStartsFunctionsOnlyWhereThatIsWanted() throws {
            let plain = try PackUnderTest(["--layer", "--no-shim", "-o", "l.zip", "/usr/bin/jq"], namesShim: false)
            try #require(plain.status == 0, "\(plain.errors)")
            let names = Set(try plain.entries("l.zip").keys)
            #expect(names.contains("bin/jq") && names.isDisjoint(with: ["shim", "bootstrap"]))
            let first = try PackUnderTest(["--layer", "--target", "provided.al2", "-o", "l.zip", "/usr/bin/jq"])
            let second = try PackUnderTest([
                "--layer", "--target", "provided.al2", "--layer-for", first.path("l.zip"), "-o", "m.zip", "/usr/bin/jq",
            ])
            try #require(second.status == 0, "\(second.errors)")
            let less = Set(try second.entries("m.zip").keys)
            #expect(
                less.contains("bin/jq") && less.isDisjoint(with: ["shim", "bootstrap", "lib/libonig.so.5"]),
                "\(less)"
            )
            let wrong = try PackUnderTest(["--no-shim", "-o", "x.zip", "/usr/bin/jq"])
            #expect(wrong.status == 64)
        }

        /// Two layers are merged in /opt: the second has only what is not in the first, or is not the same there.
        @Test(.timeLimit(.minutes(2))) func aLayerHasNothingThatTheLayerBeforeItHas() throws {
            let folder = try TemporaryFolder()
            let same = try folder.write("same", "text")
            let changed = try folder.write("changed", "old")
            let data = folder.path + "/data"
            try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(atPath: data + "/kept", withDestinationPath: "a")
            try FileManager.default.createSymbolicLink(atPath: data + "/moved", withDestinationPath: "a")
            let first = try PackUnderTest(
                [
                    "--layer", "--no-shim", "-o", "l.zip", "--include", "\(same)=share/", "--include",
                    "\(changed)=share/",
                    "--include", "\(data)=share/data", "/usr/bin/jq",
                ],
                namesShim: false
            )
            try #require(first.status == 0, "\(first.errors)")
            try folder.write("changed", "new")
            let own = try folder.write("own", "text")
            try FileManager.default.removeItem(atPath: data + "/moved")
            try FileManager.default.createSymbolicLink(atPath: data + "/moved", withDestinationPath: "b")
            let second = try PackUnderTest(
                [
                    "--layer", "--no-shim", "--layer-for", first.path("l.zip"), "-o", "m.zip", "--include",
                    "\(same)=share/",
                    "--include", "\(changed)=share/", "--include", "\(own)=share/", "--include", "\(data)=share/data",
                ],
                namesShim: false
            )
            try #require(second.status == 0, "\(second.errors)")
            let names = try second.entries("m.zip").keys.filter { !$0.hasSuffix("/") }
            #expect(Set(names) == ["share/changed", "share/own", "share/data/moved"])
            // A function is not in /opt: what it looks for below its own folder stays.
            let function = try PackUnderTest([
                "--layer-for", first.path("l.zip"), "-o", "f.zip", "--include", "\(same)=share/", "/usr/bin/jq",
            ])
            #expect(try function.entries("f.zip")["share/same"] != nil)
        }

        /// An interpreter in a layer runs scripts that name it, by a path, by `env` or by their ending only.
        @Test(.timeLimit(.minutes(3))) func anInterpreterInALayerRunsScripts() throws {
            let layer = try PackUnderTest([
                "--layer", "--target", "provided.al2", "--env", "GREETING=from $LAMBDA_TASK_ROOT", "-o", "l.zip",
                "/usr/bin/perl",
            ])
            try #require(layer.status == 0, "\(layer.errors)")
            let folder = try TemporaryFolder()
            let code = "print \"got \", <STDIN>, \" $ENV{GREETING}\";"
            for (name, text, mode) in [
                ("path.pl", "#!/usr/bin/perl -w\n\(code)\n", 0o755),
                ("env.pl", "#!/usr/bin/env perl\n\(code)\n", 0o755),
                ("bare.pl", "\(code)\n", 0o644),
            ] {
                let script = try folder.write(name, text, mode: mode)
                let pack = try PackUnderTest([
                    "--target", "provided.al2", "--layer-for", layer.path("l.zip"), "-o", "f.zip", script,
                ])
                try #require(pack.status == 0, "\(pack.errors)")
                let root = try PackRoot.bullseye()
                // The system's own perl would run it as well.
                for place in ["/usr/bin/perl"] { unlink(root.path + place) }
                try root.unpack(layer.path("l.zip"), to: "/opt")
                try root.unpack(pack.path("f.zip"))
                let isLayers = try pack.entries("f.zip")["bootstrap"] == nil
                let start = isLayers ? ["/opt/bootstrap"] : ["/var/task/bootstrap"]
                let shim = try root.start(start, environment: isLayers ? ["_HANDLER": name] : [:])
                #expect(try shim.invoke("{}").text == "got {} " + (isLayers ? "from /opt" : ""), "\(name)")
            }
        }
    }
}
