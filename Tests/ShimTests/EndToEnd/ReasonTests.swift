import Testing

extension EndToEnd {
    /// The reason that a caller is told, with the runtimes as Debian has them.
    @Suite(.timeLimit(.minutes(5))) struct ReasonTests {
        struct Failing: Sendable, CustomTestStringConvertible {
            let runtime: String
            let package: String
            let file: String
            let source: String
            let reason: String
            /// What makes `program` of the source, where it is not run as it is.
            var build: [String] = []
            var arguments: [String] = []
            var testDescription: String { runtime }
        }

        static let programs = [
            Failing(
                runtime: "Rscript",
                package: "r-base-core",
                file: "a.R",
                source: "f <- function(x) { warning('careful'); stop('no such customer') }\nf(1)\n",
                reason: "Error in f(1) : no such customer"
            ),
            Failing(
                runtime: "node",
                package: "nodejs",
                file: "a.js",
                source: "const error = new Error('no such customer');\nerror.code = 7;\nthrow error;\n",
                reason: "Error: no such customer"
            ),
            Failing(
                runtime: "java",
                package: "default-jdk-headless",
                file: "A.java",
                source: """
                    class A {
                        public static void main(String[] a) {
                            try { throw new IllegalStateException("no such customer"); }
                            catch (Exception e) { throw new RuntimeException("no answer", e); }
                        }
                    }
                    """,
                reason: "Exception in thread \"main\" java.lang.RuntimeException: no answer; "
                    + "Caused by: java.lang.IllegalStateException: no such customer"
            ),
            Failing(
                runtime: "go",
                package: "golang-go",
                file: "a.go",
                source: "package main\n\nfunc main() { go func() { select {} }(); panic(\"no such customer\") }\n",
                reason: "panic: no such customer",
                build: ["build", "-o", "program", "a.go"]
            ),
            Failing(
                runtime: "ruby",
                package: "ruby",
                file: "a.rb",
                source: "def f = raise('no such customer')\nf\n",
                reason: "in `f': no such customer (RuntimeError)"
            ),
            Failing(
                runtime: "php",
                package: "php-cli",
                file: "a.php",
                source: "<?php function f() { throw new Exception('no such customer'); } f();\n",
                reason: "Fatal error:  Uncaught Exception: no such customer in "
            ),
            Failing(
                runtime: "lua5.4",
                package: "lua5.4",
                file: "a.lua",
                source: "local function f() error('no such customer') end\nf()\n",
                reason: "a.lua:1: no such customer"
            ),
            Failing(
                runtime: "ghc",
                package: "ghc",
                file: "a.hs",
                source: "main = error \"no such customer\"\n",
                reason: "program: no such customer",
                build: ["-v0", "-o", "program", "a.hs"]
            ),
            Failing(
                runtime: "octave-cli",
                package: "octave",
                file: "a.m",
                source: "1;\nfunction f()\n  error('no such customer');\nend\nf()\n",
                reason: "error: no such customer"
            ),
            Failing(
                runtime: "python3",
                package: "python3",
                file: "a.py",
                source: "class E(Exception): pass\nraise E('no such\\n  customer')\n",
                reason: "E: no such customer"
            ),
            Failing(
                runtime: "perl",
                package: "perl",
                file: "a.pl",
                source: "use Carp; sub f { confess 'no such customer' } f(1);\n",
                reason: "no such customer at "
            ),
            Failing(
                runtime: "tclsh",
                package: "tcl",
                file: "a.tcl",
                source: "proc f {} { error {no such customer} }\nf\n",
                reason: "no such customer"
            ),
            Failing(
                runtime: "g++",
                package: "g++",
                file: "a.cpp",
                source: "#include <stdexcept>\nint main() { throw std::runtime_error(\"no such customer\"); }\n",
                reason: "what():  no such customer",
                build: ["-o", "program", "a.cpp"]
            ),
            Failing(
                runtime: "gfortran",
                package: "gfortran",
                file: "a.f90",
                source: "program a\n  integer :: i\n  open(1, file='/nosuch', status='old')\nend program a\n",
                reason: "Cannot open file '/nosuch'",
                build: ["-o", "program", "a.f90"]
            ),
        ]

        @Test(arguments: programs) func isSaidToTheCaller(program: Failing) throws {
            let folder = try TemporaryFolder()
            let path = try folder.write(program.file, program.source)
            let runtime = try Executables.system(program.runtime, package: program.package)
            var command = [runtime] + program.arguments + [path]
            if !program.build.isEmpty {
                let environment = ["PATH": "/usr/bin:/bin", "HOME": folder.path]
                let built = try PackTool.result(
                    runtime,
                    program.build,
                    environment: environment,
                    directory: folder.path
                )
                try #require(built.status == 0, "\(built.errors)")
                command = [folder.path + "/program"]
            }
            let shim = try ShimUnderTest(command, environment: ["LC_ALL": "C.UTF-8", "HOME": folder.path])
            let error = try shim.invoke("{}").error()
            #expect(error.errorMessage.contains(program.reason), "\(error)")
            #expect(!error.errorMessage.contains("Node.js v") && !error.errorMessage.contains("halted"))
            // The last lines are there all the same.
            #expect(error.stackTrace.contains { $0.contains("customer") || $0.contains("/nosuch") }, "\(error)")
        }
    }
}
