import Testing

/// What real runtimes wrote to standard error when a program of theirs failed, and the reason in it.
///
/// Recorded on Debian 12, some on Debian sid; long lists of calls are shortened. The programs are one line or two, in
/// most of them `no such customer` is thrown.
enum ReasonSamples {
    struct Sample: Sendable, CustomTestStringConvertible {
        let runtime: String
        let reason: String
        let errors: String
        var testDescription: String { runtime }
    }

    static let all: [Sample] = [
        Sample(
            runtime: "R",
            reason: #"Error in f(1) : no such customer"#,
            errors: #"""
                Error in f(1) : no such customer
                Execution halted
                """#
        ),
        Sample(
            runtime: "R, on a line of its own",
            reason:
                #"Error in g(x) : the table of customers in the region of central Europe has no entry for number 17, so that nothing can be shown"#,
            errors: #"""
                Error in g(x) : 
                  the table of customers in the region of central Europe has no entry for number 17, so that nothing can be shown
                Calls: f -> g
                Execution halted
                """#
        ),
        Sample(
            runtime: "R, a package",
            reason: #"Error in library(nosuch) : there is no package called ‘nosuch’"#,
            errors: #"""
                Warning message:
                careful 
                hello
                Error in library(nosuch) : there is no package called ‘nosuch’
                Execution halted
                """#
        ),
        Sample(
            runtime: "R, syntax",
            reason: #"Error: unexpected end of input"#,
            errors: #"""
                Error: unexpected end of input
                Execution halted
                """#
        ),
        Sample(
            runtime: "R, a chain of calls",
            reason: #"Error in doTryCatch(return(expr), name, parentenv, handler) : inner"#,
            errors: #"""
                Error in doTryCatch(return(expr), name, parentenv, handler) : inner
                Calls: tryCatch -> tryCatchList -> tryCatchOne -> <Anonymous>
                Execution halted
                """#
        ),
        Sample(
            runtime: "R, with a warning",
            reason: #"Error in f() : no such customer"#,
            errors: #"""
                Error in f() : no such customer
                In addition: Warning message:
                In f() : careful
                Execution halted
                """#
        ),
        Sample(
            runtime: "Node.js",
            reason: #"Error: no such customer"#,
            errors: #"""
                /src/a.js:1
                function f() { throw new Error("no such customer") }
                               ^

                Error: no such customer
                    at f (/src/a.js:1:22)
                    at Object.<anonymous> (/src/a.js:2:1)
                    at Module._compile (node:internal/modules/cjs/loader:1521:14)
                    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
                    at Module.load (node:internal/modules/cjs/loader:1266:32)
                    at Module._load (node:internal/modules/cjs/loader:1091:12)
                    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
                    at node:internal/main/run_main_module:28:49

                Node.js v20.20.2
                """#
        ),
        Sample(
            runtime: "Node.js, an object",
            reason: #"{ a: 1 }"#,
            errors: #"""

                /src/c.js:1
                throw {a:1}
                ^
                { a: 1 }

                Node.js v20.20.2
                """#
        ),
        Sample(
            runtime: "Node.js, a module",
            reason: #"Error: Cannot find module 'nosuch' Require stack: - /src/d.js"#,
            errors: #"""
                node:internal/modules/cjs/loader:1210
                  throw err;
                  ^

                Error: Cannot find module 'nosuch'
                Require stack:
                - /src/d.js
                    at Module._resolveFilename (node:internal/modules/cjs/loader:1207:15)
                    at Module._load (node:internal/modules/cjs/loader:1038:27)
                    at Module.require (node:internal/modules/cjs/loader:1289:19)
                    at require (node:internal/modules/helpers:182:18)
                    at Object.<anonymous> (/src/d.js:1:1)
                    at Module._compile (node:internal/modules/cjs/loader:1521:14)
                    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
                    at Module.load (node:internal/modules/cjs/loader:1266:32)
                    at Module._load (node:internal/modules/cjs/loader:1091:12)
                    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12) {
                  code: 'MODULE_NOT_FOUND',
                  requireStack: [ '/src/d.js' ]
                }

                Node.js v20.20.2
                """#
        ),
        Sample(
            runtime: "Node.js, syntax",
            reason: #"SyntaxError: Unexpected token ';'"#,
            errors: #"""
                /src/e.js:1
                let x = ;
                        ^

                SyntaxError: Unexpected token ';'
                    at wrapSafe (node:internal/modules/cjs/loader:1464:18)
                    at Module._compile (node:internal/modules/cjs/loader:1495:20)
                    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
                    at Module.load (node:internal/modules/cjs/loader:1266:32)
                    at Module._load (node:internal/modules/cjs/loader:1091:12)
                    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
                    at node:internal/main/run_main_module:28:49

                Node.js v20.20.2
                """#
        ),
        Sample(
            runtime: "Node.js, a cause",
            reason: #"Error: outer"#,
            errors: #"""
                /src/f.js:1
                throw new Error("outer", {cause: new Error("inner")})
                ^

                Error: outer
                    at Object.<anonymous> (/src/f.js:1:7)
                    at Module._compile (node:internal/modules/cjs/loader:1521:14)
                    ... 4 lines matching cause stack trace ...
                    at node:internal/main/run_main_module:28:49 {
                  [cause]: Error: inner
                      at Object.<anonymous> (/src/f.js:1:34)
                      at Module._compile (node:internal/modules/cjs/loader:1521:14)
                      at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
                      at Module.load (node:internal/modules/cjs/loader:1266:32)
                      at Module._load (node:internal/modules/cjs/loader:1091:12)
                      at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
                      at node:internal/main/run_main_module:28:49
                }

                Node.js v20.20.2
                """#
        ),
        Sample(
            runtime: "Node.js, two lines",
            reason: #"Error: two lines"#,
            errors: #"""
                /src/h.js:1
                throw new Error("two\nlines")
                ^

                Error: two
                lines
                    at Object.<anonymous> (/src/h.js:1:7)
                    at Module._compile (node:internal/modules/cjs/loader:1521:14)
                    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
                    at Module.load (node:internal/modules/cjs/loader:1266:32)
                    at Module._load (node:internal/modules/cjs/loader:1091:12)
                    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
                    at node:internal/main/run_main_module:28:49

                Node.js v20.20.2
                """#
        ),
        Sample(
            runtime: "Node.js 24",
            reason: #"Error: no such customer"#,
            errors: #"""
                /src/a.js:1
                function f() { throw new Error("no such customer") }
                               ^

                Error: no such customer
                    at f (/src/a.js:1:22)
                    at Object.<anonymous> (/src/a.js:2:1)
                    at Module._compile (node:internal/modules/cjs/loader:1929:14)
                    at Object..js (node:internal/modules/cjs/loader:2060:10)
                    at Module.load (node:internal/modules/cjs/loader:1651:32)
                    at Module._load (node:internal/modules/cjs/loader:1443:12)
                    at wrapModuleLoad (node:internal/modules/cjs/loader:261:19)
                    at Module.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:154:5)
                    at node:internal/main/run_main_module:33:47

