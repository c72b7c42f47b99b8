import Foundation

/// How programs are told that their files are elsewhere: a table of folders and variables.
///
/// Each variable is documented by its program: in its man page, or in its manual's chapter on the environment.
enum Relocations {
    /// One folder or file that a variable can move.
    struct Row: Sendable {
        let variable: String
        /// A pattern for the folder or file, a component at a time; what comes before a `|` is the value, else all of
        /// it.
        let pattern: String
        /// How the value is made; `{}` is what was matched, below the package's folder.
        var value = "{}"
        /// What joins several values; `nil` where the variable takes one, which is then the first.
        var joined: String? = nil
    }

    /// The table; rows of one variable make its value in this order.
    static let rows: [Row] = [
        // file(1), libmagic(3)
        Row(variable: "MAGIC", pattern: "/etc/magic", joined: ":"),
        Row(variable: "MAGIC", pattern: "/usr/share/misc/magic*", joined: ":"),
        Row(variable: "MAGIC", pattern: "/usr/lib/file/magic*", joined: ":"),
        // openssl(7), SSL_CTX_load_verify_locations(3), curl(1), git(1)
        Row(variable: "SSL_CERT_FILE", pattern: "/etc/ssl/certs/ca-certificates.crt"),
        Row(variable: "SSL_CERT_FILE", pattern: "/usr/lib/ssl/cert.pem"),
        Row(variable: "SSL_CERT_DIR", pattern: "/etc/ssl/certs"),
        Row(variable: "SSL_CERT_DIR", pattern: "/usr/lib/ssl/certs"),
        Row(variable: "CURL_CA_BUNDLE", pattern: "/etc/ssl/certs/ca-certificates.crt"),
        Row(variable: "GIT_SSL_CAINFO", pattern: "/etc/ssl/certs/ca-certificates.crt"),
        Row(variable: "OPENSSL_CONF", pattern: "/usr/lib/ssl/openssl.cnf"),
        Row(variable: "OPENSSL_CONF", pattern: "/etc/ssl/openssl.cnf"),
        Row(variable: "OPENSSL_MODULES", pattern: "/usr/lib/*/ossl-modules"),
        Row(variable: "OPENSSL_ENGINES", pattern: "/usr/lib/*/engines-*"),
        // perlrun(1)
        Row(variable: "PERL5LIB", pattern: "/etc/perl", joined: ":"),
        Row(variable: "PERL5LIB", pattern: "/usr/local/lib/*/perl/*", joined: ":"),
        Row(variable: "PERL5LIB", pattern: "/usr/local/share/perl/*", joined: ":"),
        Row(variable: "PERL5LIB", pattern: "/usr/lib/*/perl5/*", joined: ":"),
        Row(variable: "PERL5LIB", pattern: "/usr/share/perl5", joined: ":"),
        Row(variable: "PERL5LIB", pattern: "/usr/lib/*/perl-base", joined: ":"),
        Row(variable: "PERL5LIB", pattern: "/usr/lib/*/perl/*", joined: ":"),
        Row(variable: "PERL5LIB", pattern: "/usr/share/perl/*", joined: ":"),
        // python3(1)
        Row(variable: "PYTHONHOME", pattern: "/usr|/lib/python3*"),
        Row(variable: "PYTHONHOME", pattern: "/usr/local|/lib/python3*"),
        // ruby(1)
        Row(variable: "RUBYLIB", pattern: "/usr/local/lib/site_ruby/*", joined: ":"),
        Row(variable: "RUBYLIB", pattern: "/usr/lib/ruby/vendor_ruby", joined: ":"),
        Row(variable: "RUBYLIB", pattern: "/usr/lib/*/ruby/vendor_ruby/*", joined: ":"),
        Row(variable: "RUBYLIB", pattern: "/usr/lib/ruby/[0-9]*", joined: ":"),
        Row(variable: "RUBYLIB", pattern: "/usr/lib/*/ruby/[0-9]*", joined: ":"),
        Row(variable: "GEM_PATH", pattern: "/usr/share/rubygems-integration/*", joined: ":"),
        Row(variable: "GEM_PATH", pattern: "/usr/lib/*/rubygems-integration/*", joined: ":"),
        Row(variable: "GEM_PATH", pattern: "/var/lib/gems/*", joined: ":"),
        Row(variable: "GEM_PATH", pattern: "/usr/lib/ruby/gems/*", joined: ":"),
        // lua(1)
        Row(variable: "LUA_PATH", pattern: "/usr/share/lua/*", value: "{}/?.lua;{}/?/init.lua", joined: ";"),
        Row(variable: "LUA_CPATH", pattern: "/usr/lib/*/lua/*", value: "{}/?.so", joined: ";"),
        // tclsh(1), Tcl's library(n)
        Row(variable: "TCL_LIBRARY", pattern: "/usr/share/tcltk/tcl[0-9]*"),
        Row(variable: "TCL8_6_TM_PATH", pattern: "/usr/share/tcltk/tcl8.6/tcl8", joined: ":"),
        Row(variable: "TCLLIBPATH", pattern: "/usr/share/tcltk/tcllib*", joined: " "),
        // Rakudo's "Running Raku", environment variables
        Row(variable: "NQP_HOME", pattern: "/usr/share/nqp"),
        Row(variable: "RAKUDO_HOME", pattern: "/usr/lib/perl6"),
        Row(variable: "RAKUDO_HOME", pattern: "/usr/share/perl6"),
        // Open Babel's "Configuration", environment variables
        Row(variable: "BABEL_DATADIR", pattern: "/usr/share/openbabel/*"),
        Row(variable: "BABEL_LIBDIR", pattern: "/usr/lib/*/openbabel/*"),
        // gst-launch-1.0(1)
        Row(variable: "GST_PLUGIN_SYSTEM_PATH_1_0", pattern: "/usr/lib/*/gstreamer-1.0", joined: ":"),
        Row(
            variable: "GST_PLUGIN_SCANNER_1_0",
            pattern: "/usr/lib/*/gstreamer1.0/gstreamer-1.0/gst-plugin-scanner"
        ),
        // "Running GIO applications", environment variables
        Row(variable: "GIO_MODULE_DIR", pattern: "/usr/lib/*/gio/modules"),
        // Vim's starting.txt, $VIMRUNTIME
        Row(variable: "VIMRUNTIME", pattern: "/usr/share/vim/vim[0-9]*"),
        // php(1)
        Row(variable: "PHPRC", pattern: "/etc/php/*/cli"),
        // R(1), Rscript(1)
        Row(variable: "R_HOME", pattern: "/usr/lib/R"),
        Row(variable: "RHOME", pattern: "/usr/lib/R"),
        Row(variable: "R_SHARE_DIR", pattern: "/usr/share/R/share"),
        Row(variable: "R_LIBS_SITE", pattern: "/usr/local/lib/R/site-library", joined: ":"),
        Row(variable: "R_LIBS_SITE", pattern: "/usr/lib/R/site-library", joined: ":"),
        // octave(1)
        Row(variable: "OCTAVE_HOME", pattern: "/usr|/share/octave"),
        Row(variable: "OCTAVE_EXEC_HOME", pattern: "/usr|/libexec/octave"),
        Row(variable: "OCTAVE_EXEC_HOME", pattern: "/usr|/lib/*/octave"),
        // swipl(1), guile(1), sbcl(1), maxima(1), gforth(1), ocaml(1), gp(1)
        Row(variable: "SWI_HOME_DIR", pattern: "/usr/lib/swi-prolog"),
        Row(variable: "GUILE_LOAD_PATH", pattern: "/usr/share/guile/*", joined: ":"),
        Row(variable: "GUILE_LOAD_COMPILED_PATH", pattern: "/usr/lib/*/guile/*/ccache", joined: ":"),
        Row(variable: "SBCL_HOME", pattern: "/usr/lib/sbcl"),
        Row(variable: "MAXIMA_PREFIX", pattern: "/usr|/lib/maxima"),
        Row(variable: "GFORTHPATH", pattern: "/usr/lib/*/gforth/[0-9]*", joined: ":"),
        Row(variable: "OCAMLLIB", pattern: "/usr/lib/ocaml"),
        Row(variable: "GP_DATA_DIR", pattern: "/usr/share/pari"),
        // gs(1)
        Row(variable: "GS_LIB", pattern: "/usr/share/ghostscript/*/Resource/Init", joined: ":"),
        Row(variable: "GS_LIB", pattern: "/usr/share/ghostscript/*/lib", joined: ":"),
        Row(variable: "GS_LIB", pattern: "/usr/share/ghostscript/*/Resource/Font", joined: ":"),
        Row(variable: "GS_LIB", pattern: "/usr/share/ghostscript/*/Resource|/[A-Z]*", joined: ":"),
        Row(variable: "GS_LIB", pattern: "/usr/share/ghostscript/*|/iccprofiles", joined: ":"),
        Row(variable: "GS_LIB", pattern: "/var/lib/ghostscript/fonts", joined: ":"),
        Row(variable: "GS_LIB", pattern: "/usr/share/fonts/*/gsfonts", joined: ":"),
        Row(variable: "GS_LIB", pattern: "/usr/share/fonts/*/urw-base35", joined: ":"),
        // tesseract(1)
        Row(variable: "TESSDATA_PREFIX", pattern: "/usr/share/tesseract-ocr/*/tessdata"),
        Row(variable: "TESSDATA_PREFIX", pattern: "/usr/share/tessdata"),
        // ImageMagick, "Resources": environment variables
        Row(variable: "MAGICK_CONFIGURE_PATH", pattern: "/etc/ImageMagick-*", joined: ":"),
        Row(variable: "MAGICK_CONFIGURE_PATH", pattern: "/usr/share/ImageMagick-*", joined: ":"),
        Row(variable: "MAGICK_CONFIGURE_PATH", pattern: "/usr/lib/*/ImageMagick-*/config*", joined: ":"),
        Row(variable: "MAGICK_CODER_MODULE_PATH", pattern: "/usr/lib/*/ImageMagick-*/modules-*/coders"),
        Row(variable: "MAGICK_CODER_FILTER_PATH", pattern: "/usr/lib/*/ImageMagick-*/modules-*/filters"),
        // fonts.conf(5): all its paths below another root
        Row(variable: "FONTCONFIG_SYSROOT", pattern: "|/etc/fonts"),
        Row(variable: "FONTCONFIG_SYSROOT", pattern: "|/usr/share/fonts"),
        Row(variable: "FONTCONFIG_SYSROOT", pattern: "|/usr/share/fontconfig"),
        Row(variable: "FONTCONFIG_SYSROOT", pattern: "|/usr/local/share/fonts"),
        // dot(1), gnuplot(1)
        Row(variable: "GVBINDIR", pattern: "/usr/lib/*/graphviz"),
        Row(variable: "GNUPLOT_PS_DIR", pattern: "/usr/share/gnuplot/*/PostScript"),
        Row(variable: "GNUPLOT_PS_DIR", pattern: "/usr/share/gnuplot/gnuplot/*/PostScript"),
        Row(variable: "GNUPLOT_DRIVER_DIR", pattern: "/usr/lib/gnuplot"),
        // gcc(1)
        Row(variable: "GCC_EXEC_PREFIX", pattern: "/usr/lib/gcc", value: "{}/"),
        // git(1)
        Row(variable: "GIT_EXEC_PATH", pattern: "/usr/lib/git-core"),
        Row(variable: "GIT_TEMPLATE_DIR", pattern: "/usr/share/git-core/templates"),
        // proj(1), gdal, ffmpeg(1), units(1), espeak-ng(1), hunspell(1), cowsay(6), figlet(6), aspell(1), groff(1), gawk(1)
        Row(variable: "PROJ_LIB", pattern: "/usr/share/proj"),
        Row(variable: "GDAL_DATA", pattern: "/usr/share/gdal"),
        Row(variable: "FFMPEG_DATADIR", pattern: "/usr/share/ffmpeg"),
        Row(variable: "UNITSFILE", pattern: "/usr/share/units/definitions.units"),
        Row(variable: "ESPEAK_DATA_PATH", pattern: "/usr/lib/*|/espeak-ng-data"),
        Row(variable: "DICPATH", pattern: "/usr/share/hunspell", joined: ":"),
        Row(variable: "COWPATH", pattern: "/usr/share/cowsay/cows", joined: ":"),
        Row(variable: "FIGLET_FONTDIR", pattern: "/usr/share/figlet"),
        Row(variable: "ASPELL_CONF", pattern: "/usr/lib/aspell", value: "data-dir {};dict-dir {}"),
        Row(variable: "GROFF_BIN_PATH", pattern: "/usr/bin|/troff"),
        Row(variable: "GROFF_BIN_PATH", pattern: "/usr/bin|/gro[a-z]*"),
        Row(variable: "GROFF_TMAC_PATH", pattern: "/usr/share/groff/*/tmac", joined: ":"),
        Row(variable: "GROFF_FONT_PATH", pattern: "/usr/share/groff/*/font", joined: ":"),
        Row(variable: "AWKPATH", pattern: "/usr/share/awk", joined: ":"),
        // xmlcatalog(1), update-mime-database(1), gdk-pixbuf-query-loaders(1)
        Row(variable: "XML_CATALOG_FILES", pattern: "/etc/xml/catalog"),
        Row(variable: "XDG_DATA_DIRS", pattern: "/usr/share|/mime", joined: ":"),
        Row(variable: "GDK_PIXBUF_MODULEDIR", pattern: "/usr/lib/*/gdk-pixbuf-2.0/*/loaders"),
        // terminfo(5), tzset(3), iconv_open(3), locale(7)
        Row(variable: "TERMINFO_DIRS", pattern: "/usr/share/terminfo", joined: ":"),
        Row(variable: "TERMINFO_DIRS", pattern: "/lib/terminfo", joined: ":"),
        Row(variable: "TERMINFO_DIRS", pattern: "/usr/lib/terminfo", joined: ":"),
        Row(variable: "TERMINFO_DIRS", pattern: "/etc/terminfo", joined: ":"),
        Row(variable: "TZDIR", pattern: "/usr/share/zoneinfo"),
        // Go's package time, Python's module zoneinfo
        Row(variable: "ZONEINFO", pattern: "/usr/share/zoneinfo"),
        Row(variable: "PYTHONTZPATH", pattern: "/usr/share/zoneinfo"),
        Row(variable: "GCONV_PATH", pattern: "/usr/lib/*/gconv"),
        Row(variable: "LOCPATH", pattern: "/usr/lib/locale"),
    ]

