"""Turns the measurements of run.sh into a table, results.json and a chart.

    report.py rounds RAW.jsonl FACTS.tsv RESULTS.json CHART.svg
    report.py modes RAW.jsonl FACTS.tsv RESULTS.json CHART.svg
    report.py soak RUNTIME WINDOW SOAK.json RESULTS.json

Only the standard library: the benchmark must run where Python is, and nothing else.
"""

import json
import os
import platform
import sys
from datetime import datetime, timezone
from statistics import median
from xml.sax.saxutils import escape

ORDER = ["floor", "floor-worker", "before", "shim", "process", "standby", "worker", "ric", "node", "sh"]
LABELS = {
    "floor": "floor (C)",
    "floor-worker": "floor of a worker (C)",
    "before": "another shim",
    "shim": "shim",
    "process": "process",
    "standby": "standby",
    "worker": "worker",
    "ric": "Python (awslambdaric)",
    "node": "Node (spawn)",
    "sh": "sh + curl",
}
# A worker's loop has nothing to start: its floor is the C loop with one process for all events.
FLOORS = {"worker": "floor-worker", "floor-worker": "floor-worker"}
MODES = ["process", "standby", "worker"]
CASES = {
    "cold": "Cold start: exec of the runtime to its first GET /next",
    "cat-small": "Events of 100 B, child /bin/cat (dynamic)",
    "busybox-small": "Events of 100 B, child busybox cat (static)",
    "cat-large": "Events of 6 MB, child /bin/cat (dynamic)",
    "busybox-large": "Events of 6 MB, child busybox cat (static)",
    "mode-cat": "cat, which starts in 1 ms",
    "mode-python": "Python that imports json and re",
    "mode-r": "R with jsonlite",
    "mode-slow": "C that starts in 100 ms, 200 ms between two events",
}


# --- reading and summing up -----------------------------------------------------------------------------------------


def machine():
    """What a number depends on. No host name: it says nothing about the speed."""
    model, memory = "unknown", 0
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith(("model name", "Model")):
                model = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo") as lines:
        for line in lines:
            if line.startswith("MemTotal:"):
                memory = int(line.split()[1])
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": model,
        "architecture": platform.machine(),
        "kernel": platform.release(),
        "memory_kb": memory,
        "load_average_at_end": os.getloadavg()[0],
    }


def read_facts(path):
    facts = {"missing": {}, "versions": {}}
    with open(path) as lines:
        for line in lines:
            key, *values = line.rstrip("\n").split("\t")
            if key == "missing":
                facts["missing"][values[0]] = values[1]
            elif key == "version":
                facts["versions"][values[0]] = values[1]
            else:
                facts[key] = int(values[0]) if values[0].isdigit() else values[0]
    return facts


def peak_kb(runtime, result):
    """VmHWM of the runtime. The work of `sh` is done by its children, so its largest child is added."""
    if "hwm_kb" not in result:
        return None
    return result["hwm_kb"] + (result["largest_process_kb"] if runtime == "sh" else 0)


def summarize(rows):
    """{case: {runtime: summary}}; a summary has either numbers or an `error`."""
    by_case = {}
    for row in rows:
        if row["results"] is None:
            sys.exit(f"report.py: load failed in round {row['round']}, case {row['case']}")
        for runtime, result in row["results"].items():
            by_case.setdefault(row["case"], {}).setdefault(runtime, {})[row["round"]] = result
    summary = {}
    for case, by_runtime in by_case.items():
        summary[case] = {}
        for runtime in sorted(by_runtime, key=ORDER.index):
            rounds = by_runtime[runtime]
            floor = by_runtime.get(FLOORS.get(runtime, "floor"), {})
            errors = [result["error"] for result in rounds.values() if not result["ok"]]
            if errors:
                summary[case][runtime] = {"error": errors[0], "rounds": rounds}
                continue
            # Of the same round: what slowed one down slowed the other down too.
            ratios = [
                result["p50_us"] / floor[number]["p50_us"]
                for number, result in rounds.items()
                if number in floor and floor[number]["ok"]
            ]
            entry = {"p50_us": median(r["p50_us"] for r in rounds.values())}
            if case == "cold":
                entry["samples"] = sum(r["starts"] for r in rounds.values())
            else:
                entry["samples"] = sum(r["invocations"] for r in rounds.values())
                entry["p99_us"] = median(r["p99_us"] for r in rounds.values())
                entry["per_second"] = median(r["per_second"] for r in rounds.values())
                entry["peak_kb"] = max(peak_kb(runtime, r) for r in rounds.values())
            if ratios:
                entry["ratio"] = {"median": median(ratios), "min": min(ratios), "max": max(ratios)}
            entry["rounds"] = rounds
            summary[case][runtime] = entry
    return summary


