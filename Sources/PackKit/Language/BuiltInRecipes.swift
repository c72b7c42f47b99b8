/// The recipes of templates/languages, written by scripts/recipes.sh.
enum BuiltInRecipes {
    static let all: [(name: String, text: String)] = [
        (
            "java",
            ##"""
            # A JRE or JDK; of a JDK what only a compiler needs is left out.
            language java
            about Java; a script is a .jar, a .class or (with a JDK) a .java file
            needs java default-jre-headless
            run .jar -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -jar {script}
            run .java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC {script}
            front java

            probe sh
                home=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
                echo "program $home/bin/java -> java/bin/java"
                echo "take $home/lib -> java/lib"
                echo "take $home/conf -> java/conf"
                echo "take $home/release -> java/release"

            leave java/lib/src.zip
            leave java/lib/ct.sym
            leave java/lib/*.a
            leave java/lib/libawt_xawt.so
            leave java/lib/libjawt.so
            leave java/lib/libsplashscreen.so
            leave *.debuginfo
            leave java/lib/server/classes_nocoops.jsa

            """##
        ),
        (
            "julia",
            ##"""
            # Julia, in the layout of Debian's package and in that of Julia's own archives. It needs its compiler, LLVM, to run anything at all.
            language julia
            about Julia with its standard library
            needs julia julia
            run .jl --startup-file=no --history-file=no {script}
            front julia

            probe julia --startup-file=no /dev/stdin
                # Julia finds its parts by the folder of its program, in a layout that is built in.
                home = dirname(Sys.BINDIR)
                place(path) = joinpath("julia", relpath(path, home))
                println("program ", joinpath(Sys.BINDIR, "julia"), " -> julia/bin/julia")
                lib = abspath(Sys.BINDIR, Base.PRIVATE_LIBDIR)
                println("take ", lib, " -> ", place(lib))
                # The program finds this library by its own RUNPATH, and this one the others; a second copy elsewhere would find none.
                folder = abspath(Sys.BINDIR, Base.LIBDIR)
                for name in readdir(folder)
                    startswith(name, "libjulia.so") && println("take ", joinpath(folder, name), " -> ", place(joinpath(folder, name)))
                end
                println("leave lib/libjulia.so*")
                for name in readdir(lib)
                    startswith(realpath(joinpath(lib, name)), lib * "/") && println("leave lib/", name)
                end
                data = abspath(Sys.BINDIR, Base.DATAROOTDIR, "julia")
                for part in ("stdlib", "compiled", "cert.pem")
                    ispath(joinpath(data, part)) && println("take ", joinpath(data, part), " -> julia/share/julia/", part)
                end

            leave julia/share/julia/stdlib/*/*/test
            leave julia/share/julia/stdlib/*/*/docs
            leave *.a
            leave *-debug.so*
            # Links to what Julia's own library brings along under another name, and what only its package manager uses.
            leave julia/lib/*/julia/libLLVM.so
            leave julia/lib/*/julia/libcurl.so
            leave julia/lib/*/julia/lib*calltest.so

            set JULIA_BINDIR={root}/julia/bin
            set JULIA_DEPOT_PATH=/tmp/julia:{root}/julia/share/julia

            """##
        ),
        (
            "lua",
            ##"""
            language lua
            about Lua; modules are what 'require' names
            needs lua lua5.4
            run .lua {script}
            front lua

            probe lua -
                local version = _VERSION:match("%d.%d"):gsub("%.", "_")
                local pipe = io.popen("readlink -f \"$(command -v lua)\"")
                print("program " .. pipe:read("l") .. " -> lua/bin/lua")
                print("set LUA_PATH_" .. version .. "={root}/lua/modules/?.lua;{root}/lua/modules/?/init.lua;;")
                print("set LUA_CPATH_" .. version .. "={root}/lua/modules/?.so;;")

            modules lua -
                local before = {}
                for name in pairs(package.loaded) do before[name] = true end
                for i = 1, #arg do require(arg[i]) end
                for name in pairs(package.loaded) do
                    if not before[name] then
                        local file = package.searchpath(name, package.path)
                        local place = name:gsub("%.", "/")
                        if file then print("take " .. file .. " -> lua/modules/" .. place .. (file:match("/init%.lua$") and "/init.lua" or ".lua")) end
                        local root = name:match("^[^.]+")
                        local compiled = package.searchpath(name, package.cpath)
                        if compiled then print("take " .. compiled .. " -> lua/modules/" .. place .. ".so") end
                    end
                end

            """##
        ),
        (
            "node",
            ##"""
            language node
            about Node.js; modules are packages that 'require' finds
            needs node nodejs
            run .js {script}
            run .mjs {script}
            run .cjs {script}
            front node

            probe node -
                const fs = require('fs');
                console.log(`program ${fs.realpathSync(process.execPath)} -> node/bin/node`);
                for (const folder of ['/usr/share/nodejs/undici', '/usr/share/nodejs/acorn', '/usr/share/nodejs/cjs-module-lexer'])
                    if (fs.existsSync(folder)) console.log(`take ${folder} -> ${folder.slice(1)}`);

            set NODE_PATH={root}/node/node_modules

            modules node -
                const fs = require('fs'), path = require('path');
                const global = (process.env.NODE_PATH || '').split(':').concat('/usr/share/nodejs', '/usr/lib/nodejs', '/usr/lib/node_modules', '/usr/local/lib/node_modules').filter(Boolean);
                const seen = new Map();
                function find(name, from) {
                    for (let folder = from; ; folder = path.dirname(folder)) {
                        const at = path.join(folder, 'node_modules', name);
                        if (fs.existsSync(at)) return at;
                        if (folder === '/') break;
                    }
                    return global.map(f => path.join(f, name)).find(f => fs.existsSync(f));
                }
                function add(name, from, isOptional) {
                    if (require('module').builtinModules.includes(name)) return;
                    const at = find(name, from);
                    if (!at) {
                        if (isOptional) return;
                        console.error(`there is no package '${name}' for Node.js`);
                        process.exit(1);
                    }
                    if (seen.get(name)) return;
                    seen.set(name, at);
                    let about = {};
                    try { about = JSON.parse(fs.readFileSync(path.join(at, 'package.json'))); } catch { }
                    for (const next in about.dependencies || {}) add(next, fs.realpathSync(at), true);
                }
                for (const name of process.argv.slice(2)) add(name, process.cwd(), false);
                for (const [name, at] of seen) console.log(`take ${at} -> node/node_modules/${name}`);

            """##
        ),
        (
            "perl",
            ##"""
            language perl
            about Perl with its core modules; modules are what 'use' names
            needs perl perl
            run .pl {script}
            front perl

            probe perl -
                use Config;
                my $program = $^X =~ m{^/} ? $^X : `command -v perl`; chomp $program;
                print "program $program -> perl/bin/perl\n";
                my %seen;
                for my $part ([$Config{privlibexp}, 'lib'], [$Config{archlibexp}, 'arch']) {
                    print "take $part->[0] -> perl/$part->[1]\n" unless $seen{$part->[0]}++;
                }
                # Debian's perl-base has the first of them, alone.
                for my $folder (@INC) { print "take $folder -> perl/base\n" if $folder =~ m{/perl-base$} }

            leave *.pod
            leave perl/lib/pod
            leave perl/lib/perl5db.pl
            leave perl/lib/CPAN
            leave perl/lib/Test
            leave perl/lib/TAP
            leave perl/lib/Module/CoreList*
            leave perl/lib/unicore/Name.pl
            leave perl/arch/CORE
            leave perl/arch/Encode/JP
            leave *.h
            leave *.a

            set PERL5LIB={root}/perl/modules:{root}/perl/lib:{root}/perl/arch:{root}/perl/base

            # What is loaded when they are, and is not Perl's own; the libraries of those with compiled parts too.
            modules perl -
                use Config;
                my @names = @ARGV;
                for my $name (@names) { eval "require $name; 1" or die $@ }
                require DynaLoader;
                my %own = map { $_ => 1 } grep { defined } @Config{qw(privlibexp archlibexp)};
                my @inc = sort { length $b <=> length $a } grep { !ref } @INC;
                for my $path (values %INC, @DynaLoader::dl_shared_objects) {
                    next if !defined $path || ref $path;
                    for my $folder (@inc) {
                        next unless index($path, "$folder/") == 0;
                        last if $own{$folder} || $folder =~ m{/perl-base$};
                        my $place = substr $path, length($folder) + 1;
                        # Parts that are loaded later lie in a folder of the module's name.
                        (my $more = $path) =~ s/\.pm$//;
                        print "take $path -> perl/modules/$place\n";
                        if ($path =~ /\.pm$/ && -d $more) { (my $to = $place) =~ s/\.pm$//; print "take $more -> perl/modules/$to\n" }
                        last;
                    }
                }

            """##
        ),
        (
            "php",
            ##"""
            language php
            about PHP for the command line; modules are extensions
            needs php php-cli
            run .php {script}
            front php

            probe php -n
                <?php
                echo "program ", realpath(PHP_BINARY), " -> php/bin/php\n";

            # Errors are for the log, not for the response.
            write php/conf/php.ini
                display_errors = stderr
                memory_limit = -1

            set PHPRC={root}/php/conf
            set PHP_INI_SCAN_DIR={root}/php/conf.d
            set PHP_PACKAGE={root}/php

            # Extensions, with those that they need loaded before them. Their folder is told through a variable.
            modules php --
                <?php
                $folder = ini_get("extension_dir");
                $names = array_slice($argv, 1);
                echo "write php/conf.d/00-folder.ini\n    extension_dir = \${PHP_PACKAGE}/extensions\n";
                $order = [];
                $add = function ($name) use (&$add, &$order, $folder) {
                    if (isset($order[$name]) || !file_exists("$folder/$name.so")) {
                        if (!isset($order[$name]) && !extension_loaded($name)) { fwrite(fopen("php://stderr", "w"), "there is no PHP extension '$name'\n"); exit(1); }
                        return;
                    }
                    if (extension_loaded($name)) {
                        foreach ((new ReflectionExtension($name))->getDependencies() as $other => $how) if (stripos($how, "required") === 0) $add(strtolower($other));
                    }
                    $order[$name] = true;
                };
                foreach ($names as $name) { if ($name === "pdo_sqlite" || strpos($name, "pdo_") === 0) $add("pdo"); $add($name); }
                $number = 10;
                foreach (array_keys($order) as $name) {
                    echo "take $folder/$name.so -> php/extensions/$name.so\n";
                    $kind = $name === "opcache" || $name === "xdebug" ? "zend_extension" : "extension";
                    echo "write php/conf.d/", $number++, "-$name.ini\n    $kind = $name.so\n";
                }

            """##
        ),
        (
            "python",
            ##"""
            # CPython: Debian's, or one that was built from source, also in a virtual environment.
            language python
            about Python with its standard library; modules are what 'import' names
            needs python3 python3
            run .py -u {script}
            front python3

            probe python3 -
                import os, sys, sysconfig
                program = os.path.realpath(sys.executable)
                lib = sysconfig.get_path("stdlib")
                version = "python%d.%d" % sys.version_info[:2]
                print("program %s -> python/bin/%s" % (program, version))
                print("take %s -> python/lib/%s" % (os.path.realpath(lib), version))
                platform = sysconfig.get_path("platstdlib")
                if os.path.realpath(platform) != os.path.realpath(lib) and os.path.isdir(platform + "/lib-dynload"):
                    print("take %s/lib-dynload -> python/lib/%s/lib-dynload" % (platform, version))
                # provided.al2023 has no time zones.
                if os.path.isdir("/usr/share/zoneinfo"):
                    print("take /usr/share/zoneinfo -> python/zoneinfo")
                    print("set PYTHONTZPATH={root}/python/zoneinfo")

            leave python/zoneinfo/posix
            leave python/zoneinfo/right
            leave python/lib/python3*/test
            leave python/lib/python3*/*/test
            leave python/lib/python3*/*/tests
            leave python/lib/python3*/idlelib
            leave python/lib/python3*/tkinter
            leave python/lib/python3*/turtledemo
            leave python/lib/python3*/ensurepip
            leave python/lib/python3*/lib2to3
            leave python/lib/python3*/pydoc_data
            leave python/lib/python3*/config-*
            leave python/lib/python3*/site-packages
            leave python/lib/python3*/dist-packages
            leave python/lib/python3*/lib-dynload/_tkinter*
            leave python/lib/python3*/lib-dynload/_test*
            leave python/lib/python3*/lib-dynload/_xxtestfuzz*
            leave python/lib/python3*/lib-dynload/_ctypes_test*
            leave python/modules/*/tests
            leave python/modules/*/*/tests
            leave *.pyi
            leave *.opt-[12].pyc
            leave *.a

            set PYTHONHOME={root}/python
            set PYTHONPATH={root}/python/modules

            # The module, what it imports, and what its distribution says that it needs.
            modules python3 -
                import importlib, importlib.metadata as metadata, os, re, sys, sysconfig
                own = [os.path.realpath(sysconfig.get_path(key)) for key in ("stdlib", "platstdlib")]
                before = set(sys.modules)
                for name in sys.argv[1:]:
                    importlib.import_module(name)
                wanted = {name.split(".")[0] for name in set(sys.modules) - before} | {n.split(".")[0] for n in sys.argv[1:]}
                distributions = metadata.packages_distributions()
                def requires(distribution, seen):
                    if distribution in seen: return seen
                    seen.add(distribution)
                    try: lines = metadata.requires(distribution) or []
                    except metadata.PackageNotFoundError: return seen
                    for line in lines:
                        if "extra ==" not in line:
                            requires(re.match(r"[A-Za-z0-9._-]+", line).group(), seen)
                    return seen
                needed = set()
                for name in wanted:
                    for distribution in distributions.get(name, []): requires(distribution, needed)
                wanted |= {name for name, of in distributions.items() if needed & set(of)}
                taken = {}
                for name in sorted(wanted):
                    if name in sys.builtin_module_names or not re.match(r"\w+$", name): continue
                    try: spec = importlib.util.find_spec(name)
                    except Exception: continue
                    if spec is None: continue
                    if name.startswith("_") and not distributions.get(name) and spec.origin is None: continue
                    paths = list(spec.submodule_search_locations or []) or [spec.origin or ""]
                    for path in paths:
                        real = os.path.realpath(path)
                        folder = os.path.dirname(real)
                        if not os.path.exists(real) or "site-packages" not in real and "dist-packages" not in real and any(real.startswith(o + "/") for o in own): continue
                        taken[path] = os.path.basename(path)
                        for beside in (os.path.basename(path) + ".libs",):
                            if os.path.isdir(os.path.join(folder, beside)): taken[os.path.join(folder, beside)] = beside
                for path, place in sorted(taken.items()): print("take %s -> python/modules/%s" % (path, place))
                for distribution in sorted(needed):
                    try: path = metadata.distribution(distribution)._path
                    except Exception: continue
                    print("take %s -> python/modules/%s" % (path, os.path.basename(str(path))))

            """##
        ),
        (
            "r",
            ##"""
            # R as Debian, conda, rig or its own build have it.
            language r
            about R with its base packages; modules are R packages, and 'internet' for url()
            needs Rscript r-base-core
            run .R --no-echo --no-restore --file={script} --args
            run .r --no-echo --no-restore --file={script} --args
            front Rscript

            probe Rscript --vanilla -
                home <- R.home()
                cat("program ", home, "/bin/exec/R -> r/bin/exec/R\n", sep = "")
                cat("take ", home, "/etc -> r/etc\n", sep = "")
                cat("take ", home, "/modules/lapack.so -> r/modules/lapack.so\n", sep = "")
                for (package in c("base", "compiler", "datasets", "graphics", "grDevices", "methods", "parallel", "splines", "stats", "stats4", "tools", "utils"))
                    cat("take ", find.package(package), " -> r/library/", package, "\n", sep = "")

            # Drawing through cairo needs a hundred libraries of a desktop.
            leave r/library/grDevices/libs/cairo.so
            leave r/library/*/help
            leave r/library/*/html
            leave r/library/*/doc
            leave r/library/*/demo
            leave r/library/*/tests
            leave r/library/*/po
            leave r/library/*/include
            leave r/library/*/examples
            leave r/library/*/INDEX
            leave r/library/*/NEWS*

            # The path of 'which' is built into R. provided.al2023 does not have it, and without it the package utils does not load.
            write r/profile.R
                local({
                    which <- function(names) vapply(names, function(name) {
                        found <- if (grepl("/", name)) name else file.path(strsplit(Sys.getenv("PATH"), ":")[[1]], name)
                        found <- found[file.access(found, 1) == 0]
                        if (length(found)) found[[1]] else ""
                    }, "")
                    environment(which) <- baseenv()
                    unlockBinding("Sys.which", baseenv())
                    assign("Sys.which", which, baseenv())
                    lockBinding("Sys.which", baseenv())
                })

            set R_HOME={root}/r
            set R_PROFILE={root}/r/profile.R
            set R_LIBS_SITE={root}/r/library

            modules Rscript --vanilla -
                # url() and download.file() are a part of R, but one with thirty libraries: --language-module internet.
                wanted <- setdiff(commandArgs(TRUE), "internet")
                if ("internet" %in% commandArgs(TRUE))
                    cat("take ", R.home("modules"), "/internet.so -> r/modules/internet.so\n", sep = "")
                db <- installed.packages()
                missing <- setdiff(wanted, rownames(db))
                if (length(missing)) { message("there is no R package called ", paste(sQuote(missing, FALSE), collapse = ", ")); quit(status = 1) }
                needed <- unique(c(wanted, unlist(tools::package_dependencies(wanted, db, c("Depends", "Imports"), recursive = TRUE))))
                base <- rownames(db)[db[, "Priority"] %in% "base"]
                for (package in setdiff(needed, c(base, "R"))) cat("take ", find.package(package), " -> r/library/", package, "\n", sep = "")

            """##
        ),
        (
            "ruby",
            ##"""
            language ruby
            about Ruby with its standard library; modules are what 'require' names
            needs ruby ruby
            run .rb {script}
            front ruby

            probe ruby --disable-gems -
                require "rbconfig"
                config = RbConfig::CONFIG
                puts "program #{File.realpath(RbConfig.ruby)} -> ruby/bin/ruby"
                puts "take #{config["rubylibdir"]} -> ruby/lib"
                puts "take #{config["rubyarchdir"]} -> ruby/arch" unless config["rubyarchdir"].start_with?(config["rubylibdir"] + "/")
                puts "set RUBYLIB={root}/ruby/modules:{root}/ruby/lib:{root}/ruby/arch:{root}/ruby/lib/#{config["arch"]}"
                # Debian has rubygems beside it.
                gems = $:.map { |f| "#{f}/rubygems" }.find { |f| File.exist?("#{f}.rb") }
                if gems && !gems.start_with?(config["rubylibdir"])
                  puts "take #{gems} -> ruby/modules/rubygems", "take #{gems}.rb -> ruby/modules/rubygems.rb"
                end

            leave ruby/lib/rdoc
            leave ruby/lib/irb
            leave ruby/lib/ri
            leave ruby/lib/bundler
            leave ruby/lib/ruby_vm
            leave ruby/modules/*/test
            leave ruby/modules/*/spec
            leave *.h
            leave *.a

            modules ruby -
                before = $LOADED_FEATURES.dup
                ARGV.each { |name| require name }
                own = [RbConfig::CONFIG["rubylibdir"], RbConfig::CONFIG["rubyarchdir"]]
                taken = {}
                Gem.loaded_specs.each_value do |spec|
                  next if spec.default_gem?
                  spec.full_require_paths.each { |folder| taken[folder] = "" if File.directory?(folder) && !own.include?(folder) && folder.start_with?(spec.full_gem_path) || folder.include?("/extensions/") }
                end
                folders = $LOAD_PATH.sort_by { |f| -f.length }
                ($LOADED_FEATURES - before).each do |file|
                  folder = folders.find { |f| file.start_with?(f + "/") } or next
                  next if own.any? { |o| file.start_with?(o + "/") } || taken.key?(folder)
                  taken[file] = file.delete_prefix(folder + "/")
                  more = file.delete_suffix(".rb")
                  taken[more] = more.delete_prefix(folder + "/") if file.end_with?(".rb") && File.directory?(more)
                end
                taken.each { |path, place| puts "take #{path} -> ruby/modules" + (place.empty? ? "" : "/#{place}") }

            """##
        ),
        (
            "tcl",
            ##"""
            language tcl
            about Tcl with its library; modules are what 'package require' names
            needs tclsh tcl
            run .tcl {script}
            front tclsh

            probe tclsh
                set program [file normalize [info nameofexecutable]]
                while {[file type $program] eq "link"} { set program [file normalize [file join [file dirname $program] [file readlink $program]]] }
                puts "program $program -> tcl/bin/tclsh"
                puts "take $tcl_library -> tcl/library"

            leave tcl/library/msgs
            leave tcl/library/tzdata

            set TCL_LIBRARY={root}/tcl/library
            set TCLLIBPATH={root}/tcl/modules

            modules tclsh /dev/stdin
                foreach name $argv { package require $name }
                set own [file dirname $tcl_library]
                foreach name [package names] {
                    if {[catch {package present $name} version] || $name in {Tcl zlib TclOO tcl::tommath oo}} continue
                    foreach word [string map {"\{" " " "\}" " " "\[" " " "\]" " " ";" " "} [package ifneeded $name $version]] {
                        if {[string index $word 0] ne "/" || ![file exists $word]} continue
                        set folder [expr {[file isdirectory $word] ? $word : [file dirname $word]}]
                        if {[string match $tcl_library* $folder]} continue
                        if {[file exists [file join $folder pkgIndex.tcl]]} { set take($folder) [file tail $folder] }
                    }
                }
                foreach folder [array names take] { puts "take $folder -> tcl/modules/$take($folder)" }

            """##
        ),
    ]
}
