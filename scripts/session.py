#!/usr/bin/env python3
"""Runs the console blocks of a Markdown file and compares what they print with what stands there.

usage: session.py [--update] FILE.md

All blocks that begin with ```console are one session of bash, in a copy of the file's folder. A line that begins with "$ "
is a command ("> " goes on with it), which must succeed; the lines below it are what it prints, standard error included. In
these, "…" stands for anything within a line, and a line that is only "..." for any number of lines. A comment may follow a
command after two or more spaces and "# ". A block after the line <!-- not run --> is left out.

--update writes what was printed into the file, where it is not what stands there, and brings back the pictures (*.svg) that
the session made.

The folder with the programs comes first on PATH, if SHIM_BIN names one. Exits with 0 where everything is as it stands there.
Whatever the session started ends with it.
"""

import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# Seconds for one command. A build of a Haskell or Julia program on a small machine takes minutes.
LIMIT = 900


def blocks(lines):
    """(number of the first line, commands) of each block; a command is [text, first line of its output, output lines]."""
    number = 0
    skipped = False
    while number < len(lines):
        line = lines[number]
        number += 1
        if line.strip() == "<!-- not run -->":
            skipped = True
        elif line.strip() == "```console":
            commands = []
            while number < len(lines) and lines[number].strip() != "```":
                text = lines[number]
                if text.startswith("$ "):
                    commands.append([text[2:], number + 1, []])
                elif text.startswith("> ") and commands and not commands[-1][2]:
                    commands[-1][0] += "\n" + text[2:]
                    commands[-1][1] = number + 1
                elif not commands:
                    sys.exit(f"line {number + 1}: output without a command")
                else:
                    commands[-1][2].append(text)
                number += 1
            number += 1
            if not skipped:
                yield commands
            skipped = False
        elif line.strip():
            skipped = False


def matches(wanted, got):
    """Whether lines are what stands there, with its two wild cards."""
    pattern = ""
    for line in wanted:
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*?".join(re.escape(part) for part in line.rstrip().split("…")) + r"[ \t]*\n"
    return re.fullmatch(pattern, "".join(line + "\n" for line in got)) is not None


class Session:
    """One bash, which reads its commands from a pipe and writes everything into a file."""

    def __init__(self, folder, output):
        self.output = output
        environment = dict(os.environ, PS1="", HISTFILE="")
        if os.environ.get("SHIM_BIN"):
            environment["PATH"] = os.path.abspath(os.environ["SHIM_BIN"]) + ":" + environment["PATH"]
        self.file = open(output, "wb")
        self.done_read, done_write = os.pipe()
        self.bash = subprocess.Popen(
            ["bash", "--norc", "--noprofile"], cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=self.file,
            stderr=subprocess.STDOUT, pass_fds=[done_write], start_new_session=True, text=True)
        self.done_write = done_write
        os.close(done_write)

    def run(self, command):
        """What a command prints, without the escapes of a terminal, as lines; and its exit status."""
        start = os.path.getsize(self.output)
        # Only bash itself has the two pipes: a command must not read the next ones, nor a server hold its end.
        self.bash.stdin.write(f"{{ {command}\n}} </dev/null {self.done_write}>&-\necho $? >&{self.done_write}\n")
        self.bash.stdin.flush()
        signal.alarm(LIMIT)
        status = os.read(self.done_read, 16)
        signal.alarm(0)
        if not status:
            raise RuntimeError(f"bash ended at: {command}")
        with open(self.output, "rb") as file:
            file.seek(start)
            text = file.read().decode("utf-8", "replace")
        return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text).splitlines(), int(status)

    def end(self):
        """Ends all that the session started."""
        try:
            os.killpg(self.bash.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        self.bash.stdin.close()
        try:
            self.bash.wait(10)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.bash.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.bash.wait()
        self.file.close()


def main():
    arguments = sys.argv[1:]
    update = "--update" in arguments
    names = [argument for argument in arguments if argument != "--update"]
    if len(names) != 1 or names[0].startswith("-"):
        print(__doc__.strip(), file=sys.stderr if names else sys.stdout)
        sys.exit(64)
    path = names[0]
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")

    def late(*_):
        raise TimeoutError(f"a command took more than {LIMIT} s")
    signal.signal(signal.SIGALRM, late)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    failed, changes, count = 0, [], 0
    with tempfile.TemporaryDirectory(prefix="shim-session-") as place:
        folder = os.path.join(place, os.path.basename(os.path.dirname(os.path.abspath(path))))
        shutil.copytree(os.path.dirname(os.path.abspath(path)), folder, symlinks=True)
        session = Session(folder, os.path.join(place, "output"))
        try:
            for commands in blocks(lines):
                for text, first, wanted in commands:
                    count += 1
                    print(f"$ {text}", flush=True)
                    began = time.monotonic()
                    got, status = session.run(re.sub(r"\s{2,}# .*$", "", text))
                    print("".join(f"  {line}\n" for line in got), end="", flush=True)
                    if time.monotonic() - began > 2:
                        print(f"  [{time.monotonic() - began:.0f} s]", flush=True)
                    if status:
                        sys.exit(f"session.py: {path}:{first - 1}: exit status {status}")
                    if not matches(wanted, got):
                        failed += 1
                        changes.append((first, len(wanted), got))
                        if not update:
                            print(f"{path}:{first}: this stands there:", *wanted, sep="\n    ", flush=True)
        finally:
            session.end()
        if update:
            for picture in glob.glob(os.path.join(folder, "*.svg")):
                shutil.copy(picture, os.path.dirname(os.path.abspath(path)))
    if not count:
        sys.exit(f"session.py: '{path}' has no console block")
    if update and changes:
        for first, length, got in reversed(changes):
            lines[first:first + length] = got
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        print(f"session.py: {len(changes)} outputs of '{path}' written")
        return
    print(f"session.py: {path}: {count} commands, {failed} not as they stand there")
    sys.exit(1 if failed else 0)


try:
    main()
except (OSError, RuntimeError, TimeoutError) as error:
    sys.exit(f"session.py: {error}")
