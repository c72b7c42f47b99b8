import Foundation
import Testing

@testable import PackKit

extension Packing {
    /// Text beyond ASCII under the locale that Lambda names, and that provided.al2023 does not have.
    @Suite struct PackLocaleTests {
        /// Starts a package as Lambda does in a bare Debian 11, with or without its locales, and hands it an é.
        private func answer(_ pack: PackUnderTest, hasLocales: Bool, _ more: [String: String] = [:]) throws
            -> (text: String, log: String)
        {
            try #require(pack.status == 0, "\(pack.errors)")
            let root = try PackRoot.bullseye()
            if !hasLocales { try FileManager.default.removeItem(atPath: root.path + "/usr/lib/locale") }
            try root.unpack(pack.path("x.zip"))
            return try withExtendedLifetime(root) {
                let shim = try root.start(environment: ["LANG": "en_US.UTF-8"].merging(more) { $1 })
                let text = try shim.invoke("{\"a\":\"é\"}").text
                try shim.settle()
                return (text, shim.process.errors)
            }
        }

        /// The regression this guards: no locale was found, the program ran in "C" and took an é for an error, as GHC's
        /// text functions do.
        ///
        /// With a bundled glibc there is no file of the system to help, without one it has C.UTF-8.
        @Test(.timeLimit(.minutes(5)), arguments: [true, false])
        func textIsUTF8WithAndWithoutABundledGlibc(isBundled: Bool) throws {
            let folder = try TemporaryFolder()
            let program = try PackPrograms.c(
                """
                #include <locale.h>
                #include <stdio.h>
                #include <wchar.h>
                int main(void) {
                    const char *name = setlocale(LC_ALL, "");
                    int count = 0;
                    while (getwchar() != WEOF) count++;
                    printf("%s %d%s\\n", name ? name : "no locale", count, ferror(stdin) ? " and no more" : "");
                }
                """,
                to: "count",
                in: folder,
                isBundled ? [] : ["-static"]
            )
            let options = isBundled ? ["--glibc", "bundle"] : []
            let pack = try PackUnderTest(options + ["-o", "x.zip", program])
            #expect(pack.errors.contains("(C.UTF-8 is)") == isBundled)
            #expect(try answer(pack, hasLocales: !isBundled).text == "C.UTF-8 9\n")
            #expect(try answer(pack, hasLocales: !isBundled, ["LC_ALL": "C"]).text == "C 6 and no more\n")
        }

        /// The regression this guards: seven lines of warning in the log of each event.
        @Test(.timeLimit(.minutes(5))) func perlHasNothingToWarnOf() throws {
            let folder = try TemporaryFolder()
            let script = try folder.write("copy", "#!/usr/bin/perl\nprint <STDIN>;\n", mode: 0o755)
            let pack = try PackUnderTest(["--interpreter", "-o", "x.zip", script])
            #expect(try answer(pack, hasLocales: false) == ("{\"a\":\"é\"}", ""))
        }

        /// Amazon Linux 2 has en_US.UTF-8 and need not have C.UTF-8; a glibc that comes along brings the latter.
        @Test(.timeLimit(.minutes(5))) func theSystemThatHasLambdasLocaleKeepsIt() throws {
            let line = "\nexport LC_ALL="
            let busybox = try Executables.system("busybox", package: "busybox-static")
            for (target, program, sets) in [
                ("provided.al2023", busybox, true), ("provided.al2", busybox, false),
                ("provided.al2", "/usr/bin/jq", true),
            ] {
                let pack = try PackUnderTest(["--target", target, "-o", "x.zip", program])
                try #require(pack.status == 0, "\(pack.errors)")
                #expect(try pack.text("bootstrap", in: "x.zip").contains(line) == sets, "\(target) \(program)")
                let hasLocale = try pack.entries("x.zip").keys.contains("glibc/locale/C.utf8/LC_CTYPE")
                #expect(hasLocale == (program != busybox))
            }
        }
    }
}
