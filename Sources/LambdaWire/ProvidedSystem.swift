/// What `provided.al2023` has, as far as a function could rely on it.
///
/// This is the one place where that is written down: the simulator's bare root is made of it, and the packer leaves out what is
/// in it.
///
/// Sources: the packages are those of Lambda's base image (`rpm -qa` in public.ecr.aws/lambda/python:3.12, which is the
/// AL2023 minimal image with Python beside it: amazonlinux/amazon-linux-2023, issue 585; AL2023 User Guide, "AL2023 Minimal
/// container image", which names it as the base of provided.al2023). What each package holds is that of Fedora's packages of
/// the same name. glibc is 2.34 and GCC's libraries are those of GCC 11 (AL2023 release notes).
///
/// Left out, since no function should need them: rpm, microdnf, gpg, alternatives, and the libraries that only they use. There
/// is no tar, gzip, find, xargs, which, ps or hostname in that image, no tzdata and no locale but C, POSIX and C.UTF-8.
package enum ProvidedSystem {
    /// The newest version of each family of symbol versions that the target's libraries have.
    package static let newestVersions = [
        "GLIBC_": [2, 34], "GLIBCXX_": [3, 4, 29], "CXXABI_": [1, 3, 13], "GCC_": [7, 0, 0],
    ]

    /// Commands by package; `sh=bash,sh` is a command that is the first of those that work here.
    ///
    /// A package whose program starts one need not bring it, unless the target's differs from others: a small build, or
    /// one without its tables.
    package static let commands: [(package: String, isAsElsewhere: Bool, names: String)] = [
        ("bash", true, "sh=bash,dash,sh bash"),
        (
            "coreutils-single", true,
            """
            [ arch b2sum base32 base64 basename basenc cat chcon chgrp chmod chown chroot cksum comm cp csplit cut date dd df \
            dir dircolors dirname du echo env expand expr factor false fmt fold groups head hostid id install join link ln \
            logname ls md5sum mkdir mkfifo mknod mktemp mv nice nl nohup nproc numfmt od paste pathchk pinky pr printenv printf \
            ptx pwd readlink realpath rm rmdir runcon seq sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf sleep sort \
            split stat stty sum sync tac tail tee test timeout touch tr true truncate tsort tty uname unexpand uniq unlink \
            users vdir wc who whoami yes
            """
        ),
        ("gawk", true, "awk=gawk,mawk,awk gawk"),
        ("grep", true, "grep egrep fgrep"),
        ("sed", true, "sed"),
        ("curl-minimal", false, "curl"),
        ("glibc-common", false, "getconf getent iconv ldd locale localedef"),
    ]

    /// The commands that a package need not bring, by name.
    package static let commandNames = Set(
        commands.filter(\.isAsElsewhere).flatMap { row in
            row.names.split(whereSeparator: \.isWhitespace).map { String($0.prefix { $0 != "=" }) }
        }
    )

    /// Whether a program is a command that a package need not bring: one of these, in a folder where the target has it.
    package static func hasCommand(_ path: String) -> Bool {
        ["/bin/", "/usr/bin/"].contains {
            path.hasPrefix($0) && commandNames.contains(String(path.dropFirst($0.count)))
        }
    }

    /// Libraries that are always there: glibc's and GCC's.
    package static let libraries: [(package: String, names: String)] = [
        (
            "glibc",
            """
            libc.so.6 libm.so.6 libmvec.so.1 libdl.so.2 libpthread.so.0 librt.so.1 libutil.so.1 libanl.so.1 libresolv.so.2 \
            libBrokenLocale.so.1 libnss_compat.so.2 libnss_dns.so.2 libnss_files.so.2 libthread_db.so.1
            """
        ),
        ("libgcc, libstdc++", "libgcc_s.so.1 libstdc++.so.6"),
    ]

    /// Libraries of the target that are there only as far as its commands need them.
    ///
    /// This machine's copies say nothing of the target's build of a library, so a package must bring those that it uses.
    package static let commandLibraries: Set<String> = [
        "libacl.so.1", "libattr.so.1", "libcap.so.2", "libcrypto.so.3", "libgmp.so.10", "libmpfr.so.6",
        "libpcre2-8.so.0",
        "libreadline.so.8", "libselinux.so.1", "libsigsegv.so.2", "libtinfo.so.6", "libz.so.1",
    ]

    /// Files with their content.
    package static let files: [(place: String, content: String)] = [
        (
            "/etc/passwd",
            """
            root:x:0:0:root:/root:/bin/bash
            bin:x:1:1:bin:/bin:/sbin/nologin
            daemon:x:2:2:daemon:/sbin:/sbin/nologin
            nobody:x:65534:65534:Kernel Overflow User:/:/sbin/nologin
            \(user)

            """
        ),
        ("/etc/group", "root:x:0:\nbin:x:1:\ndaemon:x:2:\nnobody:x:65534:\n\(group)\n"),
        ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n"),
        ("/etc/hosts", "127.0.0.1 localhost localhost.localdomain\n"),
        ("/etc/host.conf", "multi on\n"),
        ("/etc/shells", "/bin/sh\n/bin/bash\n"),
        ("/etc/profile", ""),
        ("/etc/system-release", "Amazon Linux release 2023 (Amazon Linux)\n"),
        (
            "/etc/os-release",
            """
            NAME="Amazon Linux"
            VERSION="2023"
            ID="amzn"
            ID_LIKE="fedora"
            VERSION_ID="2023"
            PLATFORM_ID="platform:al2023"
            PRETTY_NAME="Amazon Linux 2023"

            """
        ),
    ]

    /// The function's user, as LocalStack found it on Lambda (localstack/lambda-runtime-init, user.go).
    package static let user = "sbx_user1051:x:993:990::/home/sbx_user1051:/sbin/nologin"
    /// Its group.
    package static let group = "sbx_group1051:x:990:"

    /// Files of this machine that are used for the target's: the first of the candidates that is there.
    package static let copies: [(place: String, candidates: [String])] = [
        (
            "/etc/pki/tls/certs/ca-bundle.crt",
            ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem"]
        ),
        ("/etc/resolv.conf", ["/etc/resolv.conf"]),
        ("/etc/protocols", ["/etc/protocols"]),
        ("/etc/services", ["/etc/services"]),
        ("/usr/lib/locale/C.utf8", ["/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8"]),
    ]

    /// Links, after everything else.
    package static let links: [(place: String, target: String)] = [
        ("/bin", "usr/bin"), ("/sbin", "usr/sbin"), ("/lib", "usr/lib"), ("/lib64", "usr/lib64"),
        ("/etc/ssl/certs", "../pki/tls/certs"), ("/etc/pki/tls/cert.pem", "certs/ca-bundle.crt"),
        ("/etc/mtab", "../proc/self/mounts"), ("/usr/sbin/chroot", "../bin/chroot"), ("/var/run", "../run"),
    ]

    /// Folders; those of what is above come by themselves.
    package static let folders = [
        "/home", "/mnt", "/root", "/run", "/srv", "/usr/libexec", "/usr/local/bin", "/usr/local/lib", "/usr/share",
        "/var/cache", "/var/lang", "/var/lib", "/var/log", "/var/tmp",
    ]
}
