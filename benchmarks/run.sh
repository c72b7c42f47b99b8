#!/usr/bin/env bash
# Measures shim beside other ways to run a program on Lambda. benchmarks/README.md says what the numbers mean.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
all_runtimes=(floor shim ric node sh)
mode_runtimes=(floor floor-worker process standby worker ric node)

usage() {
    cat <<'HELP'
usage: benchmarks/run.sh [options]
       benchmarks/run.sh --modes [options]
       benchmarks/run.sh --soak RUNTIME [--invocations N]

Runs all runtimes in turn, round after round, and writes a table to the terminal, benchmarks/out/results.json and a
chart (docs/benchmark.svg after a whole run without gaps, else benchmarks/out/benchmark.svg). With --modes it measures
the modes of shim with programs that start in different times, and several events at once: modes.json and modes.svg.

  --modes            measure the modes (SHIM_MODE), each beside a floor of its own
  --rounds N         rounds to run (default 7; with --modes 3)
  --runtimes A,B     only these of: floor,shim,ric,node,sh (default all; ratios need floor); with --modes of:
                     floor,floor-worker,process,standby,worker,ric,node
  --quick            a smoke test: 2 rounds, few invocations, small events only
  --soak RUNTIME     one runtime, many invocations: does its memory, its descriptors or its time grow?
  --invocations N    invocations of the soak (default 20000)
  --strict           a runtime that cannot be measured is an error, not a note
  -h, --help         this text

Environment:
  SHIM               the shim to measure (default: built with `swift build -c release --product shim`)
  BEFORE             another shim to measure beside it, as a row of its own

Exit status: 0 done, 1 a runtime failed or answered wrong (with --strict: or is missing), 64 wrong usage
HELP
}

fail() { echo "run.sh: $1" >&2; exit "${2:-1}"; }
note() { echo "run.sh: $*" >&2; }

number() { # OPTION VALUE
    [[ ${2:-} =~ ^[1-9][0-9]{0,6}$ ]] || fail "$1 needs a number, 1 or more, not '${2:-}'" 64
    echo "$2"
}

rounds=7 quick=0 strict=0 soak='' invocations=20000 only=() modes=0
while (($#)); do
    case $1 in
        --rounds) rounds=$(number "$1" "${2:-}"); rounds_given=1; shift 2 ;;
        --invocations) invocations=$(number "$1" "${2:-}"); shift 2 ;;
        --runtimes) [[ ${2:-} ]] || fail "--runtimes needs names" 64; IFS=, read -ra only <<<"$2"; shift 2 ;;
        --soak) [[ ${2:-} ]] || fail "--soak needs the name of a runtime" 64; soak=$2; shift 2 ;;
        --quick) quick=1; shift ;;
        --modes) modes=1; shift ;;
        --strict) strict=1; shift ;;
        -h | --help) usage; exit 0 ;;
        *) echo "run.sh: unknown option '$1'" >&2; usage >&2; exit 64 ;;
    esac
done
[[ $soak ]] && only=("$soak")
if ((modes)); then
    all_runtimes=("${mode_runtimes[@]}")
    [[ ${rounds_given:-} ]] || rounds=3
elif [[ $soak == standby || $soak == worker ]]; then
    all_runtimes+=("$soak")
fi
[[ ! ${BEFORE:-} || $soak ]] || all_runtimes+=(before)
for name in "${only[@]}"; do
    [[ " ${all_runtimes[*]} " == *" $name "* ]] || fail "unknown runtime '$name', known are: ${all_runtimes[*]}" 64
