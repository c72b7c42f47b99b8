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
            start java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC

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

            # The archives that the manifest of a .jar names, where they lie from it.
            default-modules sh -s
                look() {
                    # A line of a manifest goes on in the next that begins with a blank.
                    unzip -p "$1" META-INF/MANIFEST.MF 2>/dev/null | tr -d '\r' |
                        awk '/^ / { line = line substr($0, 2); next } { print line; line = $0 } END { print line }' |
                        sed -n 's/^Class-Path: *//p' | tr ' ' '\n' | while read -r name; do
                        case $name in '' | /* | *:* | ../*) continue ;; esac
                        [ -e "${1%/*}/$name" ] || continue
                        case " $seen " in *" $name "*) continue ;; esac
                        seen="$seen $name"
                        echo "take ${1%/*}/$name -> $name"
                        case $name in *.jar) look "${1%/*}/$name" ;; esac
                    done
                }
                seen=${1##*/}
                case $1 in *.jar) look "$1" ;; esac

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
            start julia --startup-file=no --history-file=no

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
            start lua
            start lua5.[0-9]

            probe lua -
                local version = _VERSION:match("%d.%d"):gsub("%.", "_")
                local pipe = io.popen("readlink -f \"$(command -v '" .. arg[-1] .. "')\"")
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

            # What the script requires, as far as it is here.
            default-modules lua -
                local seen, folder = {}, arg[1]:match("^(.*)/") or "."
                local function look(path)
                    local file = io.open(path)
                    if not file then return end
                    local text = file:read("a")
                    file:close()
                    for name in text:gmatch("require%s*%(?%s*[\"']([%w_.-]+)[\"']") do
                        if not seen[name] and not package.loaded[name] then
                            seen[name] = true
                            local own = folder .. "/" .. name:gsub("%.", "/") .. ".lua"
                            local beside = io.open(own)
                            if beside then
                                beside:close()
                                print("take " .. own .. " -> lua/modules/" .. name:gsub("%.", "/") .. ".lua")
                                look(own)
                            elseif pcall(require, name) then
                                print("module " .. name)
                            end
                        end
                    end
                end
                look(arg[1])

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
            start node
            start nodejs

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

            # What the script requires or imports: files beside it, and packages, those of its own node_modules too.
            default-modules node -
                const fs = require('fs'), path = require('path'), { builtinModules } = require('module');
                const script = process.argv[2], folder = path.dirname(script);
                const global = (process.env.NODE_PATH || '').split(':').concat('/usr/share/nodejs', '/usr/lib/nodejs', '/usr/lib/node_modules', '/usr/local/lib/node_modules').filter(Boolean);
                const seen = new Set(), files = [script];
                const isFile = at => fs.existsSync(at) && fs.statSync(at).isFile();
                while (files.length) {
                    const file = files.pop();
                    const text = fs.readFileSync(file, 'utf8');
                    for (const found of text.matchAll(/(?:\brequire\s*\(|\bfrom|\bimport\s*\(?)\s*['"]([^'"]+)['"]/g)) {
                        const name = found[1];
                        if (name.startsWith('.')) {
                            const base = path.resolve(path.dirname(file), name);
                            const at = ['', '.js', '.mjs', '.cjs', '.json', '/index.js'].map(e => base + e).find(isFile);
                            if (!at || seen.has(at) || path.relative(folder, at).startsWith('..')) continue;
                            seen.add(at);
                            console.log(`take ${at} -> ${path.relative(folder, at)}`);
                            if (!at.endsWith('.json')) files.push(at);
                            continue;
                        }
                        const top = name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/');
                        if (seen.has(top) || name.startsWith('node:') || builtinModules.includes(top)) continue;
                        seen.add(top);
                        // A package of the script's own folder comes with all that lies beside it, where it looks for what it needs.
                        if (fs.existsSync(path.join(folder, 'node_modules', top))) {
                            if (!seen.has('node_modules')) console.log(`take ${path.join(folder, 'node_modules')} -> node_modules`);
                            seen.add('node_modules');
                        } else if (global.some(f => fs.existsSync(path.join(f, top)))) console.log(`module ${top}`);
                    }
                }
                const about = path.join(folder, 'package.json');
                if (isFile(about)) console.log(`take ${about} -> package.json`);

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
            start perl
            start perl5.*

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

            # What the script names by 'use' and 'require', as far as it is here.
            default-modules perl -
                use Config;
                open my $script, '<', $ARGV[0] or exit;
                my %seen;
                while (<$script>) {
                    last if /^__(END|DATA)__$/;
                    next unless /^\s*(?:use|require)\s+([A-Z]\w*(?:::\w+)*)/ && !$seen{$1}++;
                    my $name = $1;
                    next unless eval "require $name; 1";
                    (my $file = "$name.pm") =~ s{::}{/}g;
                    print "module $name\n" unless index($INC{$file}, "$Config{privlibexp}/") == 0 || index($INC{$file}, "$Config{archlibexp}/") == 0 || $INC{$file} =~ m{/perl-base/};
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
            start php
            start php[0-9]*

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

            # The extensions whose functions and classes the script names.
            default-modules php --
                <?php
                $folder = ini_get("extension_dir");
                $found = [];
                foreach (token_get_all((string) file_get_contents($argv[1])) as $token) {
                    if (!is_array($token) || !in_array($token[0], [T_STRING, T_NAME_FULLY_QUALIFIED])) continue;
                    $name = ltrim($token[1], "\\");
                    $extension = function_exists($name) ? (new ReflectionFunction($name))->getExtensionName()
                        : (class_exists($name, false) ? (new ReflectionClass($name))->getExtensionName() : "");
                    if ($extension && file_exists("$folder/" . strtolower($extension) . ".so")) $found[strtolower($extension)] = true;
                }
                foreach (array_keys($found) as $name) echo "module $name\n";

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
            start python3
            start python3.[0-9]*
            start python

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

            # What the script imports, as far as it is here; of what lies beside the script, the files.
            default-modules python3 -
                import ast, functools, importlib.util, importlib.metadata as metadata, os, re, sys
                script = sys.argv[1]
                folder = os.path.dirname(script)
                @functools.lru_cache(maxsize=1)
                def tree(path):
                    try: return list(ast.walk(ast.parse(open(path, "rb").read())))
                    except (SyntaxError, ValueError, OSError): return []
                def normal(distribution): return re.sub(r"[-_.]+", "-", distribution).lower()
                # A script that setuptools made names a distribution and imports nothing of it.
                def distributions(path):
                    for node in tree(path):
                        if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "__requires__" for t in node.targets): values = ast.walk(node.value)
                        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in ("distribution", "get_distribution", "load_entry_point", "require", "version"): values = node.args[:1]
                        else: continue
                        for value in values:
                            found = isinstance(value, ast.Constant) and isinstance(value.value, str) and re.match(r"[A-Za-z0-9._-]+", value.value)
                            if found: yield normal(found.group())
                named = set(distributions(script))
                if named:
                    for module, of in metadata.packages_distributions().items():
                        if "/" not in module and named & set(map(normal, of)): print("module %s" % module)
                def imports(path):
                    for node in tree(path):
                        if isinstance(node, ast.Import): yield from (alias.name for alias in node.names)
                        elif isinstance(node, ast.ImportFrom) and node.module and not node.level: yield node.module
                seen, paths = set(), [script]
                while paths:
                    for name in imports(paths.pop()):
                        name = name.split(".")[0]
                        if name in seen or name in sys.stdlib_module_names: continue
                        seen.add(name)
                        own = [os.path.join(folder, name + ".py"), os.path.join(folder, name)]
                        beside = next((path for path in own if os.path.exists(path)), None)
                        if beside and not folder.endswith("/bin"):
                            print("take %s -> %s" % (beside, os.path.basename(beside)))
                            if os.path.isfile(beside): paths.append(beside)
                            else: paths += [os.path.join(at, file) for at, _, files in os.walk(beside) for file in files if file.endswith(".py")]
                            continue
                        try: importlib.import_module(name)
                        except Exception: continue
                        print("module %s" % name)

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
            start Rscript --no-echo --no-restore
            start R --no-restore

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

            # What the script names by library(), require() and ::, as far as it is here.
            default-modules Rscript --vanilla -
                found <- character()
                walk <- function(x) {
                    if (is.call(x)) {
                        name <- if (is.name(x[[1]])) as.character(x[[1]]) else ""
                        if (name %in% c("library", "require", "requireNamespace", "loadNamespace", "::", ":::") && length(x) > 1 && (is.name(x[[2]]) || is.character(x[[2]])))
                            found <<- c(found, as.character(x[[2]]))
                        if (name %in% c("url", "download.file")) found <<- c(found, "internet")
                        for (part in as.list(x)) if (!missing(part)) walk(part)
                    } else if (is.expression(x) || is.pairlist(x)) for (part in as.list(x)) if (!missing(part)) walk(part)
                }
                walk(tryCatch(parse(commandArgs(TRUE)[1], keep.source = FALSE), error = function(e) expression()))
                db <- installed.packages()
                base <- rownames(db)[db[, "Priority"] %in% "base"]
                for (name in unique(found)) if (name == "internet" || name %in% rownames(db) && !name %in% base) cat("module ", name, "\n", sep = "")

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
            start ruby
            start ruby[0-9]*

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

            # What the script requires, as far as it is here; by require_relative, the files.
            default-modules ruby -
                seen = {}
                own = [RbConfig::CONFIG["rubylibdir"], RbConfig::CONFIG["rubyarchdir"]]
                look = lambda do |path, place|
                  next if seen[path]
                  seen[path] = true
                  File.foreach(path, encoding: "UTF-8") do |line|
                    line = line.scrub
                    break if line.start_with?("__END__")
                    case line
                    when /^\s*require\s*\(?\s*["']([^"'#]+)["']/
                      name = $1
                      next if seen[name]
                      seen[name] = true
                      begin
                        before = $LOADED_FEATURES.dup
                        require name
                        puts "module #{name}" if ($LOADED_FEATURES - before).any? { |f| own.none? { |o| f.start_with?(o + "/") } }
                      rescue LoadError, StandardError
                      end
                    when /^\s*require_relative\s*\(?\s*["']([^"'#]+)["']/
                      name = $1.end_with?(".rb") ? $1 : "#{$1}.rb"
                      at = File.expand_path(name, File.dirname(path))
                      to = File.join(File.dirname(place), name).delete_prefix("./")
                      if File.file?(at) && !to.start_with?("../")
                        puts "take #{at} -> #{to}"
                        look.call(at, to)
                      end
                    end
                  end
                end
                look.call(ARGV[0], File.basename(ARGV[0]))

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
            start tclsh
            start tclsh[0-9]*

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

            # What the script requires, as far as it is here.
            default-modules tclsh /dev/stdin
                set file [open [lindex $argv 0]]
                set found {}
                foreach line [split [read $file] "\n"] {
                    if {[regexp {package\s+require\s+(?:-exact\s+)?([A-Za-z][\w:]*)} $line -> name] && $name ni $found && ![catch {package require $name}]} {
                        lappend found $name
                        puts "module $name"
                    }
                }

            """##
        ),
    ]
}