                Node.js v24.22.2
                """#
        ),
        Sample(
            runtime: "Java",
            reason: #"Exception in thread "main" java.lang.IllegalStateException: no such customer"#,
            errors: #"""
                Exception in thread "main" java.lang.IllegalStateException: no such customer
                	at E.f(E.java:1)
                	at E.main(E.java:1)
                """#
        ),
        Sample(
            runtime: "Java, a cause",
            reason:
                #"Exception in thread "main" java.lang.RuntimeException: cannot read customer; Caused by: java.io.IOException: disk is gone"#,
            errors: #"""
                Exception in thread "main" java.lang.RuntimeException: cannot read customer
                	at C.f(C.java:1)
                	at C.main(C.java:1)
                Caused by: java.io.IOException: disk is gone
                	at C.f(C.java:1)
                	at C.main(C.java:1)
                	at java.base/jdk.internal.reflect.NativeMethodAccessorImpl.invoke0(Native Method)
                	at java.base/jdk.internal.reflect.NativeMethodAccessorImpl.invoke(NativeMethodAccessorImpl.java:77)
                	at java.base/jdk.internal.reflect.DelegatingMethodAccessorImpl.invoke(DelegatingMethodAccessorImpl.java:43)
                	at java.base/java.lang.reflect.Method.invoke(Method.java:569)
                	at jdk.compiler/com.sun.tools.javac.launcher.Main.execute(Main.java:419)
                	at jdk.compiler/com.sun.tools.javac.launcher.Main.run(Main.java:192)
                	at jdk.compiler/com.sun.tools.javac.launcher.Main.main(Main.java:132)
                """#
        ),
        Sample(
            runtime: "Java, no class",
            reason:
                #"Error: Could not find or load main class NoSuch; Caused by: java.lang.ClassNotFoundException: NoSuch"#,
            errors: #"""
                Error: Could not find or load main class NoSuch
                Caused by: java.lang.ClassNotFoundException: NoSuch
                """#
        ),
        Sample(
            runtime: "go run",
            reason: #"panic: no such customer"#,
            errors: #"""
                panic: no such customer

