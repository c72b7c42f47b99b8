#!/usr/bin/env bash
# arm64 on an x86_64 Debian: cross-compiles the programs at native speed, and runs them and the tests under qemu-user.
#
# What is fragile, and why it is as it is:
#  1. Debian sid is the only apt source of Swift 6.1 or newer for arm64. It moves, and may lose the package or break what it
#     needs for days, so keep ARM64_DIR. Where swift.org can be reached, its aarch64 archive of the host's own version does
#     without the compiler's root: usr/lib/{swift,swift_static,clang} of it into usr/lib of an arm64 root, and the SDK below.
#     The driver looks for swiftrt.o in sdkRootPath/usr/lib whatever swiftResourcesPath says, so the files must be there.
#  2. A compiler reads only modules of its own version, and Foundation has no interface files. Hence Debian's amd64 compiler,
#     in a root of sid, since it needs that glibc: the sources must compile with its version and with the host's.
#  3. ICU's symbol has its version in the name; without a stub of that name shim has 55 MB instead of 22. 'build' checks it.
#  4. With an SDK, SwiftPM passes -resource-dir swiftResourcesPath, and -static-executable looks for its files there, so
#     --static-swift-stdlib is needed too.
#  5. Debian lacks lib_Testing_Foundation.so: the tests link without the cross-import overlay.
#  6. qemu must be 10 or newer: 7.2 (bookworm) refuses PR_SET_CHILD_SUBREAPER. sid's is static and runs anywhere.
#  7. Under qemu-user posix_spawn does not tell that exec failed, real-time signals have other numbers, SigIgn shows qemu's,
#     there is no ptrace, and memory and processor time are qemu's. scripts/arm64-expected.tsv has the tests of these.
#  8. binfmt_misc in a user namespace needs Linux 6.7: nothing is registered outside. An older kernel needs a registration for
#     the whole machine: apt-get install -t bookworm-backports qemu-user-static binfmt-support.
#  9. The linker is lld, which comes with Swift: the machine's own links x86_64 only.
# 10. debootstrap's second stage for arm64 takes ten minutes under qemu and cannot mknod in the namespace. Unpacking is enough,
#     so no maintainer script has run: alternatives (awk, cc) and ldconfig are missing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROJECT=$(cd "${PROJECT:-$here/..}" && pwd)
ARM64_DIR=${ARM64_DIR:-/var/tmp/shim-arm64}
AMD=$ARM64_DIR/amd64 ROOT=$ARM64_DIR/arm64 QEMU=$ARM64_DIR/qemu-aarch64
OUT=${OUT:-$PROJECT/.build/arm64/aarch64-unknown-linux-gnu/release}
export ROOT OUT
PROGRAMS=(shim shim-sim shim-pack shim-deploy echo)

