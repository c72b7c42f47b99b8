#!/usr/bin/env python3
"""Times a new user's way from the release's archive to a URL that answers, on a Debian that has no Swift and nothing of ours.

Makes a bare Debian 12 with jq, zip, unzip and curl, puts the archive of a release into it, and runs there what README.md says, as a
user without rights: install, run, pack, serve, call. Prints the table of the README; --update writes it there.

usage: scripts/first-steps.py [--update] FOLDER [ROOT]
  FOLDER  where scripts/release.sh has written the archive, install.sh and SHA256SUMS
  ROOT    a bare Debian with these tools that is there already
needs: root, debootstrap
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- first steps: made by scripts/first-steps.py -->", "<!-- end of first steps -->"
TOOLS = "jq,zip,unzip,curl"
# Seconds for all steps together.
LIMIT = 120
FILTER = """'{hello: (.queryStringParameters.name // "world")}'"""
# What is done, the command, and what it must print last (a part of the line).
STEPS = [
    ("install the archive", "sh install.sh", "installed Shim"),
    ("call a program as a function", f"shim-sim run --quiet /usr/bin/jq -d '{{}}' -- -c {FILTER}", '{"hello":"world"}'),
    ("make a zip, and test it", f"shim-pack /usr/bin/jq -o hello.zip --test '{{}}' -- -c {FILTER}", '{"hello":"world"}'),
    ("serve it at a URL", "shim-sim serve --url-port 9001 hello.zip &", "ready on"),
    ("open the URL", "curl -s 'http://127.0.0.1:9001/?name=Ada'", '{"hello":"Ada"}'),
]


def fail(text: str) -> None:
    raise SystemExit(f"first-steps.py: {text}")


def enter(root: str, command: str) -> list[str]:
    """A command of the user in the root, with its own /proc; everything that it starts ends with it."""
    inside = f"cd /home/ada && HOME=/home/ada PATH=/home/ada/.local/bin:/usr/bin:/bin exec setpriv --reuid 1000 --regid 1000 --clear-groups {command}"
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc=" + root + "/proc", "chroot", root, "/bin/sh", "-c", inside]


def run(folder: str, root: str) -> list[tuple[str, str, float]]:
    home = Path(root) / "home/ada"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    for name in os.listdir(folder):
        if name in ("install.sh", "SHA256SUMS") or name.endswith(".tar.gz"):
            shutil.copy(Path(folder) / name, home)
    for path in (home, *home.iterdir()):
        os.chown(path, 1000, 1000)
    shell = subprocess.Popen(enter(root, "/bin/sh"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    limit = threading.Timer(LIMIT, shell.kill)
    limit.start()
    results = []
    try:
        for what, command, expected in STEPS:
            begin = time.monotonic()
            shell.stdin.write(command.removesuffix("&") + " </dev/null" + ("&\n" if command.endswith("&") else "; printf '\\n= %s\\n' $?\n"))
            shell.stdin.flush()
            seen, failed = [], True
            for line in shell.stdout:
                seen.append(line)
                if command.endswith("&") and expected in line or line == "= 0\n" and any(expected in text for text in seen):
                    failed = False
                    break
                if line.startswith("= "):
                    break
            if failed:
                fail(f"'{command}' did not print '{expected}':\n{''.join(seen)}")
            results.append((what, command, time.monotonic() - begin))
        return results
    finally:
        limit.cancel()
        shell.stdin.close()
        # unshare ignores the signals that ask.
        shell.kill()
        shell.wait()


def main() -> None:
    # So that what it made is removed then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    words = [word for word in sys.argv[1:] if word != "--update"]
    if len(words) not in (1, 2) or not (Path(words[0]) / "install.sh").exists():
        fail("name the folder of a release\nhint: scripts/release.sh --no-image --snapshot --output DIR makes one")
    if os.geteuid() != 0:
        fail("not root, so it cannot make a Debian to work in")
    folder = tempfile.mkdtemp()
    try:
        base = words[1] if len(words) == 2 else f"{folder}/debian"
        subprocess.run([ROOT / "scripts/debian-root.sh", "bookworm", base, "--variant=minbase", f"--include={TOOLS}"], check=True)
        if shutil.which("swift", path=f"{base}/usr/bin:{base}/bin"):
            fail("the bare Debian has Swift")
        results = run(words[0], base)
    finally:
        subprocess.run(["rm", "-rf", "--one-file-system", folder], check=True)
    lines = ["| | | seconds |", "|---|---|---|"]
    lines += [f"| {what} | `{command.replace('|', chr(92) + '|')}` | {seconds:.1f} |" for what, command, seconds in results]
    lines.append(f"| together | | **{sum(seconds for *_, seconds in results):.1f}** |")
    table = "\n".join(lines)
    print(table)
    if "--update" in sys.argv[1:]:
        page = ROOT / "README.md"
        before, _, rest = page.read_text().partition(BEGIN)
        page.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
