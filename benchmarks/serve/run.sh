#!/usr/bin/env bash
# Compares 'shim-sim serve' with AWS's emulator (RIE) and with a relay in C that does nothing else (relay.c), which is the
# floor: the same bootstrap, the same client, in turns.
#
#   benchmarks/serve/run.sh [ROUNDS]        (default 5)
#   BEFORE=PATH benchmarks/serve/run.sh     another shim-sim in the same run, to see what a change has brought
#   CONNECTIONS=N ...                       so many more connections to serve, idle, while it is measured (default 0)
#
# RIE is the file that SHIM_TEST_RIE names, else the one that scripts/test.sh has fetched. Prints a table, and the same as
# JSON on the last line. Exit status 1 where an answer was wrong.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

rounds=${1:-5}
[[ $rounds =~ ^[1-9][0-9]*$ ]] || { echo "usage: benchmarks/serve/run.sh [ROUNDS]" >&2; exit 64; }
rie=${SHIM_TEST_RIE:-$PWD/.build/test-tools/aws-lambda-rie-$(uname -m | sed s/aarch64/arm64/)}
[[ -x $rie ]] || { echo "run.sh: no RIE at '$rie': run scripts/test.sh once, or set SHIM_TEST_RIE" >&2; exit 1; }
swift build -c release --product shim-sim >/dev/null 2>&1 || swift build -c release --product shim-sim
sim=$PWD/.build/release/shim-sim

work=$(mktemp -d)
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
mkdir "$work/function"
cc -O2 -o "$work/function/bootstrap" benchmarks/serve/runtime.c
cc -O2 -o "$work/client" benchmarks/serve/client.c
cc -O2 -o "$work/relay" benchmarks/serve/relay.c

path=/2015-03-31/functions/function/invocations
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
await() { for _ in $(seq 200); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; sleep 0.05; done; return 1; }
serve() { # PORT [OPTION...]
    "$sim" serve "$work/function" --quiet --port "$@" 2>/dev/null &
    pids+=($!)
    await "$1"
}

ours=$(free_port) theirs=$(free_port) floor=$(free_port) api=$(free_port) one=$(free_port) eight=$(free_port)
earlier=$(free_port)
serve "$ours"
sim_pid=${pids[-1]}
measured=("serve:$ours" "rie:$theirs" "relay:$floor")
if [[ -n ${BEFORE:-} ]]; then
    sim=$BEFORE serve "$earlier"
    measured+=("before:$earlier")
fi
"$rie" --runtime-interface-emulator-address "127.0.0.1:$theirs" --runtime-api-address "127.0.0.1:$api" \
    "$work/function/bootstrap" >/dev/null 2>&1 &
pids+=($!)
await "$theirs"
"$work/relay" "$floor" "$work/function/bootstrap" >/dev/null 2>&1 &
pids+=($!)
await "$floor"
serve "$one" --concurrency 1 --env WORK_MS=5
serve "$eight" --concurrency 8 --env WORK_MS=5

resident() { awk '/^VmRSS/ { print $2 }' "/proc/$sim_pid/status"; }
for name in "${measured[@]}"; do "$work/client" "${name##*:}" $path 1 500 100 >/dev/null; done
if ((${CONNECTIONS:-0} > 0)); then
    python3 -c 'import resource, socket, sys, time
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
open = [socket.create_connection(("127.0.0.1", int(port))) for port in sys.argv[2:] for _ in range(int(sys.argv[1]))]
print("open", flush=True)
time.sleep(3600)' "$CONNECTIONS" "$ours" ${BEFORE:+"$earlier"} >"$work/open" &
    pids+=($!)
    for _ in $(seq 200); do [[ -s $work/open ]] && break; sleep 0.05; done
fi
"$work/client" "$one" $path 1 20 100 >/dev/null
"$work/client" "$eight" $path 8 80 100 >/dev/null
before=$(resident)
for ((round = 1; round <= rounds; round++)); do
    for size in 100 1000000; do
        count=$((size == 100 ? 2000 : 100))
        for name in "${measured[@]}"; do
            echo "${name%%:*} $size $("$work/client" "${name##*:}" $path 1 $count $size)"
        done
    done
    echo "one 100 $("$work/client" "$one" $path 1 100 100)"
    echo "eight 100 $("$work/client" "$eight" $path 8 800 100)"
done >"$work/results"
"$work/client" "$ours" $path 1 20000 100 >/dev/null
after=$(resident)

python3 - "$work/results" "$before" "$after" <<'PYTHON'
import json, statistics, sys
rows = {}
for line in open(sys.argv[1]):
    name, size, result = line.split(" ", 2)
    result = json.loads(result)
    if result["wrong"]: sys.exit(f"{name}: {result['wrong']} wrong answers")
    rows.setdefault((name, int(size)), []).append(result)
def median(name, size, key): return statistics.median(r[key] for r in rows[name, size])
out = {}
before = ("before", 100) in rows
print(f"{'':28}{'serve':>12}{'RIE':>12}{'relay':>12}{'serve/RIE':>12}{'serve/relay':>13}" + (f"{'before':>12}{'serve/before':>14}" if before else ""))
for size, label in [(100, "100 B"), (1000000, "1 MB")]:
    for key, text in [("p50", "p50 µs"), ("p99", "p99 µs"), ("perSecond", "invocations/s")]:
        a, b, c = (median(name, size, key) for name in ("serve", "rie", "relay"))
        out[f"{key}{size}"] = {"serve": a, "rie": b, "relay": c, "ratio": round(a / b, 3), "floor": round(a / c, 3)}
        line = f"{label + ', ' + text:28}{a:12.1f}{b:12.1f}{c:12.1f}{a / b:12.2f}{a / c:13.2f}"
        if before:
            d = median("before", size, key)
            out[f"{key}{size}"]["before"] = d
            line += f"{d:12.1f}{a / d:14.2f}"
        print(line)
one, eight = median("one", 100, "perSecond"), median("eight", 100, "perSecond")
out["parallel"] = {"one": one, "eight": eight, "ratio": round(eight / one, 2)}
print(f"5 ms of work, 1 client {one:.0f}/s, 8 clients {eight:.0f}/s: {eight / one:.2f} times (RIE takes one at a time)")
before, after = int(sys.argv[2]), int(sys.argv[3])
out["memory"] = {"beforeKB": before, "afterKB": after}
print(f"memory of serve: {before} KB at first, {after} KB after all rounds and 20,000 more")
print(json.dumps(out))
PYTHON