# --- the table ------------------------------------------------------------------------------------------------------


def digits(value):
    """Three figures that mean something: 0.482, 3.91, 28.4, 155."""
    return f"{value:.{3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0}f}"


def times(value):
    """A ratio: 0.92, 1.08, 26.4, 132."""
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"


def ratio_text(ratio):
    if not ratio:
        return "", ""
    return times(ratio["median"]), f"{times(ratio['min'])} - {times(ratio['max'])}"


def print_table(summary, facts):
    for case in CASES:
        if case not in summary:
            continue
        print(f"\n{CASES[case]}")
        cold = case == "cold"
        heads = ["p50 ms", "p99 ms", "per second", "x floor", "min - max", "peak MB", "samples"]
        if cold:
            heads = ["p50 ms", "x floor", "min - max", "samples"]
        print(f"  {'':22}" + "".join(f"{head:>{14 if head == 'min - max' else 11}}" for head in heads))
        for runtime, entry in summary[case].items():
            if "error" in entry:
                print(f"  {LABELS[runtime]:22}  FAILED: {entry['error']}")
                continue
            middle, spread = ratio_text(entry.get("ratio"))
            cells = [digits(entry["p50_us"] / 1000)]
            if not cold:
                cells += [digits(entry["p99_us"] / 1000), digits(entry["per_second"])]
            cells += [middle, spread]
            if not cold:
                cells.append(digits(entry["peak_kb"] / 1024))
            cells.append(str(entry["samples"]))
            widths = [14 if head == "min - max" else 11 for head in heads]
            print(f"  {LABELS[runtime]:22}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths)))
    print(f"\n  Medians over {facts['rounds']} rounds. x floor: ratio of the p50 to the floor's of the same round.")
    if any("sh" in entries for case, entries in summary.items() if case != "cold"):
        print("  Peak of sh + curl: VmHWM of the shell plus its largest child; of the others: VmHWM of the runtime.")
    for name, reason in sorted(facts["missing"].items()):
        print(f"  Left out: {name}: {reason}")


# --- the chart ------------------------------------------------------------------------------------------------------

# The card has a background of its own, so that it can be read where the page's theme is not the one that the browser
# reports to an image.
STYLE = """
    text { font: 13px -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
    .card { fill: #ffffff; stroke: #d1d9e0; }
    .title { font-size: 17px; font-weight: 600; fill: #1f2328; }
    .head { font-weight: 600; fill: #1f2328; }
    .label, .value { fill: #1f2328; }
    .value { stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; paint-order: stroke; }
    .ours { font-weight: 600; }
    .minor { font-size: 12px; fill: #59636e; }
    .grid { stroke: #d1d9e0; stroke-width: 1; }
    .bar { fill: #8c959f; }
    .bar.floor { fill: #c4cad1; }
    .bar.shim { fill: #f05138; }
    @media (prefers-color-scheme: dark) {
        .card { fill: #0d1117; stroke: #3d444d; }
        .title, .head, .label, .value { fill: #f0f6fc; }
        .value { stroke: #0d1117; }
        .minor { fill: #9198a1; }
        .grid { stroke: #2f363d; }
        .bar { fill: #768390; }
        .bar.floor { fill: #484f58; }
    }
"""

PANELS = [
    # title, unit of the axis, case, key, divisor
    ("Warm invocation, event of 100 B", "median latency, ms", "cat-small", "p50_us", 1000),
    ("Warm invocation, event of 6 MB", "median latency, ms", "cat-large", "p50_us", 1000),
    ("Cold start, until the first GET /next", "median, ms", "cold", "p50_us", 1000),
    ("Peak memory, events of 100 B", "MB", "cat-small", "peak_kb", 1024),
]

MODE_PANELS = [
    (CASES[case], "median latency, ms", case, "p50_us", 1000)
    for case in ("mode-cat", "mode-python", "mode-r", "mode-slow")
]


def axis_step(highest):
    """A round step that gives three to six marks."""
    for power in range(-4, 7):
        for lead in (1, 2, 5):
            step = lead * 10.0**power
            if highest / step <= 5:
                return step
    return highest


def panel(out, x, y, summary, title, unit, case, key, divisor):
    entries = {name: entry for name, entry in summary[case].items() if "error" not in entry}
    label_width, bar_width, row, bar = 150, 175, 27, 15
    left, top = x + label_width, y + 18
    highest = max(entry[key] / divisor for entry in entries.values())
    step = axis_step(highest)
    bottom = top + row * len(entries)
    out.append(f'<text class="head" x="{x}" y="{y}">{escape(title)}</text>')
    mark = 0
    while mark * step <= highest * 1.0001:
        at = left + bar_width * mark * step / highest
        out.append(f'<line class="grid" x1="{at:.1f}" y1="{top}" x2="{at:.1f}" y2="{bottom + 4}"/>')
        out.append(f'<text class="minor" x="{at:.1f}" y="{bottom + 18}" text-anchor="middle">{mark * step:g}</text>')
        mark += 1
    out.append(f'<text class="minor" x="{left + bar_width / 2}" y="{bottom + 35}" text-anchor="middle">{unit}</text>')
    for index, (runtime, entry) in enumerate(entries.items()):
        middle = top + row * index + row / 2
        value = entry[key] / divisor
        width = max(bar_width * value / highest, 1.5)
        is_ours = runtime == "shim" or runtime in MODES
        ours = " ours" if is_ours else ""
        out.append(
            f'<text class="label{ours}" x="{left - 8}" y="{middle + 4.5}" text-anchor="end">{LABELS[runtime]}</text>'
        )
        kind = "floor" if runtime.startswith("floor") else "shim" if is_ours else runtime
        out.append(
            f'<rect class="bar {kind}" x="{left}" y="{middle - bar / 2}" width="{width:.1f}" height="{bar}" rx="2"/>'
        )
        text = digits(value)
        ratio = entry.get("ratio")
        if key == "p50_us" and ratio and not runtime.startswith("floor"):
            text += f" · {times(ratio['median'])}×"
        out.append(f'<text class="value{ours}" x="{left + width + 6:.1f}" y="{middle + 4.5}">{text}</text>')
    return bottom + 35


def chart(summary, facts, hardware, panels, title, subtitle):
    panels = [p for p in panels if any("error" not in entry for entry in summary.get(p[2], {}).values())]
    out, y, bottom = [], 92, 0
    for index, (head, unit, case, key, divisor) in enumerate(panels):
        column = index % 2
        if index and column == 0:
            y = bottom + 38
        bottom = max(bottom, panel(out, 24 + column * 436, y, summary, head, unit, case, key, divisor))
    height = bottom + 24
    kernel = ".".join(hardware["kernel"].split(".")[:2])
    subtitle = subtitle.format(
        rounds=facts["rounds"], system=f"{hardware['cores']} cores, Linux {kernel}, {hardware['architecture']}"
    )
    description = "Bar charts of Lambda runtimes; benchmarks/README.md explains the numbers."
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="{height}" viewBox="0 0 900 {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<desc>{description}</desc>",
        f"<style>{STYLE}</style>",
        f'<rect class="card" x="0.5" y="0.5" width="899" height="{height - 1}" rx="8"/>',
        f'<text class="title" x="24" y="36">{escape(title)}</text>',
        f'<text class="minor" x="24" y="58">{escape(subtitle)}</text>',
    ]
    return "\n".join(head + out + ["</svg>", ""])