                goroutine 1 [running]:
                main.f(...)
                	/src/g/a.go:2
                main.main()
                	/src/g/a.go:3 +0x27
                exit status 2
                """#
        ),
        Sample(
            runtime: "go run, log.Fatal",
            reason: #"2026/11/25 22:52:58 no such customer"#,
            errors: #"""
                x
                2026/11/25 22:52:58 no such customer
                exit status 1
                """#
        ),
        Sample(
            runtime: "Go, two lines",
            reason: #"panic: two lines"#,
            errors: #"""
                panic: two
                lines

                goroutine 1 [running]:
                main.main()
                	/src/g/c.go:3 +0x49
                """#
        ),
        Sample(
            runtime: "Ruby",
            reason: #"a.rb:1:in `f': no such customer (RuntimeError)"#,
            errors: #"""
                a.rb:1:in `f': no such customer (RuntimeError)
                	from a.rb:1:in `<main>'
                """#
        ),
        Sample(
            runtime: "Ruby, a cause",
            reason: #"b.rb:1:in `g': no such customer (ArgumentError); b.rb:1:in `f': inner (RuntimeError)"#,
            errors: #"""
                b.rb:1:in `g': no such customer (ArgumentError)

                def g; raise ArgumentError, "no such customer"; end; def f; begin; raise "inner"; rescue; g; end; end; f
                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                	from b.rb:1:in `rescue in f'
                	from b.rb:1:in `f'
                	from b.rb:1:in `<main>'
                b.rb:1:in `f': inner (RuntimeError)
                	from b.rb:1:in `<main>'
                """#
        ),
        Sample(
            runtime: "Ruby, a library",
            reason:
                #"<internal:/usr/lib/ruby/vendor_ruby/rubygems/core_ext/kernel_require.rb>:85:in `require': cannot load such file -- nosuch (LoadError)"#,
            errors: #"""
                <internal:/usr/lib/ruby/vendor_ruby/rubygems/core_ext/kernel_require.rb>:85:in `require': cannot load such file -- nosuch (LoadError)
                	from <internal:/usr/lib/ruby/vendor_ruby/rubygems/core_ext/kernel_require.rb>:85:in `require'
                	from c.rb:1:in `<main>'
                """#
        ),
        Sample(
            runtime: "Ruby, syntax",
            reason: #"d.rb:1: syntax error, unexpected end-of-input, expecting ')'"#,
            errors: #"""
                d.rb:1: syntax error, unexpected end-of-input, expecting ')'
                x = (1
                      ^
                """#
        ),
        Sample(
            runtime: "Ruby, two lines",
            reason: #"e.rb:1:in `<main>': two (RuntimeError) lines"#,
            errors: #"""
                e.rb:1:in `<main>': two (RuntimeError)
                lines
                """#
        ),
        Sample(
            runtime: "Ruby, with the place",
            reason: #"f.rb:1:in `<main>': undefined method `foo' for nil:NilClass (NoMethodError)"#,
            errors: #"""
                f.rb:1:in `<main>': undefined method `foo' for nil:NilClass (NoMethodError)

