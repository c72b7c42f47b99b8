#!/usr/bin/env python3
"""Records the terminal session of scripts/recording.txt with the built programs, and writes it as an animated SVG.

The session is real: its commands are typed into a shell in a pseudo terminal, what the programs print is recorded with its times, and
waits longer than a second are shortened to that. The picture needs no script to play (CSS only); where nothing moves, or whoever looks
at it wants no motion, it shows the end of the session.

usage: scripts/recording.py [--check] [FILE]     (default: docs/session.svg)

--check writes nothing: it runs the session and compares its text with the file's, numbers and sums apart.
Needs the programs of a release build (or SHIM_BIN, their folder) and the tools that the session uses.
"""

import fcntl
import html
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(os.environ.get("SHIM_BIN", ROOT / ".build" / "release"))
COLUMNS, ROWS = 104, 26
KEYS, KEY_DELAY, LONGEST_WAIT, READING_TIME, LAST_PAUSE = 7, 0.1, 1.0, 0.5, 3.0
LIMIT, WAIT_LIMIT = 120, 20
# A line of the session that waits for a text of a program in the background.
WAIT = "## wait "
CELL_WIDTH, LINE_HEIGHT, MARGIN, TITLE_BAR = 8.0, 18.0, 14.0, 30.0


class Screen:
    """The lines of a terminal without colours, and when each of their parts was seen.

    A part is text that came at once: (line, column, text, from, until); `until` is None for what stays.
    """

    def __init__(self) -> None:
        self.lines: list[list[str]] = [[]]
        self.row, self.column = 0, 0
        self.parts: list[list] = []
        self.shown: list[str] = [""]
        self.typed: set[int] = set()

    def feed(self, text: str) -> None:
        for token in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x1f]|[^\x00-\x1f]", text):
            if token == "\n":
                self.row, self.column = self.row + 1, 0
                while len(self.lines) <= self.row:
                    self.lines.append([])
            elif token == "\r":
                self.column = 0
            elif token == "\b":
                self.column = max(0, self.column - 1)
            elif token.startswith("\x1b["):
                if token.endswith("K"):
                    start = 0 if token[2:-1] == "2" else self.column
                    del self.lines[self.row][start:]
            elif ord(token[0]) >= 0x20:
                if self.column == COLUMNS:
                    self.feed("\r\n")
                line = self.lines[self.row]
                line.extend(" " * (self.column - len(line)))
                line[self.column : self.column + 1] = [token]
                self.column += 1

    def look(self, now: float) -> None:
        """Compares the screen with what was seen last."""
        for row, cells in enumerate(self.lines):
            text = "".join(cells).rstrip()
            while len(self.shown) <= row:
                self.shown.append("")
            before = self.shown[row]
            if text == before:
                continue
            if not text.startswith(before):
                for part in self.parts:
                    if part[0] == row and part[4] is None:
                        part[4] = now
                before = ""
            if text[len(before):].strip():
                self.parts.append([row, len(before), text[len(before):], now, None])
            self.shown[row] = text


def commands() -> list[str]:
    lines = (ROOT / "scripts" / "recording.txt").read_text().split("\n")
    return [line for line in lines if line.strip() and (not line.startswith("##") or line.startswith(WAIT))]


