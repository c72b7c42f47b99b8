#!/usr/bin/env python3
"""Packs the programs of programs.toml, each as a zip and as an image, and proves the packages where this machine does not help.

Each package runs in the bare root (what provided.al2023 has), each zip also in a bare Debian 12 and 11 made by debootstrap;
as root, and as somebody without root's rights. Without its data, each must be refused. Prints the table of docs/reference/programs.md;
--update writes it there; with names, the rows of these programs only.

usage: scripts/prove-programs.py [--ci] [--update] [NAME...]
needs: root, debootstrap, the programs (a list of packages is printed if some are missing), and a release build (or SHIM_BIN, the
folder of another build, and SHIM_STATIC, a static shim)
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(os.environ.get("SHIM_BIN", ROOT / ".build" / "release"))
SHIM = ["--shim", os.environ["SHIM_STATIC"]] if "SHIM_STATIC" in os.environ else []
CACHE = Path(os.environ.get("SHIM_TEST_CACHE", "/var/tmp/shim-test-cache"))
BEGIN, END = "<!-- programs: made by scripts/prove-programs.py -->", "<!-- end of programs -->"


def run(words, **options):
    return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=900, **options)


def debian(name):
    """The root of a bare Debian, made once."""
    path = CACHE / name
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        sites = run(["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"]).stdout.split()
        mirror = next(site for site in sites if "security" not in site)
        making = Path(f"{path}.{os.getpid()}")
        made = run(["debootstrap", "--variant=minbase", name, making, mirror])
        if made.returncode != 0:
            raise SystemExit(f"debootstrap {name}: {made.stderr or made.stdout[-500:]}")
        making.rename(path)
    return path


class Proof:
    def __init__(self, entry, folder, roots):
        self.entry, self.folder, self.roots = entry, Path(folder), roots
        self.failures = []
        for name, text in entry.get("files", {}).items():
            (self.folder / name).write_text(text)

    def pack(self, output, options):
        files = [word for name in self.entry.get("files", {}) for word in ("--include", name)]
        words = [BIN / "shim-pack", *SHIM, *output, *options, *files, self.entry["program"]]
        arguments = self.entry.get("arguments", [])
        return run([*words, *(["--", *arguments] if arguments else [])], cwd=self.folder)

    def answers(self, package, options=(), user=()):
        """Whether the package answers as it should; why not is kept."""
        words = [*user, BIN / "shim-sim", "run", package, "--timeout", "60", "--memory", "3008", *options]
        result = run([*words, "-d", self.entry["event"]], cwd=self.folder)
        if result.returncode == 0 and re.search(self.entry["answer"], result.stdout, re.M):
            return True
        last = [line for line in (result.stderr + result.stdout).splitlines() if line.strip()]
        self.failures.append(f"{package} {' '.join(map(str, options))}: {' | '.join(last[-4:])[:600]}")
        return False

    def form(self, output, name, roots):
        """Packs one form and runs it everywhere; the size in bytes, or None."""
        made = self.pack(output, ["--observe", self.entry["event"]])
        if made.returncode != 0:
            self.failures.append(f"{name}: {made.stderr.strip()[-600:]}")
            return None
        # A user namespace knows one user only, so there even its superuser must do as everybody else.
        other = ["unshare", "--user", "--map-root-user", "--mount", "--"]
        isolate = [] if name.endswith(".tar") else ["--isolate"]
        good = self.answers(name, isolate) and self.answers(name, isolate, user=other)
        for root in roots:
            good = self.answers(name, ["--isolate", "--root", root]) and good
        return (self.folder / name).stat().st_size if good else None

    def old(self, root):
        """Whether a zip for provided.al2 runs in the root of an older system, as the glibc of that is too old for others."""
        made = self.pack(["-o", "old.zip"], ["--target", "provided.al2", "--observe", self.entry["event"]])
        if made.returncode != 0:
            self.failures.append(f"old.zip: {made.stderr.strip()[-600:]}")
            return False
        return self.answers("old.zip", ["--isolate", "--root", root])

    def refused(self):
        """Whether the package without its data is refused, with a message that names what is missing."""
        wanted = self.entry.get("missing")
        if not wanted:
            return None
        made = self.pack(["-o", "bare.zip"], ["--test", self.entry["event"]])
        if made.returncode == 1 and re.search(wanted, made.stderr, re.I) and not (self.folder / "bare.zip").exists():
            return True
        self.failures.append(f"without its data: status {made.returncode}: {made.stderr.strip()[-600:]}")
        return False

    def all(self):
        entry = self.entry
        zipped = "no"
        if entry.get("zip") is not False:
            size = self.form(["-o", "p.zip"], "p.zip", self.roots[:1])
            zipped = megabytes(size)
            if size and self.roots and not self.old(self.roots[1]):
                zipped += ", not on provided.al2"
        image = megabytes(self.form(["--image", "p.tar"], "p.tar", []))
        return zipped, image, self.refused()


def megabytes(size):
    return "no" if size is None else f"{size / 1e6:.1f} MB"


def row(entry, result):
    zipped, image, refused = result
    proof = {None: "needs none", True: "refused", False: "**not refused**"}[refused]
    return f"| {entry['name']} | {zipped} | {image} | {proof} |"


def main():
    words = sys.argv[1:]
    names = [word for word in words if not word.startswith("-")]
    entries = tomllib.loads((ROOT / "scripts" / "programs.toml").read_text())["program"]
    order = [entry["name"] for entry in entries]
    entries = [e for e in entries if (not names or e["name"] in names) and ("--ci" not in words or e.get("ci"))]
    if os.geteuid() != 0:
        raise SystemExit("prove-programs.py: needs root, for debootstrap and for both ways to isolate")
    missing = sorted({p for e in entries for p in e["packages"] if not Path(f"/var/lib/dpkg/info/{p}.list").exists()
                      and not list(Path("/var/lib/dpkg/info").glob(f"{p}:*.list"))})
    if missing:
        raise SystemExit("prove-programs.py: missing: apt-get install " + " ".join(missing))
    roots = [] if "--ci" in words else [debian("bookworm"), debian("bullseye")]
    head = ["| program | zip | image | without its data |", "|---|---|---|---|"]
    page = ROOT / "docs" / "reference" / "programs.md"
    start, rest = page.read_text().split(BEGIN)
    old, end = rest.split(END)
    rows = {cells[1].strip(): line for line in old.splitlines() if len(cells := line.split("|")) == 6} if names else {}
    failed = []
    for entry in entries:
        with tempfile.TemporaryDirectory(prefix="prove-") as folder:
            os.chmod(folder, 0o755)
            proof = Proof(entry, folder, roots)
            result = proof.all()
        rows[entry["name"]] = row(entry, result)
        print(rows[entry["name"]], file=sys.stderr, flush=True)
        for failure in proof.failures:
            print(f"    {failure}", file=sys.stderr, flush=True)
        if proof.failures:
            failed.append(entry["name"])
    lines = [rows[name] for name in order if name in rows]
    zips, images = (sum(line.split("|")[column].strip() != "no" for line in lines) for column in (2, 3))
    table = "\n".join([*head, *lines, "", f"{len(lines)} programs: {zips} as a zip, {images} as an image."])
    print(table)
    if "--update" in words:
        page.write_text(f"{start}{BEGIN}\n{table}\n{END}{end}")
    if failed and "--ci" in words:
        raise SystemExit("prove-programs.py: failed: " + ", ".join(failed))


if __name__ == "__main__":
    main()