# --- commands -------------------------------------------------------------------------------------------------------


def write_json(path, value):
    with open(path, "w") as file:
        json.dump(value, file, indent=2)
        file.write("\n")


def report_rounds(raw, facts_path, results, chart_path):
    summary, facts, hardware = report(raw, facts_path, results)
    subtitle = (
        "Child /bin/cat. Medians of {rounds} alternating rounds, {system}. "
        "×: ratio to the floor, the same loop in C. Shorter is better."
    )
    title = "What a Lambda runtime adds to running a program"
    with open(chart_path, "w") as file:
        file.write(chart(summary, facts, hardware, PANELS, title, subtitle))


def report_modes(raw, facts_path, results, chart_path):
    summary, facts, hardware = report(raw, facts_path, results)
    subtitle = (
        "Events of 100 B. Medians of {rounds} alternating rounds, {system}. "
        "×: ratio to a floor in C, that of a worker or of a process per event."
    )
    with open(chart_path, "w") as file:
        file.write(chart(summary, facts, hardware, MODE_PANELS, "The time of an event in each mode of shim", subtitle))


def report(raw, facts_path, results):
    """Prints the table and writes the numbers; gives back what a chart is made of."""
    with open(raw) as lines:
        rows = [json.loads(line) for line in lines]
    lanes = {row["case"].removeprefix("lanes-"): row["results"] for row in rows if row["case"].startswith("lanes-")}
    facts, hardware = read_facts(facts_path), machine()
    facts["finished"] = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    summary = summarize([row for row in rows if not row["case"].startswith("lanes-")])
    print_table(summary, facts)
    print_lanes(lanes)
    write_json(results, {"run": facts, "machine": hardware, "cases": summary, "lanes": lanes})
    return summary, facts, hardware