done
runtimes=("${all_runtimes[@]}")
((${#only[@]})) && runtimes=("${only[@]}")

# What is measured how often in each round. `seconds` bounds a case, per runtime, so that a slow one does not take
# minutes: all have the same number of samples then, and fewer.
cold=10 small=1000 large=100 warmup=100 seconds=2
cases=(cold cat-small busybox-small cat-large busybox-large)
if ((quick)); then
    [[ ${rounds_given:-} ]] || rounds=2
    cold=3 small=60 warmup=10 seconds=0.5
    cases=(cold cat-small busybox-small)
fi
((!modes)) || cases=(mode-cat mode-python mode-r mode-slow)
small_bytes=100
large_bytes=6291456 # Lambda's limit for an event: 6 MiB

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# An EXIT trap alone is not run by every signal.
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir -p "$work/task" "$work/tmp" "$here/out"

# --- tools: what is missing leaves its row out and says what to install ---------------------------------------------

command -v python3 >/dev/null || fail "python3 is missing (Debian package python3): it makes the table and the chart"
command -v cc >/dev/null || fail "cc is missing (Debian package gcc): load.c and floor.c are built with it"
[[ -x /bin/cat ]] || fail "/bin/cat is missing (Debian package coreutils)"

declare -A missing=() command_of=()

shim_path=''
build_shim() { # RUNTIME
    if [[ $shim_path ]]; then
        :
    elif [[ ${SHIM:-} ]]; then
        [[ -x $SHIM ]] || { missing[$1]="the file named by SHIM is not there or not executable"; return; }
        shim_path=$(realpath "$SHIM")
    elif ! command -v swift >/dev/null; then
        missing[$1]="swift is missing (see swift.org/install), and SHIM names no built shim"
        return
    else
        note "building shim"
        if swift build --package-path "$root" -c release --product shim >"$work/swift.log" 2>&1; then
            shim_path=$root/.build/release/shim
        else
            missing[$1]="swift build -c release --product shim failed: $(grep -m1 'error:' "$work/swift.log" |
                sed "s|$root/||g")"
            return
        fi
    fi
    command_of[$1]=$shim_path
}

prepare() { # RUNTIME
    case $1 in
        floor)
            cc -O2 -Wall -Wextra -o "$work/floor" "$here/runtimes/floor.c"
            command_of[floor]=$work/floor ;;
        floor-worker)
            cc -O2 -Wall -Wextra -o "$work/floor" "$here/runtimes/floor.c"
            command_of[floor-worker]="SHIM_MODE=worker $work/floor --worker" ;;
        shim) build_shim shim ;;
        process | standby | worker)
            build_shim "$1"
            [[ ${missing[$1]:-} ]] || command_of[$1]="SHIM_MODE=$1 ${command_of[$1]}" ;;
        before)
            if [[ -x $BEFORE ]]; then command_of[before]=$(realpath "$BEFORE")
            else missing[before]="the file named by BEFORE is not there or not executable"; fi ;;
        ric)
            # The interpreter itself: what is called python3 may be a script that starts it.
            python=$(python3 -c 'import sys; print(sys.executable)')
            if "$python" -c 'import awslambdaric' 2>/dev/null; then
                cp "$here/runtimes/handler.py" "$work/task/"
                command_of[ric]="$python -m awslambdaric handler.handler"
            else
                missing[ric]="awslambdaric is missing (PyPI package awslambdaric, for $(python3 --version))"
            fi ;;
        node)
            cp "$here/runtimes/loop.mjs" "$work/task/"
            if command -v node >/dev/null; then command_of[node]="$(command -v node) $work/task/loop.mjs"
            else missing[node]="node is missing (Debian package nodejs)"; fi ;;
        sh)
            cp "$here/runtimes/loop.sh" "$work/task/"
            if command -v curl >/dev/null; then command_of[sh]="/bin/sh $work/task/loop.sh"
            else missing[sh]="curl is missing (Debian package curl)"; fi ;;
    esac
}

cc -O2 -Wall -Wextra -o "$work/load" "$here/load.c"
for name in "${runtimes[@]}"; do prepare "$name"; done
busybox=$(command -v busybox || true)
# Only a static one is what the row says: the interpreter of a dynamic one stands in its first page.
if [[ ! $busybox ]] || head -c 4096 "$busybox" | grep -aq /ld-; then
    missing[busybox]="a static busybox is missing (Debian package busybox-static)"
    for i in "${!cases[@]}"; do [[ ${cases[i]} == busybox-* ]] && unset "cases[i]"; done
