#!/usr/bin/env bash
# Packs programs with shim-pack and with two other packers, and starts what they made in a bare Debian 11 (glibc 2.31).
# benchmarks/pack/README.md says what the numbers mean.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
packager_commit=b83d8fa626b2be32271a9c2c4977313c8d9a35d9
packager_url=https://raw.githubusercontent.com/awslabs/aws-lambda-cpp/$packager_commit/packaging/packager

usage() {
    cat <<'HELP'
usage: benchmarks/pack/run.sh [--rounds N] [--starts N]

Prints two markdown tables: packing and starting `matrix`, and which of ten programs of this Debian start in Debian 11.

  --rounds N   how often each packer packs matrix (default 5; medians are printed)
  --starts N   how often each packed matrix is started (default 60)
  -h, --help   this text

Environment:
  SHIM_TEST_CACHE  where the bare Debian 11 is kept (default /var/tmp/shim-test-cache; made by debootstrap where missing)
  PACKAGER         aws-lambda-cpp's packaging/packager (default: fetched from GitHub, at a fixed commit)
  EXODUS           the program exodus (default: exodus-bundler from PyPI, in a virtual environment)

Needs root (chroot), debootstrap, zip, unzip, python3-venv, liblapack-dev, and for the ten programs: jq git
imagemagick-6.q16 curl openssl gpg perl-base busybox-static debianutils xz-utils
HELP
}

fail() { echo "run.sh: $1" >&2; exit "${2:-1}"; }

rounds=5 starts=60
while (($#)); do
    case $1 in
        --rounds) rounds=${2:-}; shift 2 ;;
        --starts) starts=${2:-}; shift 2 ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 64 ;;
    esac
done
[[ $rounds =~ ^[1-9][0-9]*$ && $starts =~ ^[1-9][0-9]*$ ]] || fail 'a number, 1 or more, is needed' 64
((EUID == 0)) || fail 'chroot needs root'

out=$root/benchmarks/out/pack
work=$(mktemp -d /var/tmp/shim-pack-bench.XXXXXX)
trap 'rm -rf --one-file-system "$work"' EXIT
mkdir -p "$out"

# The programs that are compared.
swift build --package-path "$root" -c release --product shim-pack >&2
swift build --package-path "$root/handlers/matrix" -c release >&2
matrix=$root/handlers/matrix/.build/release/matrix
packer=$root/.build/release/shim-pack
packager=${PACKAGER:-$out/packager}
[[ -f $packager ]] || curl -sSfL -o "$packager" "$packager_url"
exodus=${EXODUS:-$out/venv/bin/exodus}
if [[ ! -x $exodus ]]; then
    python3 -m venv "$out/venv"
    "$out/venv/bin/pip" install -q exodus-bundler==2.0.4
fi

# The place where the packed programs start.
cache=${SHIM_TEST_CACHE:-/var/tmp/shim-test-cache}
mkdir -p "$cache"
"$root/scripts/debian-root.sh" bullseye "$cache/bullseye" --variant=minbase
cp -al "$cache/bullseye" "$work/chroot" 2>/dev/null || cp -a "$cache/bullseye" "$work/chroot"

# in_root COMMAND...: runs it there with /proc, which is gone with the process.
in_root() {
    LAMBDA_TASK_ROOT=/var/task unshare -m sh -c \
        'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$work/chroot" "$@"
}