def print_lanes(lanes):
    for mode, by_count in lanes.items():
        print(f"\nSeveral events at once, {mode}, child sleeping 20 ms")
        if not by_count:
            print("  FAILED")
            continue
        one = by_count["1"]
        print(f"  {'lanes':>8}{'per second':>12}{'x one':>8}{'RSS MB':>10}{'MB a lane':>11}")
        for count, entry in by_count.items():
            more = int(count) - 1
            cost = f"{(entry['rss_kb'] - one['rss_kb']) / 1024 / more:.2f}" if more else ""
            print(
                f"  {count:>8}{digits(entry['per_second']):>12}{entry['per_second'] / one['per_second']:>8.2f}"
                f"{digits(entry['rss_kb'] / 1024):>10}{cost:>11}"
            )


def report_soak(runtime, window, soak, results):
    with open(soak) as file:
        result = json.load(file)[runtime]
    write_json(results, {"runtime": runtime, "machine": machine(), "result": result})
    windows = result["windows"]
    print(f"\nSoak of {LABELS[runtime]}: {result['invocations']} events of {result['size']} B, child /bin/cat")
    if not result["ok"]:
        print(f"  FAILED: {result['error']}")
    if not windows:
        return
    print(f"  {'after':>8}{'p50 ms':>10}{'RSS MB':>10}{'descriptors':>13}")
    # At most ten lines, the first and the last among them.
    step = max(1, (len(windows) - 1 + 8) // 9)
    shown = sorted(set(range(0, len(windows), step)) | {len(windows) - 1})
    for index in shown:
        entry = windows[index]
        print(
            f"  {(index + 1) * int(window):>8}{digits(entry['p50_us'] / 1000):>10}"
            f"{digits(entry['rss_kb'] / 1024):>10}{entry['descriptors']:>13}"
        )
    first, last = windows[0], windows[-1]
    print(
        f"  last window to first: p50 x {last['p50_us'] / first['p50_us']:.2f}, "
        f"RSS {(last['rss_kb'] - first['rss_kb']):+d} KB, "
        f"descriptors {last['descriptors'] - first['descriptors']:+d}; peak {digits(result['hwm_kb'] / 1024)} MB"
    )


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    {"rounds": report_rounds, "modes": report_modes, "soak": report_soak}[command](*arguments)