fi

if ((modes)); then
    cp "$here"/children/line.* "$work/task/"
    cc -O2 -Wall -Wextra -o "$work/task/line" "$here/children/line.c"
    rscript=$(command -v Rscript || true)
    if [[ ! $rscript ]] || ! "$rscript" -e 'library(jsonlite)' >/dev/null 2>&1; then
        missing[R]="R or its jsonlite is missing (Debian packages r-base-core, r-cran-jsonlite)"
        cases=("${cases[@]/mode-r/}")
    fi
fi

present=()
for name in "${runtimes[@]}"; do [[ ${command_of[$name]:-} ]] && present+=("$name"); done
for name in "${!missing[@]}"; do note "left out: $name: ${missing[$name]}"; done
((strict && ${#missing[@]})) && fail "--strict: something is missing"
((${#present[@]})) || fail "no runtime is left to measure"

# --- one measurement ------------------------------------------------------------------------------------------------

tools_path=/usr/local/bin:/usr/bin:/bin
command -v curl >/dev/null && tools_path=$(dirname "$(command -v curl)"):$tools_path

# Every runtime gets the same environment, the one that Lambda gives, and nothing of the caller's.
measure() { # CHILD "RUNTIME..." LOAD-OPTION... : prints the JSON of load
    local child=$1 names=$2 name program=() words=() commands=()
    shift 2
    read -ra program <<<"$child"
    for name in $names; do
        read -ra words <<<"${command_of[$name]}"
        # awslambdaric's command line has no place for the program: its handler takes it from the environment.
        [[ $name == ric ]] || words+=("${program[@]}")
        commands+=(-- "$name" "${words[@]}")
    done
    (
        cd "$work/task"
        env -i PATH="$tools_path" LANG=en_US.UTF-8 TZ=:UTC TMPDIR="$work/tmp" \
            LD_LIBRARY_PATH="/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:$work/task:$work/task/lib:/opt/lib" \
            LAMBDA_TASK_ROOT="$work/task" LAMBDA_RUNTIME_DIR=/var/runtime _HANDLER=handler.handler \
            AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_LAMBDA_INITIALIZATION_TYPE=on-demand \
            AWS_LAMBDA_FUNCTION_NAME=benchmark AWS_LAMBDA_FUNCTION_VERSION="\$LATEST" \
            AWS_LAMBDA_FUNCTION_MEMORY_SIZE=1769 AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/benchmark \
            BENCHMARK_COMMAND="$child" \
            "$work/load" --time-limit 120 "$@" "${commands[@]}" 2>>"$work/log"
    )
}

# Programs that start in 1, 20, 200 and 100 ms. Where they start slowly, a few events have to do.
measure_mode() { # CASE "RUNTIME..."
    local scale=1
    ((!quick)) || scale=5
    case $1 in
        mode-cat) measure /bin/cat "$2" --invocations "$small" --warmup "$warmup" --block 50 --seconds "$seconds" ;;
        mode-python) measure "$(command -v python3) $work/task/line.py" "$2" --invocations $((100 / scale)) --warmup 10 \
            --block 5 --seconds "$seconds" ;;
        mode-r) measure "$rscript $work/task/line.R" "$2" --invocations $((20 / scale)) --warmup 3 --block 2 --seconds 4 ;;
        # Between two events there is time for a start.
        mode-slow) measure "$work/task/line 100" "$2" --invocations $((20 / scale)) --warmup 3 --block 2 --pause 200 ;;
    esac
}

# Several events at once, child sleeping 20 ms: they have to wait for each other or not.
measure_lanes() { # MODE
    (
        cd "$work/task"
        env -i PATH="$tools_path" TMPDIR="$work/tmp" LAMBDA_TASK_ROOT="$work/task" SHIM_MODE="$1" \
            python3 "$here/lanes.py" --seconds "$seconds" -- "$shim_path" "$work/task/line" 0 20 2>>"$work/log"
    )
}

measure_case() { # CASE "RUNTIME..."
    [[ $1 != mode-* ]] || { measure_mode "$@"; return; }
    local child=/bin/cat
    [[ $1 == busybox-* ]] && child="$busybox cat"
    case $1 in
        cold) measure "$child" "$2" --cold "$cold" ;;
        *-small) measure "$child" "$2" --size "$small_bytes" --invocations "$small" --warmup "$warmup" \
            --block 50 --seconds "$seconds" ;;
        *-large) measure "$child" "$2" --size "$large_bytes" --invocations "$large" --warmup 10 --block 2 \
            --seconds "$seconds" ;;
    esac
}