                nil.foo
                   ^^^^
                """#
        ),
        Sample(
            runtime: "PHP",
            reason: #"PHP Fatal error:  Uncaught RuntimeException: no such customer in /src/a.php:1"#,
            errors: #"""
                PHP Fatal error:  Uncaught RuntimeException: no such customer in /src/a.php:1
                Stack trace:
                #0 /src/a.php(1): f()
                #1 {main}
                  thrown in /src/a.php on line 1
                """#
        ),
        Sample(
            runtime: "Lua",
            reason: #"lua5.4: a.lua:1: no such customer"#,
            errors: #"""
                lua5.4: a.lua:1: no such customer
                stack traceback:
                	[C]: in function 'error'
                	a.lua:1: in local 'f'
                	a.lua:1: in main chunk
                	[C]: in ?
                """#
        ),
        Sample(
            runtime: "Lua, syntax",
            reason: #"lua5.4: c.lua:2: unexpected symbol near <eof>"#,
            errors: #"""
                lua5.4: c.lua:2: unexpected symbol near <eof>
                """#
        ),
        Sample(
            runtime: "GHC",
            reason: #"b: no such customer"#,
            errors: #"""
                b: no such customer
                CallStack (from HasCallStack):
                  error, called at h/B.hs:3:7 in main:Main
                  f, called at h/B.hs:4:15 in main:Main
                """#
        ),
        Sample(
            runtime: "GHC, IO",
            reason: #"d: user error (no such customer)"#,
            errors: #"""
                d: user error (no such customer)
                """#
        ),
        Sample(
            runtime: "Octave",
            reason: #"error: no such customer"#,
            errors: #"""
                warning: function name 'f' does not agree with function filename '/src/a.m'
                error: no such customer
                error: called from
                    a at line 2 column 2
                """#
        ),
        Sample(
            runtime: "Octave, syntax",
            reason: #"error: parse error near line 2 of file /src/c.m syntax error"#,
            errors: #"""
                error: parse error near line 2 of file /src/c.m

                  syntax error
                """#
        ),
        Sample(
            runtime: "Python",
            reason: #"ValueError: no such customer"#,
            errors: #"""
                Traceback (most recent call last):
                  File "/src/a.py", line 3, in <module>
                    f()
                  File "/src/a.py", line 2, in f
                    raise ValueError("no such customer")
                ValueError: no such customer
                """#
        ),
        Sample(
            runtime: "Python, a cause",
            reason: #"ValueError: outer"#,
            errors: #"""
                Traceback (most recent call last):
                  File "/src/b.py", line 2, in <module>
                    1/0
                    ~^~
                ZeroDivisionError: division by zero

                The above exception was the direct cause of the following exception:

