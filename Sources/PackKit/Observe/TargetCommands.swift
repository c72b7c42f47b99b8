import ToolKit

/// Commands that Lambda's OS-only images have, so that a package need not bring them.
///
/// Source: the packages `bash`, `coreutils-single`, `grep`, `sed`, `gawk` and `glibc-common` of `provided.al2023`; what of it is
/// of use to programs. Others (`find`, `tar`, `gzip`, `curl` of the full system) are not in that image or not in the same form.
enum TargetCommands {
    private static let names: Set<String> = [
        "sh", "bash", "[", "arch", "base32", "base64", "basename", "cat", "chgrp", "chmod", "chown", "cksum", "comm",
        "cp",
        "csplit", "cut", "date", "dd", "df", "dirname", "du", "echo", "env", "expand", "expr", "factor", "false", "fmt",
        "fold", "groups", "head", "id", "install", "join", "link", "ln", "logname", "ls", "md5sum", "mkdir", "mkfifo",
        "mknod", "mktemp", "mv", "nice", "nl", "nohup", "nproc", "numfmt", "od", "paste", "pathchk", "pr", "printenv",
        "printf", "pwd", "readlink", "realpath", "rm", "rmdir", "seq", "sha1sum", "sha224sum", "sha256sum", "sha384sum",
        "sha512sum", "shred", "shuf", "sleep", "sort", "split", "stat", "stdbuf", "sum", "sync", "tac", "tail", "tee",
        "test", "timeout", "touch", "tr", "true", "truncate", "tsort", "tty", "uname", "unexpand", "uniq", "unlink",
        "wc",
        "who", "whoami", "yes", "grep", "egrep", "fgrep", "sed", "awk", "gawk",
    ]

    /// Whether a program of this machine is one that the target has in the same place.
    static func contains(_ path: String) -> Bool {
        ["/bin", "/usr/bin"].contains(Paths.parent(path)) && names.contains(Paths.name(path))
    }
}