def record() -> tuple[Screen, float, list[tuple[float, int]]]:
    """Runs the session. Returns the screen, its length in seconds and the number of the last line by time."""
    for program in ("shim", "shim-sim", "shim-pack"):
        if not os.access(BIN / program, os.X_OK):
            raise SystemExit(f"recording.py: there is no '{BIN / program}'\nhint: swift build -c release")
    folder = tempfile.mkdtemp()
    prompts, prompt_end = os.pipe()
    environment = {
        "PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin", "HOME": folder, "TERM": "dumb", "LC_ALL": "C.UTF-8",
        "PS1": "$ ", "PROMPT_COMMAND": f"printf . >&{prompt_end}", "TMPDIR": folder,
    }
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.set_inheritable(prompt_end, True)
        os.execve("/bin/bash", ["bash", "--noprofile", "--norc", "--noediting", "-i"], environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    screen, scrolls = Screen(), [(0.0, 0)]
    clock, last = 0.0, time.monotonic()
    deadline = last + LIMIT

    def advance(at_most: float) -> None:
        nonlocal clock, last
        now = time.monotonic()
        clock += min(now - last, at_most)
        last = now

    def take(wait: float) -> bool:
        """Takes what comes within some seconds; whether there was something."""
        ready, _, _ = select.select([terminal], [], [], wait)
        if not ready:
            return False
        data = os.read(terminal, 65536)
        advance(LONGEST_WAIT)
        screen.feed(data.decode("utf-8", "replace"))
        screen.look(clock)
        if screen.row != scrolls[-1][1]:
            scrolls.append((clock, screen.row))
        return True

    def until_prompt() -> None:
        while not select.select([prompts], [], [], 0)[0]:
            take(0.02)
            if time.monotonic() > deadline:
                raise SystemExit(f"recording.py: the session takes longer than {LIMIT} s")
        os.read(prompts, 16)
        while take(0.1):
            pass

    def until_seen(text: str) -> None:
        end = time.monotonic() + WAIT_LIMIT
        while not any(text in line for line in screen.shown):
            take(0.02)
            if time.monotonic() > end:
                raise SystemExit(f"recording.py: '{text}' was not seen within {WAIT_LIMIT} s:\n" + "\n".join(screen.shown))

    try:
        until_prompt()
        for command in commands():
            if command.startswith(WAIT):
                until_seen(command.removeprefix(WAIT))
                # What it printed stands where the next command would be typed.
                os.write(terminal, b"\n")
                until_prompt()
                continue
            screen.typed.add(screen.row)
            for at in range(0, len(command), KEYS):
                os.write(terminal, command[at : at + KEYS].encode())
                while take(0.01):
                    pass
                last = time.monotonic()
                clock += KEY_DELAY
            os.write(terminal, b"\n")
            until_prompt()
            last = time.monotonic()
            clock += READING_TIME
        return screen, clock + LAST_PAUSE, scrolls
    finally:
        os.close(terminal)
        try:
            os.kill(child, signal.SIGHUP)
            os.waitpid(child, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        for descriptor in (prompts, prompt_end):
            os.close(descriptor)
        shutil.rmtree(folder, ignore_errors=True)


def draw(screen: Screen, length: float, scrolls: list[tuple[float, int]]) -> str:
    width = COLUMNS * CELL_WIDTH + 2 * MARGIN
    height = ROWS * LINE_HEIGHT + TITLE_BAR + MARGIN
    rules: dict[str, str] = {}

    def percent(at: float) -> str:
        return f"{at / length * 100:.2f}%"

    def timed(start: float, end: float | None) -> str:
        """The class of what is seen between two times."""
        steps = f"0%{{visibility:hidden}}{percent(start)}{{visibility:visible}}"
        if end is not None:
            steps += f"{percent(end)}{{visibility:hidden}}"
        if steps not in rules:
            rules[steps] = f"t{len(rules)}"
        return rules[steps]

    texts = []
    for row, column, text, start, end in screen.parts:
        indent = len(text) - len(text.lstrip())
        column, text = column + indent, text.strip()
        x, y = MARGIN + column * CELL_WIDTH, (row + 1) * LINE_HEIGHT - 5
        line = screen.shown[row]
        kind = ""
        if line.startswith("$"):
            kind = " p" if column == 0 and text == "$" else "" if row not in screen.typed else " n" if line.startswith("$ #") else " c"
        hidden = ' visibility="hidden"' if end is not None else ""
        texts.append(
            f'<text class="{timed(start, end)}{kind}" x="{x:g}" y="{y:g}" textLength="{len(text) * CELL_WIDTH:g}"{hidden}>'
            f"{html.escape(text, quote=False)}</text>"
        )
    offsets, steps = 0.0, ""
    for at, row in scrolls:
        offset = max(0, row + 1 - ROWS) * LINE_HEIGHT
        if offset != offsets or not steps:
            steps += f"{percent(at)}{{transform:translateY({-offset:g}px)}}"
            offsets = offset
    style = "".join(f".{name}{{animation-name:{name}}}@keyframes {name}{{{rule}}}" for rule, name in rules.items())
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}" role="img">
<title>A session with shim-sim and shim-pack</title>
<desc>Made by scripts/recording.py from a real session; its commands are in scripts/recording.txt.</desc>
<style>
text{{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d1d7e0;white-space:pre}}
.p{{fill:#f05138}}.n{{fill:#8b949e}}.c{{fill:#ffffff;font-weight:600}}
@media (prefers-reduced-motion:no-preference){{
text,.s{{animation:{length:.2f}s step-end infinite}}
.s{{animation-name:s}}@keyframes s{{{steps}}}
{style}}}
</style>
<rect width="{width:g}" height="{height:g}" rx="8" fill="#151b23"/>
<circle cx="18" cy="15" r="5" fill="#3d444d"/><circle cx="36" cy="15" r="5" fill="#3d444d"/><circle cx="54" cy="15" r="5" fill="#3d444d"/>
<svg y="{TITLE_BAR:g}" width="{width:g}" height="{ROWS * LINE_HEIGHT:g}"><g class="s" transform="translate(0 {-offsets:g})">
{chr(10).join(texts)}
</g></svg>
</svg>
"""


def comparable(lines: list[str]) -> list[str]:
    """Lines without what changes from run to run: numbers, sums, and the prompt, which a program in the background may overtake."""
    plain = (re.sub(r"(?<=CodeSha256: )\S+|\d+", "#", line.removeprefix("$")) for line in lines)
    return [re.sub(r" +", " ", line).strip() for line in plain if line.strip()]


def text_of(picture: str) -> list[str]:
    """The lines that stay, read from the picture."""
    lines: dict[float, list[tuple[float, str]]] = {}
    for x, y, rest, text in re.findall(r'<text class="[^"]*" x="([\d.]+)" y="([\d.]+)"([^>]*)>([^<]*)</text>', picture):
        if "hidden" not in rest:
            lines.setdefault(float(y), []).append((float(x), html.unescape(text)))
    result = []
    for _, parts in sorted(lines.items()):
        line = ""
        for x, text in sorted(parts):
            line = line.ljust(round((x - MARGIN) / CELL_WIDTH)) + text
        result.append(line)
    return result


def main() -> None:
    # So that what it made is removed then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    words = [word for word in sys.argv[1:] if word != "--check"]
    file = Path(words[0]) if words else ROOT / "docs" / "session.svg"
    screen, length, scrolls = record()
    picture = draw(screen, length, scrolls)
    if "--check" not in sys.argv[1:]:
        file.write_text(picture)
        print(f"{file}: {length:.0f} s, {len(picture):,} bytes")
        return
    now, before = comparable(text_of(picture)), comparable(text_of(file.read_text()))
    if now != before:
        import difflib

        print("\n".join(difflib.unified_diff(before, now, str(file), "this run", lineterm="")), file=sys.stderr)
        raise SystemExit("recording.py: the recording is out of date: run scripts/recording.py")


if __name__ == "__main__":
    main()