# --- the soak -------------------------------------------------------------------------------------------------------

failed=0
if [[ $soak ]]; then
    window=$((invocations >= 2000 ? 1000 : (invocations + 1) / 2))
    measure /bin/cat "$soak" --invocations "$invocations" --window "$window" --time-limit 1800 >"$work/soak.json" ||
        failed=1
    python3 "$here/report.py" soak "$soak" "$window" "$work/soak.json" "$here/out/soak-$soak.json"
    if ((failed)); then tail -n 20 "$work/log" >&2; fi
    exit "$failed"
fi

# --- the rounds -----------------------------------------------------------------------------------------------------

racing=${present[*]}
started=$(date -u +%Y-%m-%dT%H:%M:%SZ)
for ((round = 1; round <= rounds; round++)); do
    printf 'round %d of %d:' "$round" "$rounds" >&2
    for case in "${cases[@]}"; do
        [[ $case ]] || continue
        printf ' %s' "$case" >&2
        [[ $racing ]] || break
        if ! results=$(measure_case "$case" "$racing"); then
            failed=1
            # A runtime that failed once may hang each time until load loses its patience: it is out of the race.
            left=()
            for name in $racing; do [[ $results == *"\"$name\":{\"ok\":true"* ]] && left+=("$name"); done
            racing=${left[*]}
        fi
        printf '{"round":%d,"case":"%s","results":%s}\n' "$round" "$case" "${results:-null}" >>"$work/raw.jsonl"
    done
    echo >&2
done

if ((modes)) && [[ $shim_path ]]; then
    note "several events at once"
    for mode in process standby worker; do
        lanes=$(measure_lanes "$mode") || failed=1
        printf '{"round":1,"case":"lanes-%s","results":%s}\n' "$mode" "${lanes:-null}" >>"$work/raw.jsonl"
    done
fi

{
    printf 'started\t%s\n' "$started"
    printf 'rounds\t%d\nquick\t%d\ncold_starts\t%d\n' "$rounds" "$quick" "$cold"
    for name in "${!missing[@]}"; do printf 'missing\t%s\t%s\n' "$name" "${missing[$name]}"; done
    for name in "${present[@]}"; do
        case $name in
            floor) version=$(cc --version | head -n 1) ;;
            ric) version="awslambdaric $("$python" -c 'import awslambdaric; print(awslambdaric.__version__)'), $(
                "$python" --version)" ;;
            node) version="Node $(node --version)" ;;
            sh) version=$(curl --version | head -n 1 | cut -d' ' -f1-2) ;;
            *) version='' ;;
        esac
        printf 'version\t%s\t%s\n' "$name" "$version"
    done
} >"$work/facts.tsv"

form=rounds name=benchmark table=results
((!modes)) || form=modes name=modes table=modes
chart=$here/out/$name.svg
# The chart of the docs shows all rows, and no other, or is not touched.
((quick || failed || ${#missing[@]} || ${#present[@]} < ${#all_runtimes[@]})) || [[ ${BEFORE:-} ]] ||
    chart=$root/docs/$name.svg
mkdir -p "$(dirname "$chart")"
python3 "$here/report.py" "$form" "$work/raw.jsonl" "$work/facts.tsv" "$here/out/$table.json" "$chart"
note "wrote benchmarks/out/$table.json and ${chart#"$root"/}"

if ((failed)); then
    note "a runtime failed; the end of what the runtimes and load wrote to stderr:"
    tail -n 20 "$work/log" >&2
    exit 1
fi