    /// What a row says about a path.
    struct Match: Equatable, Sendable {
        /// What becomes the variable's value.
        let folder: String
        /// The part of the path that the whole pattern matches.
        let matched: String
    }

    /// The variables that lead to files which are asked for by absolute names.
    ///
    /// - Parameters:
    ///   - paths: The absolute names.
    ///   - set: Names of variables that the user sets, which are left alone.
    /// - Returns: The variables, sorted.
    static func variables(for paths: [String], set: Set<String>) -> [PackVariable] {
        var values: [String: [String]] = [:]
        var joins: [String: String] = [:]
        for row in rows where !set.contains(row.variable) {
            for folder in paths.compactMap({ match(row.pattern, $0)?.folder }) {
                let value = row.value.replacing("{}", with: "$LAMBDA_TASK_ROOT" + folder)
                if values[row.variable]?.contains(value) != true { values[row.variable, default: []].append(value) }
                joins[row.variable] = row.joined
            }
        }
        return values.sorted { $0.key < $1.key }.map { name, values in
            PackVariable(name: name, value: joins[name].map { values.joined(separator: $0) } ?? values[0])
        }
    }

    /// What the matching patterns take of a path.
    static func matched(_ path: String) -> [String] { rows.compactMap { match($0.pattern, path)?.matched } }

    /// What a pattern takes of a path; `nil` where it is not below the pattern.
    static func match(_ pattern: String, _ path: String) -> Match? {
        let halves = pattern.split(separator: "|", omittingEmptySubsequences: false)
        let head = halves[0].split(separator: "/")
        let parts = head + (halves.count > 1 ? halves[1].split(separator: "/") : [])
        let own = path.split(separator: "/")
        guard own.count >= parts.count,
            zip(parts, own).allSatisfy({ fnmatch(String($0), String($1), 0) == 0 })
        else { return nil }
        func start(_ count: Int) -> String { own.prefix(count).map { "/" + $0 }.joined() }
        return Match(folder: start(head.count), matched: start(parts.count))
    }
}