                Traceback (most recent call last):
                  File "/src/b.py", line 4, in <module>
                    raise ValueError("outer") from e
                ValueError: outer
                """#
        ),
        Sample(
            runtime: "Python, three lines",
            reason: #"ValueError: two lines third"#,
            errors: #"""
                Traceback (most recent call last):
                  File "/src/c.py", line 1, in <module>
                    raise ValueError("two\nlines\n  third")
                ValueError: two
                lines
                  third
                """#
        ),
        Sample(
            runtime: "Python, syntax",
            reason: #"SyntaxError: '(' was never closed"#,
            errors: #"""
                  File "/src/d.py", line 1
                    x = (1
                        ^
                SyntaxError: '(' was never closed
                """#
        ),
        Sample(
            runtime: "Python, a group",
            reason: #"ExceptionGroup: many (2 sub-exceptions)"#,
            errors: #"""
                  + Exception Group Traceback (most recent call last):
                  |   File "/src/e.py", line 1, in <module>
                  |     raise ExceptionGroup("many", [ValueError("a"), TypeError("b")])
                  | ExceptionGroup: many (2 sub-exceptions)
                  +-+---------------- 1 ----------------
                    | ValueError: a
                    +---------------- 2 ----------------
                    | TypeError: b
                    +------------------------------------
                """#
        ),
        Sample(
            runtime: "Python, a note",
            reason: #"ValueError: x a note"#,
            errors: #"""
                Traceback (most recent call last):
                  File "/src/f.py", line 3, in <module>
                    raise e
                ValueError: x
                a note
                """#
        ),
        Sample(
            runtime: "Python, a crash",
            reason: #"Fatal Python error: Segmentation fault"#,
            errors: #"""
                Fatal Python error: Segmentation fault

                Current thread 0x00007fcb7bec32c0 (most recent call first):
                  File "/usr/lib/python3.11/ctypes/__init__.py", line 519 in string_at
                  File "/src/s.py", line 1 in <module>
                """#
        ),
        Sample(
            runtime: "Perl",
            reason: #"no such customer at a.pl line 1."#,
            errors: #"""
                no such customer at a.pl line 1.
                """#
        ),
        Sample(
            runtime: "Perl, Carp",
            reason: #"no such customer at b.pl line 1."#,
            errors: #"""
                no such customer at b.pl line 1.
                	main::f(1) called at b.pl line 1
                """#
        ),
        Sample(
            runtime: "Perl, a module",
            reason:
                #"Can't locate Nosuch.pm in @INC (you may need to install the Nosuch module) (@INC contains: /etc/perl /usr/local/lib/x86_64-linux-gnu/perl/5.36.0 /usr/local/share/perl/5.36.0 /usr/lib/x86_64-linux-gnu/perl5/5.36 /usr/share/perl5 /u"#,
            errors: #"""
                Can't locate Nosuch.pm in @INC (you may need to install the Nosuch module) (@INC contains: /etc/perl /usr/local/lib/x86_64-linux-gnu/perl/5.36.0 /usr/local/share/perl/5.36.0 /usr/lib/x86_64-linux-gnu/perl5/5.36 /usr/share/perl5 /u
                BEGIN failed--compilation aborted at c.pl line 1.
                """#
        ),
        Sample(
            runtime: "Perl, syntax",
            reason: #"syntax error at d.pl line 1, near "1;""#,
            errors: #"""
                syntax error at d.pl line 1, near "1;"
                Execution of d.pl aborted due to compilation errors.
                """#
        ),
        Sample(
            runtime: "Tcl",
            reason: #"no such customer"#,
            errors: #"""
                no such customer
                    while executing
                "error "no such customer" "
                    (procedure "f" line 1)
                    invoked from within
                "f"
                    (file "a.tcl" line 2)
                """#
        ),
        Sample(
            runtime: "a shell",
            reason: #"sh: 1: x: parameter not set"#,
            errors: #"""
                sh: 1: x: parameter not set
                """#
        ),
        Sample(
            runtime: "C++",
            reason: #"terminate called after throwing an instance of 'std::runtime_error' what():  no such customer"#,
            errors: #"""
                terminate called after throwing an instance of 'std::runtime_error'
                  what():  no such customer
                """#
        ),
        Sample(
            runtime: "C, assert",
            reason: #"r: r.c:2: main: Assertion `1==2' failed."#,
            errors: #"""
                r: r.c:2: main: Assertion `1==2' failed.
                """#
        ),
        Sample(
            runtime: "C, a sanitizer",
            reason: #"SUMMARY: AddressSanitizer: heap-use-after-free (/src/ra+0x11d6) in main"#,
            errors: #"""
                =================================================================
                ==3667==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000011 at pc 0x5597f21871d7 bp 0x7ffeb6ac16b0 sp 0x7ffeb6ac16a8
                READ of size 1 at 0x602000000011 thread T0
                    #0 0x5597f21871d6 in main (/src/ra+0x11d6)
                0x602000000011 is located 1 bytes inside of 3-byte region [0x602000000010,0x602000000013)
                freed by thread T0 here:
                    #0 0x7f136c8b76a8 in __interceptor_free ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:52
                    #1 0x5597f218719a in main (/src/ra+0x119a)
                    #2 0x7f136c645249 in __libc_start_call_main ../sysdeps/nptl/libc_start_call_main.h:58

                previously allocated by thread T0 here:
                    #0 0x7f136c8b89cf in __interceptor_malloc ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:69
                    #1 0x5597f218718a in main (/src/ra+0x118a)
                    #2 0x7f136c645249 in __libc_start_call_main ../sysdeps/nptl/libc_start_call_main.h:58

                SUMMARY: AddressSanitizer: heap-use-after-free (/src/ra+0x11d6) in main
                Shadow bytes around the buggy address:
                  0x0c047fff7fb0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                  0x0c047fff7fc0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                  0x0c047fff7fd0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                  0x0c047fff7fe0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                  0x0c047fff7ff0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                =>0x0c047fff8000: fa fa[fd]fa fa fa fa fa fa fa fa fa fa fa fa fa
                  0x0c047fff8010: fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa
                  0x0c047fff8020: fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa
                  0x0c047fff8030: fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa
                  0x0c047fff8040: fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa
                  0x0c047fff8050: fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa
                Shadow byte legend (one shadow byte represents 8 application bytes):
                  Addressable:           00
                  Partially addressable: 01 02 03 04 05 06 07 
                  Heap left redzone:       fa
                  Freed heap region:       fd
                  Stack left redzone:      f1
                  Stack mid redzone:       f2
                  Stack right redzone:     f3
                  Stack after return:      f5
                  Stack use after scope:   f8
                  Global redzone:          f9
                  Global init order:       f6
                  Poisoned by user:        f7
                  Container overflow:      fc
                  Array cookie:            ac
                  Intra object redzone:    bb
                  ASan internal:           fe
                  Left alloca redzone:     ca
                  Right alloca redzone:    cb
                ==3667==ABORTING
                """#
        ),
        Sample(
            runtime: "Fortran",
            reason: #"Fortran runtime error: End of file"#,
            errors: #"""
                At line 4 of file f.f90 (unit = 5, file = 'stdin')
                Fortran runtime error: End of file

                Error termination. Backtrace:
                #0  0x7fdfe1a218c2 in ???
                #1  0x7fdfe1a223b9 in ???
                #2  0x7fdfe1a22f0f in ???
                #3  0x7fdfe1c67e7b in ???
                #4  0x7fdfe1c61854 in ???
                #5  0x7fdfe1c623fa in ???
                #6  0x5578012791e9 in ???
                #7  0x55780127924a in ???
                #8  0x7fdfe1845249 in __libc_start_call_main
                	at ../sysdeps/nptl/libc_start_call_main.h:58
                #9  0x7fdfe1845304 in __libc_start_main_impl
                	at ../csu/libc-start.c:360
                #10  0x5578012790c0 in ???
                #11  0xffffffffffffffff in ???
                """#
        ),
        Sample(
            runtime: "make",
            reason: #"no such customer"#,
            errors: #"""
                no such customer
                make: *** [/tmp/GmVn2hRu:2: all] Error 3
                """#
        ),
        Sample(
            runtime: "SQLite",
            reason: #"Error: in prepare, no such column: nosuch"#,
            errors: #"""
                Error: in prepare, no such column: nosuch
                  select nosuch
                         ^--- error here
                """#
        ),
        Sample(
            runtime: "Guile",
            reason: #"ice-9/boot-9.scm:2058:7: In procedure error: no such customer 17"#,
            errors: #"""
                Backtrace:
                           1 (primitive-load "/src/a.scm")
                In ice-9/boot-9.scm:
                   2058:7  0 (error _ . _)

                ice-9/boot-9.scm:2058:7: In procedure error:
                no such customer 17
                """#
        ),
        Sample(
            runtime: "SBCL",
            reason:
                #"Unhandled SIMPLE-ERROR in thread #<SB-THREAD:THREAD tid=4275 "main thread" RUNNING {1200C48003}>: no such customer 17"#,
            errors: #"""
                Unhandled SIMPLE-ERROR in thread #<SB-THREAD:THREAD tid=4275 "main thread" RUNNING
                                                    {1200C48003}>:
                  no such customer 17

                Backtrace for: #<SB-THREAD:THREAD tid=4275 "main thread" RUNNING {1200C48003}>
                0: (SB-DEBUG::DEBUGGER-DISABLED-HOOK #<SIMPLE-ERROR "no such customer ~a" {1200C6CFD3}> #<unused argument> :QUIT T)
                1: (SB-DEBUG::RUN-HOOK *INVOKE-DEBUGGER-HOOK* #<SIMPLE-ERROR "no such customer ~a" {1200C6CFD3}>)
                2: (INVOKE-DEBUGGER #<SIMPLE-ERROR "no such customer ~a" {1200C6CFD3}>)
                6: (EVAL-TLF (F) 1 NIL)
                7: ((LABELS SB-FASL::EVAL-FORM :IN SB-INT:LOAD-AS-SOURCE) (F) 1)
                8: ((LAMBDA (SB-KERNEL:FORM &KEY :CURRENT-INDEX &ALLOW-OTHER-KEYS) :IN SB-INT:LOAD-AS-SOURCE) (F) :CURRENT-INDEX 1)
                9: (SB-C::%DO-FORMS-FROM-INFO #<FUNCTION (LAMBDA (SB-KERNEL:FORM &KEY :CURRENT-INDEX &ALLOW-OTHER-KEYS) :IN SB-INT:LOAD-AS-SOURCE) {7FC68AAAF3DB}> #<SB-C::SOURCE-INFO {1200C35683}> SB-C::INPUT-ERROR-IN-LOAD)
                10: (SB-INT:LOAD-AS-SOURCE #<SB-SYS:FD-STREAM for "file /src/a.lisp" {1200C28553}> :VERBOSE NIL :PRINT NIL :CONTEXT "loading")
                11: ((LABELS SB-FASL::LOAD-STREAM-1 :IN LOAD) #<SB-SYS:FD-STREAM for "file /src/a.lisp" {1200C28553}> NIL)
                12: (SB-FASL::CALL-WITH-LOAD-BINDINGS #<FUNCTION (LABELS SB-FASL::LOAD-STREAM-1 :IN LOAD) {7FC68AAAF79B}> #<SB-SYS:FD-STREAM for "file /src/a.lisp" {1200C28553}> NIL #<SB-SYS:FD-STREAM for "file /src/a.lisp" {1200C28553}>)
                13: (LOAD #<SB-SYS:FD-STREAM for "file /src/a.lisp" {1200C28553}> :VERBOSE NIL :PRINT NIL :IF-DOES-NOT-EXIST :ERROR :EXTERNAL-FORMAT :DEFAULT)
                14: ((FLET SB-IMPL::LOAD-SCRIPT :IN SB-IMPL::PROCESS-SCRIPT) #<SB-SYS:FD-STREAM for "file /src/a.lisp" {1200C28553}>)
                15: ((FLET SB-UNIX::BODY :IN SB-IMPL::PROCESS-SCRIPT))
                16: ((FLET "WITHOUT-INTERRUPTS-BODY-" :IN SB-IMPL::PROCESS-SCRIPT))
                17: (SB-IMPL::PROCESS-SCRIPT "a.lisp")
                18: (SB-IMPL::TOPLEVEL-INIT)
                19: ((FLET SB-UNIX::BODY :IN SB-IMPL::START-LISP))
                20: ((FLET "WITHOUT-INTERRUPTS-BODY-3" :IN SB-IMPL::START-LISP))
                21: (SB-IMPL::%START-LISP)

                unhandled condition in --disable-debugger mode, quitting
                """#
        ),
        Sample(
            runtime: "Elixir",
            reason: #"** (RuntimeError) no such customer"#,
            errors: #"""
                ** (RuntimeError) no such customer
                    a.exs:2: A.f/0
                    a.exs:4: (file)
                """#
        ),
        Sample(
            runtime: "SWI-Prolog",
            reason: #"ERROR: /src/b.pl:1: user:main Unknown message: no_such_customer"#,
            errors: #"""
                ERROR: /src/b.pl:1: user:main Unknown message: no_such_customer
                """#
        ),
        Sample(
            runtime: "Nim",
            reason: #"Error: unhandled exception: no such customer [ValueError]"#,
            errors: #"""
                /src/a.nim(2)              a
                /src/a.nim                 f
                Error: unhandled exception: no such customer [ValueError]
                """#
        ),
        Sample(
            runtime: "D",
            reason: #"object.Exception@a.d(1): no such customer"#,
            errors: #"""
                object.Exception@a.d(1): no such customer
                ----------------
                ??:? [0x557a05681f36]
                ??:? [0x557a05681bc2]
                ??:? [0x557a0568593e]
                ??:? [0x557a0566fa4c]
                ??:? [0x557a0566c9bf]
                ??:? [0x557a0566c9c8]
                ??:? [0x557a0566f78c]
                ??:? [0x557a0566f691]
                ??:? [0x557a0566f4fc]
                ??:? [0x557a0566c9f1]
                ??:? [0x7fc0b3f14fb9]
                ??:? __libc_start_main [0x7fc0b3f150d6]
                ??:? [0x557a0566c870]
                """#
        ),
        Sample(
            runtime: "Rust",
            reason: #"thread 'main' (7296) panicked at a.rs:1:17: no such customer"#,
            errors: #"""

                thread 'main' (7296) panicked at a.rs:1:17:
                no such customer
                note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
                """#
        ),
        Sample(
            runtime: "Rust, with the calls",
            reason: #"thread 'main' (7340) panicked at a.rs:1:17: no such customer"#,
            errors: #"""

                thread 'main' (7340) panicked at a.rs:1:17:
                no such customer
                stack backtrace:
                   0: std::panicking::begin_panic::<&str>
                             at /usr/src/rustc-1.97.1/library/std/src/panicking.rs:761:5
                   1: a::f
                   2: a::main
                   3: <fn() as core::ops::function::FnOnce<()>>::call_once
                note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
                """#
        ),
        Sample(
            runtime: "Rust, main",
            reason: #"Error: "no such customer""#,
            errors: #"""
                Error: "no such customer"
                """#
        ),
        Sample(
            runtime: "Crystal",
            reason: #"Unhandled exception: no such customer (Exception)"#,
            errors: #"""
                Unhandled exception: no such customer (Exception)
                  from a.cr:1:8 in 'f'
                  from a.cr:2:1 in '__crystal_main'
                  from /usr/lib/crystal/lib/crystal/main.cr:129:5 in 'main_user_code'
                  from /usr/lib/crystal/lib/crystal/main.cr:115:7 in 'main'
                  from /usr/lib/crystal/lib/crystal/system/unix/main.cr:9:3 in 'main'
                  from /usr/lib/x86_64-linux-gnu/libc.so.6 in '??'
                  from /usr/lib/x86_64-linux-gnu/libc.so.6 in '__libc_start_main'
                  from ./cra in '_start'
                  from ???
                """#
        ),
        Sample(
            runtime: "Swift",
            reason: #"a/a.swift:1: Fatal error: Unexpectedly found nil while unwrapping an Optional value"#,
            errors: #"""
                a/a.swift:1: Fatal error: Unexpectedly found nil while unwrapping an Optional value

                *** Signal 4: Backtracing from 0x7f87b576df7f... done ***

                *** Program crashed: Illegal instruction at 0x00007f87b576df7f ***

                Platform: x86_64 Linux (Debian GNU/Linux 12 (bookworm))

                r11 0x0000000000000039  57
                r12 0x0000000000000000  0
                r13 0x00007ffdb6ed1f78  0a 29 ed b6 fd 7f 00 00 19 29 ed b6 fd 7f 00 00  ·)í¶ý····)í¶ý···
                r14 0x0000000000000001  1
                r15 0x000000000000000b  11
                rip 0x00007f87b576df7f  0f 0b 48 83 ec 08 48 8d 05 64 50 49 00 48 8d 3d  ··H·ì·H··dPI·H·=

                rflags 0x0000000000010202  

                cs 0x0033  fs 0x0000  gs 0x0000


                Images (13 omitted):

                0x0000560f69444000–0x0000560f69445230 2552d6d9872b66a0750b76716fd4d088ab021bde a               /src/s/a
                0x00007f87b5600000–0x00007f87b5bd2d40 b521f25fdeacf504eca83d97c7308e8fc11be729 libswiftCore.so /usr/lib/swift/linux/libswiftCore.so

                Backtrace took 0.05s
                """#
        ),
        Sample(
            runtime: "Mono",
            reason: #"[ERROR] FATAL UNHANDLED EXCEPTION: System.Exception: no such customer"#,
            errors: #"""

                Unhandled Exception:
                System.Exception: no such customer
                  at E.Main () [0x00000] in <c11bb8c40f15494c93e62c04fae01345>:0 
                [ERROR] FATAL UNHANDLED EXCEPTION: System.Exception: no such customer
                  at E.Main () [0x00000] in <c11bb8c40f15494c93e62c04fae01345>:0 
                """#
        ),
    ]
}