usage() {
    cat <<'END'
usage: scripts/arm64.sh COMMAND

  toolchain        make the compiler's root, the arm64 root and SDK, qemu (once; downloads 1.1 GB, takes 3 GB of disk)
  build [ARG...]   static release programs (ARG: to swift build), with checks of what came out
  test [ARG...]    the end-to-end tests, run natively, against the arm64 programs (ARG: --filter NAME)
  unit [ARG...]    the unit tests, compiled for arm64, in the arm64 root (ARG: --filter NAME)
  pack             packages made here and by the arm64 shim-pack must be the same files, and answer in the arm64 root
  run COMMAND...   anything, where arm64 programs start with qemu; 'chroot $ROOT ...' for the arm64 root
  compiler-root    print the folder of the compiler's root
  clean            remove the roots and the arm64 build

Needs root, on an x86_64 Debian. Variables: ARM64_DIR (the roots; default /var/tmp/shim-arm64), MIRROR (Debian's; default: that
of this machine), PROJECT (what is built; default: this checkout), OUT (the programs that 'test' and 'pack' take; default: those
of 'build').
END
}
say() { printf 'arm64.sh: %s\n' "$*" >&2; }
die() {
    say "$1"
    [[ $# -lt 2 ]] || printf 'hint: %s\n' "$2" >&2
    exit 1
}

# in_amd64 COMMAND...: in the compiler's root, with /proc, /dev and the project at its own path. A mount namespace: nothing stays.
in_amd64() {
    mkdir -p "$AMD$PROJECT" "$AMD/arm64"
    unshare --mount bash -euc 'root=$1 project=$2 arm64=$3; shift 3
        mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"
        mount --bind "$project" "$root$project"; mount --bind "$arm64" "$root/arm64"
        exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/bin:/bin:/usr/sbin:/sbin LC_ALL=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive "$@"' - "$AMD" "$PROJECT" "$ROOT" "$@"
}

# emulated COMMAND...: as root of a user, mount and process namespace of its own, in which arm64 programs start with qemu
# (binfmt_misc, flag F: also in a chroot without qemu). What the command leaves behind ends with it.
emulated() {
    local go pid status=0
    go=$(mktemp -u) && mkfifo "$go"
    unshare --user --mount --pid --fork --kill-child bash -euc 'go=$1 qemu=$2; shift 2; read -r _ <"$go"; rm "$go"
        mount -t proc proc /proc
        mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc || {
            echo "arm64.sh: no binfmt_misc in a user namespace: Linux 6.7 or newer is needed" >&2; exit 1; }
        head="\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00"
        mask="\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff"
        printf %s ":qemu-aarch64:M::$head:$mask:$qemu:OCPF" >/proc/sys/fs/binfmt_misc/register
        mount --rbind /proc "$ROOT/proc"; mount --rbind /dev "$ROOT/dev"
        mkdir -p "$ROOT/shared"; mount --bind "$ROOT/../shared" "$ROOT/shared"
        set +e; "$@"; exit $?' - "$go" "$QEMU" "$@" <&0 &
    pid=$!
    # shellcheck disable=SC2064 # This process, whatever comes after it.
    trap "kill -KILL $pid 2>/dev/null || true" EXIT
    # All of root's ids, which --map-root-user does not give: files of other users stay theirs.
    until [[ $(readlink /proc/$pid/ns/user) != "$(readlink /proc/self/ns/user)" ]]; do sleep 0.02; done
    echo '0 0 65536' >/proc/$pid/uid_map
    echo '0 0 65536' >/proc/$pid/gid_map
    echo >"$go"
    wait "$pid" || status=$?
    trap - EXIT
    return "$status"
}

# need THING:PACKAGE...: installs what is missing; a thing is a command or a file.
need() {
    local pair missing=()
    for pair in "$@"; do
        [[ -e ${pair%%:*} ]] || command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
    done
    ((${#missing[@]})) || return 0
    say "installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=900 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

toolchain() {
    # The mirror that this machine has; sid is taken from there.
    local mirror
    mirror=${MIRROR:-$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
        grep -E '^(URIs:|deb )' | grep -oE 'https?://[^ ]+/debian/?( |$)' | sed -n '1s/ *$//p' || true)}
    [[ $mirror ]] || die "/etc/apt names no Debian mirror" "MIRROR=URL scripts/arm64.sh toolchain"
    mkdir -p "$ARM64_DIR/shared" "$ROOT"
    need debootstrap:debootstrap
    [[ -e $AMD/done ]] || make_compiler_root "$mirror"
    if [[ ! -e $QEMU ]]; then
        fetch qemu-user:amd64
        dpkg-deb --fsys-tarfile "$AMD"/fetch/qemu-user_*.deb | tar -xO ./usr/bin/qemu-aarch64 >"$QEMU.new"
        chmod +x "$QEMU.new" && mv "$QEMU.new" "$QEMU"
    fi
    [[ -e $ROOT/done ]] || make_arm64_root "$mirror"
    write_sdk
    say "$(in_amd64 swift --version 2>/dev/null | head -1), ICU $(icu), $("$QEMU" --version | head -1)"
    say "$(du -sh "$ARM64_DIR" | cut -f1) in $ARM64_DIR"
}

make_compiler_root() {
    local swift=/usr/libexec/swift
    rm -rf --one-file-system "$AMD"
    debootstrap --variant=minbase sid "$AMD" "$1" >"$ARM64_DIR/debootstrap-amd64.log"
    printf '#!/bin/sh\nexit 101\n' >"$AMD/usr/sbin/policy-rc.d" && chmod +x "$AMD/usr/sbin/policy-rc.d"
    # Half of the 2.7 GB is the debugger, editors' servers, Embedded Swift and what links static programs for amd64. The
    # licences stay, since a release has those of what is linked in.
    {
        printf 'path-exclude=%s\n' "$swift/bin/lldb*" "$swift/lib/liblldb*" "$swift/bin/clangd" "$swift/bin/docc" \
            "$swift/bin/sourcekit-lsp" "$swift/lib/libsourcekit*" "$swift/lib/libSwiftSourceKit*" "$swift/lib/libLTO*" \
            "$swift/lib/swift/embedded/*" "$swift/lib/swift_static/linux/*.a" '/usr/share/doc/*' '/usr/share/man/*'
        printf 'path-include=%s\n' '/usr/share/doc/*/copyright'
    } >"$AMD/etc/dpkg/dpkg.cfg.d/lean"
    echo "deb $1 sid main" >"$AMD/etc/apt/sources.list"
    in_amd64 dpkg --add-architecture arm64
    # A mirror that is behind its Valid-Until is an error, which 'apt-get update' only prints.
    in_amd64 apt-get -qq update 2>"$ARM64_DIR/update.log" || true
    if grep -q 'is expired' "$ARM64_DIR/update.log"; then
        say "the mirror's sid is out of date; taken all the same"
        echo 'Acquire::Check-Valid-Until "false";' >"$AMD/etc/apt/apt.conf.d/stale"
        in_amd64 apt-get -qq update
    fi
    # libc6-dev: SwiftPM compiles Package.swift for amd64. gcc comes with swiftlang.
    in_amd64 apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-unsafe-io swiftlang libc6-dev \
        >"$ARM64_DIR/install.log" 2>&1 || die "sid's swiftlang cannot be installed: $ARM64_DIR/install.log" "try again in some days (1)"
    in_amd64 apt-get clean
    touch "$AMD/done"
}

# Programs for the tests, what a static executable is linked from, and Swift's modules and libraries where an SDK has them.
make_arm64_root() {
    local gcc deb
    rm -rf --one-file-system "$ROOT" && mkdir -p "$ROOT"
    gcc=$(in_amd64 gcc -dumpversion | cut -d. -f1)
    debootstrap --foreign --arch=arm64 --variant=minbase \
        --include="libc6-dev,libstdc++-$gcc-dev,binutils,zip,unzip,jq,python3,busybox-static" sid "$ROOT" "$1" \
        >"$ARM64_DIR/debootstrap-arm64.log"
    for deb in "$ROOT"/var/cache/apt/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$ROOT" --keep-directory-symlink
    done
    rm -rf "$ROOT"/var/cache/apt/archives/*.deb "$ROOT/debootstrap"
    [[ ! -L $ROOT/proc ]] || { rm "$ROOT/proc" && mkdir "$ROOT/proc"; }
    [[ -e $ROOT/usr/bin/awk ]] || ln -sf mawk "$ROOT/usr/bin/awk"
    fetch swiftlang:arm64 libswiftlang:arm64
    dpkg-deb --fsys-tarfile "$AMD"/fetch/swiftlang_*_arm64.deb | tar -x -C "$ROOT/usr" --strip-components=4 \
        --exclude='*/embedded' --exclude='*/swift/host' --exclude='*/swift/pm' \
        ./usr/libexec/swift/lib/swift ./usr/libexec/swift/lib/swift_static ./usr/libexec/swift/lib/clang
    dpkg-deb --fsys-tarfile "$AMD"/fetch/libswiftlang_*_arm64.deb | tar -x -C "$ROOT/usr" --strip-components=4 \
        --exclude='*/swift/host' ./usr/libexec/swift/lib/swift
    rm -rf "$ROOT/usr/lib/swift/linux/Testing.swiftcrossimport" "$AMD/fetch"
    # RUNPATH of debug builds: the SDK's path in the compiler's root.
    ln -sfn / "$ROOT/arm64"
    touch "$ROOT/done"
}

write_sdk() {
    local bundle=$AMD/root/.swiftpm/swift-sdks/debian-arm64.artifactbundle
    mkdir -p "$bundle/debian"
    cat >"$bundle/info.json" <<'END'
{"schemaVersion": "1.0", "artifacts": {"debian-arm64": {
    "type": "swiftSDK", "version": "1.0.0", "variants": [{"path": "debian"}]}}}
END
    cat >"$bundle/debian/swift-sdk.json" <<'END'
{"schemaVersion": "4.0", "targetTriples": {"aarch64-unknown-linux-gnu": {
    "sdkRootPath": "/arm64", "swiftResourcesPath": "/arm64/usr/lib/swift",
    "swiftStaticResourcesPath": "/arm64/usr/lib/swift_static", "toolsetPaths": ["toolset.json"]}}}
END
    echo '{"schemaVersion": "1.0", "swiftCompiler": {"extraCLIOptions": ["-use-ld=lld"]}}' >"$bundle/debian/toolset.json"
}

# fetch PACKAGE...: the packages' files, into $AMD/fetch.
fetch() {
    rm -rf "$AMD/fetch" && mkdir "$AMD/fetch"
    in_amd64 sh -c 'cd /fetch && exec apt-get -qq -o APT::Sandbox::User=root download "$@"' - "$@"
}

# The symbol of the SDK's ICU data.
icu() { grep -aoEm1 'icudt[0-9]+_dat' "$ROOT/usr/lib/swift_static/linux/lib_FoundationICU.a" | sed q; }

build() {
    local name header
    [[ -e $ROOT/done && -e $AMD/done ]] || toolchain
    grep -qF "STUB($(icu));" "$PROJECT/Sources/CLinux/icu_stub_data.c" ||
        die "Sources/CLinux/icu_stub_data.c has no stub for this toolchain's ICU data" \
            "add STUB($(icu)); without it the programs have 30 MB more"
    in_amd64 sh -c 'cd "$1" && shift && exec swift build -c release --swift-sdk debian-arm64 --static-swift-stdlib \
        -Xswiftc -warnings-as-errors --scratch-path .build/arm64 "$@"' - "$PROJECT" "$@"
    for name in "${PROGRAMS[@]}"; do
        [[ -e $OUT/$name ]] || continue
        header=$(readelf -hlW "$OUT/$name")
        [[ $header == *AArch64* ]] || die "$name is not for arm64"
        [[ $header != *INTERP* && $header != *DYNAMIC* ]] || die "$name is not static"
        [[ $header != *RWE* ]] || die "$name has a segment that is writable and executable"
        say "$name: arm64, static, $(stat -c %s "$OUT/$name") bytes"
    done
    [[ $# -gt 0 ]] || say "$(emulated "$OUT/shim-sim" --version), $(emulated "$OUT/shim" --version)"
}

# Programs of several kinds, packed here and by the arm64 shim-pack: the same bytes, and the right answers.
pack() {
    local shared=$ARM64_DIR/shared native=${NATIVE:-$PROJECT/.build/release} name
    [[ -x $OUT/shim-pack ]] || die "the programs for arm64 are not there" "scripts/arm64.sh build"
    [[ -x $native/shim-pack ]] || die "there is no shim-pack for this machine" "swift build -c release"
    need aarch64-linux-gnu-gcc:gcc-aarch64-linux-gnu go:golang-go zip:zip /usr/aarch64-linux-gnu/lib/libc.a:libc6-dev-arm64-cross
    rm -rf "${shared:?}"/* && mkdir -p "$shared"/{here,there,tools}/bin "$shared/here/libexec/shim"
    # As an installation has them: shim-pack finds the bootstrap for arm64 by itself.
    cp "$native"/{shim,shim-pack,shim-sim} "$shared/here/bin/"
    cp "$OUT/shim" "$shared/here/libexec/shim/shim-arm64"
    for name in shim shim-pack shim-sim; do cp "$OUT/$name" "$shared/there/bin/"; done
    cat >"$shared/sum.c" <<'END'
#include <stdio.h>
int main(void) {
    long sum = 0, number;
    int c;
    while ((c = getchar()) != EOF)
        if (c >= '0' && c <= '9' && ungetc(c, stdin) != EOF && scanf("%ld", &number) == 1) sum += number;
    printf("{\"sum\":%ld}", sum);
}
END
    cat >"$shared/upper.go" <<'END'
package main

import ("fmt"; "io"; "os"; "strings")

func main() {
	event, err := io.ReadAll(os.Stdin)
	if err != nil { fmt.Fprintln(os.Stderr, err); os.Exit(1) }
	fmt.Print(strings.ToUpper(string(event)))
}
END
    aarch64-linux-gnu-gcc -O2 -static -o "$shared/sum-static" "$shared/sum.c"
    aarch64-linux-gnu-gcc -O2 -o "$shared/sum" "$shared/sum.c"
    GOOS=linux GOARCH=arm64 CGO_ENABLED=0 GOCACHE=$shared/go go build -o "$shared/upper" "$shared/upper.go"
    rm -rf "$shared/go"

    # name, program (in the arm64 root where it begins with /usr), event, answer, arguments
    local cases=(
        'sum-static|/shared/sum-static|{"a":[1,2,39]}|{"sum":42}|'
        'sum|/shared/sum|{"a":[1,2,39]}|{"sum":42}|'
        'upper|/shared/upper|{"a":"b"}|{"A":"B"}|'
        'jq|/usr/bin/jq|{"a":[1,2,3]}|[1,2,3]|-c .a'
    )
    local line program event answer arguments form
    mkdir -p "$shared/packed-here" "$shared/packed-there"
    for line in "${cases[@]}"; do
        IFS='|' read -r name program event answer arguments <<<"$line"
        for form in zip layer image; do
            pack_one "$shared/here/bin/shim-pack" "$form" "$shared/packed-here/$name" "--sysroot $ROOT" \
                "$([[ $program == /usr/* ]] && echo "$ROOT$program" || echo "$ARM64_DIR$program")" "$arguments"
        done
    done
    {
        declare -f pack_one
        echo set -eu
        for line in "${cases[@]}"; do
            IFS='|' read -r name program event answer arguments <<<"$line"
            for form in zip layer image; do
                printf 'pack_one /shared/there/bin/shim-pack %s /shared/packed-there/%s "" %s %q\n' "$form" "$name" "$program" "$arguments"
            done
            # Made here, run there.
            printf 'answer=$(/shared/there/bin/shim-sim run --quiet /shared/packed-here/%s.zip -d %q)\n' "$name" "$event"
            printf '[[ $answer == %q ]] || { echo "%s answers $answer" >&2; exit 1; }\n' "$answer" "$name"
        done
    } >"$shared/run.sh"
    emulated chroot "$ROOT" /bin/bash /shared/run.sh
    for program in "$shared"/packed-here/*; do
        name=${program##*/}
        cmp "$program" "$shared/packed-there/$name" || die "'$name' differs between the two machines"
        say "$name: the same bytes, $(stat -c %s "$program")"
    done
    say "all answered in the arm64 root"
    rm -rf "${shared:?}"/*
}

# pack_one SHIM-PACK FORM FILE OPTIONS PROGRAM ARGUMENTS: the log only where it fails. OPTIONS and ARGUMENTS are split at spaces.
pack_one() {
    local log output
    case $2 in
    zip) output="-o $3.zip" ;;
    layer) output="--layer -o $3-layer.zip" ;;
    image) output="--image $3.tar" ;;
    esac
    # shellcheck disable=SC2086
    if [[ $2 == layer ]]; then set -- "$1" "$2" "$3" "$4" "$5" ''; fi
    log=$("$1" $4 $output "$5" ${6:+-- $6} 2>&1) || { printf '%s\n' "$log" >&2; return 1; }
}

# One test after another: under qemu several at once run into the time-outs of their functions, which are real.
# Suites whose subject is a program that runs: what the packer makes is left to 'pack', since its tests know their machine when
# they are compiled, and what needs no program to 'unit'.
SUITES='ChildProtocolTests|EndToEnd/StartTests|/StreamTests|StaticExecutable|RuntimeAPIProtocol|HardshipTests|LanesTests'
SUITES+='|StandbyTests|EndToEnd/WorkerTests|CGIProgramTests|SimRunTests|SimHTTPTests|SimRuntimeAPITests|SimBoundsTests'
SUITES+='|SimEnvironmentTests|SimServeTests|SimStandardStream|SimStreamTests|SimHelp|SimIsolation|SimLifecycle'

run_tests() {
    local log=$ARM64_DIR/test.log bundle=$PROJECT/.build/debug/shimPackageTests.xctest
    [[ -x $OUT/shim ]] || die "the programs for arm64 are not there" "scripts/arm64.sh build"
    (cd "$PROJECT" && swift build --build-tests -Xswiftc -warnings-as-errors 2>&1 | tail -1)
    (($#)) || set -- --filter "$SUITES"
    # scripts/test.sh made the folder with Python's clients. The empty root needs a busybox of the shim's machine.
    mkdir -p "$ARM64_DIR/bin" && cp "$ROOT/usr/bin/busybox" "$ARM64_DIR/bin"
    emulated env PATH="$ARM64_DIR/bin:$PROJECT/.build/test-tools/venv/bin:$PATH" SHIM_TEST_PRODUCTS="$OUT" \
        SHIM_STATIC="$OUT/shim" sh -c 'cd "$1" && shift && exec "$@"' - "$PROJECT" \
        "$bundle" --testing-library swift-testing --no-parallel "$@" >"$log" 2>&1 || true
    verdict "$log"
}

# Without what takes more than a minute under qemu: the mutation tests of parsers.
UNITS='ELFFileTests|HTTPParser|PlatformTests|ShimErrorTests|StderrTail|CommandSpec|SimJSON|SimEventStream|PackErrorTests'
UNITS+='|PackRules|PackLaunch|BootstrapTemplate|SimLogTests|SimVariables|SimErrorTests|[.]LifecycleTests/|StoppingTests|FailureReason'

unit() {
    in_amd64 sh -c 'cd "$1" && exec swift build --build-tests --swift-sdk debian-arm64 --scratch-path .build/arm64' - \
        "$PROJECT" | tail -1
    (($#)) || set -- --filter "$UNITS"
    mkdir -p "$ROOT$PROJECT"
    emulated sh -c 'mount --bind "$1" "$2$1" && project=$1 root=$2 && shift 2 && exec chroot "$root" /bin/sh -c '\''
        cd "$0" && exec .build/arm64/debug/shimPackageTests.xctest --testing-library swift-testing "$@"'\'' "$project" "$@"' \
        - "$PROJECT" "$ROOT" "$@" >"$ARM64_DIR/unit.log" 2>&1 || true
    verdict "$ARM64_DIR/unit.log"
}

# verdict LOG: what passed, and whether nothing failed but what the table has.
verdict() {
    local failed expected
    grep -qE '^. Test run with' "$1" || die "the tests did not come to their end: $1"
    expected=$(awk -F'\t' '!/^#/ && NF { print $1 }' "$here/arm64-expected.tsv" | sort -u)
    failed=$(grep -oE '^✘ Test [a-zA-Z0-9]+\(.* failed after' "$1" | sed -E 's/^✘ Test ([a-zA-Z0-9]+).*/\1/' | sort -u || true)
    tail -1 "$1"
    say "$(grep -cE '^✔ Test .* passed' "$1" || true) tests passed; failed, as expected: $(comm -12 <(echo "$failed") <(echo "$expected") | xargs)"
    failed=$(comm -23 <(echo "$failed") <(echo "$expected"))
    [[ -z $failed ]] || die "failed, and not expected to (${1}): $(xargs <<<"$failed")"
}

command=${1:-help}
(($#)) && shift
case $command in help | -h | --help) usage && exit 0 ;; esac
[[ $(uname -m) == x86_64 ]] || die "this is for an x86_64 machine; here 'swift build -c release' does the same"
case $command in compiler-root) ;; *) ((EUID == 0)) || die "needs root: it mounts and makes namespaces" ;; esac
case $command in
toolchain | build | pack | unit) "$command" "$@" ;;
test) run_tests "$@" ;;
run) emulated "$@" ;;
compiler-root) echo "$AMD" ;;
clean) rm -rf --one-file-system "$ARM64_DIR" "$PROJECT/.build/arm64" ;;
*)
    usage >&2
    exit 64
    ;;
esac