# pack_TOOL PROGRAM [ARG]: leaves the archive at $work/archive.
pack_shim() {
    local program=$1
    shift
    "$packer" --target provided.al2 -o "$work/archive" "$program" -- "$@" 2>"$work/log"
}
pack_packager() {
    (cd "$work/packager" && bash "$packager" "$1" >"$work/log" 2>&1 && mv ./*.zip "$work/archive")
}
pack_exodus() {
    "$exodus" --quiet --tarball --output "$work/archive" "$1" >"$work/log" 2>&1
}

# unpack_TOOL: puts the archive where Lambda would.
unpack_shim() {
    unzip -q "$work/archive" -d "$work/chroot/var/task"
    # The same start without the Runtime API: what the bootstrap would run for each event.
    printf '#!/bin/sh\nexec "$@"\n' >"$work/chroot/var/task/shim"
}
unpack_packager() { unzip -q "$work/archive" -d "$work/chroot/var/task"; }
unpack_exodus() { tar -xzf "$work/archive" -C "$work/chroot/var/task"; }

# start_TOOL NAME ARG: starts the packed program with its argument.
start_shim() { in_root /var/task/bootstrap; }
start_packager() { _HANDLER=$2 in_root /var/task/bootstrap; }
start_exodus() { in_root "/var/task/exodus/bin/$1" "$2"; }

fresh() {
    rm -rf "$work/chroot/var/task" "$work/packager" "$work/archive"
    mkdir -p "$work/chroot/var/task" "$work/packager"
}

# The first line that is not empty; it reads to the end, so that no program is killed by a closed pipe.
first_line() { awk 'NF && !found { print; found = 1 }'; }

median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
now() { date +%s%N; }

# The command of a packed matrix without a shell in front, which only one of the three needs.
direct() {
    local task=/var/task
    case $1 in
        shim) echo "$task/glibc/ld-linux-x86-64.so.2 --library-path $task/glibc:$task/glibc/lib:$task/lib --argv0 $task/matrix $task/matrix" ;;
        packager) echo "$task/lib/$(cd "$work/chroot/var/task/lib" && ls ld-*) --library-path $task/lib $task/bin/matrix" ;;
        exodus) echo "$task/exodus/bin/matrix" ;;
    esac
}

cat >"$work/times.py" <<'PYTHON'
import os, subprocess, sys, time
root, count, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
event = b'{"op":"solve","a":[[2,1],[1,3]],"b":[3,5]}'
if root != "/":
    os.chroot(root)
os.chdir("/")
for turn in range(count + 3):
    begin = time.perf_counter()
    result = subprocess.run(command, input=event, stdout=subprocess.PIPE)
    end = time.perf_counter()
    if result.returncode != 0 or b"result" not in result.stdout:
        sys.exit("it did not answer: %r" % (result,))
    if turn >= 3:
        print("%.3f" % ((end - begin) * 1000))
PYTHON

# Start-up is measured from a Python outside of the root that enters it, so that only the program itself is inside.
start_times() { unshare -m sh -c 'mount -t proc proc "$1/proc" 2>/dev/null; shift; exec "$@"' sh "$1" \
    python3 "$work/times.py" "$@"; }

echo "packing \`matrix\` (median of $rounds), starting it in Debian 11 (median of $starts)"
echo
echo "| packer | time to pack | package | of it unpacked | start to answer |"
echo "|---|---|---|---|---|"
for tool in shim packager exodus; do
    times=()
    for ((round = 0; round < rounds; round++)); do
        fresh
        begin=$(now)
        "pack_$tool" "$matrix" || fail "$tool cannot pack matrix: $(cat "$work/log")"
        times+=($((($(now) - begin) / 1000000)))
    done
    "unpack_$tool"
    size=$(stat -c %s "$work/archive")
    unpacked=$(du -sb --apparent-size "$work/chroot/var/task" | cut -f1)
    [[ $tool != shim ]] || unpacked=$(unzip -Z -t "$work/archive" | awk '{ print $3 }')
    read -ra command <<<"$(direct "$tool")"
    start=$(start_times "$work/chroot" "$starts" "${command[@]}" | median)
    printf '| %s | %s s | %s MB | %s MB | %s ms |\n' "$tool" \
        "$(printf '%s\n' "${times[@]}" | median | awk '{ printf "%.2f", $1 / 1000 }')" \
        "$(awk -v b="$size" 'BEGIN { printf "%.1f", b / 1e6 }')" \
        "$(awk -v b="$unpacked" 'BEGIN { printf "%.1f", b / 1e6 }')" "$start"
done
printf '| not packed, on the machine that built it | | | | %s ms |\n' \
    "$(start_times / "$starts" "$matrix" | median)"

echo
echo "programs of this Debian in Debian 11: does it print what it prints here?"
echo
echo "| program | shim | packager | exodus |"
echo "|---|---|---|---|"
declare -A good=([shim]=0 [packager]=0 [exodus]=0)
programs=(
    '/usr/bin/jq --version' '/usr/bin/git --version' '/usr/bin/convert-im6.q16 -version' '/usr/bin/curl --version'
    '/usr/bin/openssl version' '/usr/bin/gpg --version' '/usr/bin/perl -v' '/usr/bin/busybox --help'
    '/usr/bin/which.debianutils sh' '/usr/bin/xz --version'
)
for entry in "${programs[@]}"; do
    read -r program argument <<<"$entry"
    [[ -x $program ]] || fail "$program is missing: see --help for what to install"
    expected=$("$program" "$argument" </dev/null 2>/dev/null | first_line)
    line="| \`$(basename "$program")\` |"
    for tool in shim packager exodus; do
        fresh
        answer='cannot be packed'
        if "pack_$tool" "$program" "$argument" && "unpack_$tool" 2>>"$work/log"; then
            got=$("start_$tool" "$(basename "$program")" "$argument" </dev/null 2>>"$work/log" | first_line) || true
            if [[ -n $got && $got == "$expected" ]]; then
                answer=starts
                good[$tool]=$((good[$tool] + 1))
            else
                answer='does not start'
            fi
        fi
        cp "$work/log" "$out/$tool-$(basename "$program").log"
        line+=" $answer |"
    done
    echo "$line"
done
echo "| **of ten** | **${good[shim]}** | **${good[packager]}** | **${good[exodus]}** |"
