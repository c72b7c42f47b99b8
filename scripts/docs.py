#!/usr/bin/env python3
"""Checks the documentation without building anything; prints every mistake, exit status 1 if there is one.

- Each relative link and image of each Markdown file leads to a file of the repository, each anchor to a heading.
- Each file under docs/ can be reached from docs/README.md, and that from README.md.
- Each path docs/... that a source, script or message names exists, and each quoted section of it is a heading.
- Each setting of shim (Sources/ShimRuntime/Configuration.swift) is in docs/reference/settings.md and
  in README.md, and no other is.
- Each message that docs/troubleshooting.md has of ours is in the sources; each error type of ours, and each message of
  the modules' errors, is in that page.
- No text has a phrase of scripts/phrases.txt.
"""

import pathlib
import re
import subprocess
import sys
import unicodedata
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
INDEX = "docs/README.md"
SETTINGS = "docs/reference/settings.md"
TROUBLE = "docs/troubleshooting.md"
OUR_SECTIONS = ("Messages of shim", "Packing", "The simulator")
# The errors of the modules: each case's text must be in TROUBLE.
ERRORS = (
    "Sources/ShimRuntime/ShimError.swift", "Sources/SimKit/SimError.swift", "Sources/PackKit/PackError.swift",
    "Sources/DeployKit/DeployError.swift", "Sources/ToolKit/ToolError.swift", "Sources/ImageKit/ImageError.swift",
    "Sources/FunctionFile/FunctionFileError.swift",
)
PHRASES = "scripts/phrases.txt"
SOURCES = {".swift", ".py", ".sh", ".toml", ".tmpl", ".recipe", ".c", ".h", ".yml", ".1", ".html", ".js"}

INLINE_LINK = re.compile(r"""\]\(\s*<?([^)\s>]+)>?(?:\s+["'][^)]*["'])?\s*\)""")
DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)")
HTML_LINK = re.compile(r"""<(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)\s*=\s*["']([^"'\s]+)""", re.I)
HTML_ANCHOR = re.compile(r"""<[a-z]+\b[^>]*?\b(?:id|name)\s*=\s*["']([^"']+)["']""", re.I)
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.I)
PAGE = re.compile(r"\bdocs/[\w./-]+\.(?:md|svg|png)")
# A Swift string literal; what stands in \(...) may have one pair of parentheses more.
LITERAL = re.compile(r'"""\n(.*?)\n\s*"""|"((?:\\\((?:[^()]|\([^()]*\))*\)|\\.|[^"\\])*)"', re.S)
INTERPOLATION = re.compile(r"\\\((?:[^()]|\([^()]*\))*\)")
# 'section "Logs" of docs/x.md' and '"Logs" of docs/x.md' in comments and messages.
SECTION = re.compile(r'"([^"\n]+)" of (docs/[\w./-]+\.md)')

mistakes: list[str] = []


def mistake(where: str, text: str) -> None:
    mistakes.append(f"{where}: {text}")


def files() -> list[str]:
    """Files of the repository, with those that are new and not ignored."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True, capture_output=True, text=True,
    ).stdout.split("\0")
    return sorted({name for name in listed if name and (ROOT / name).is_file()})


def prose(text: str) -> list[tuple[int, str]]:
    """Lines outside fenced code, with their numbers; code within a line is blanked out."""
    lines, fence = [], None
    for number, line in enumerate(text.split("\n"), 1):
        mark = re.match(r"^\s{0,3}(`{3,}|~{3,})(.*)$", line)
        if fence is None and mark:
            fence = mark[1]
        elif fence is not None:
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                fence = None
        else:
            lines.append((number, line))
    return lines


def without_code(line: str) -> str:
    return re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", lambda code: " " * len(code[0]), line)


def slug(heading: str) -> str:
    """The anchor that GitHub makes of a heading: letters, digits, hyphens and underscores, in lower case."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    kept = (c for c in text.lower() if c in " -_" or unicodedata.category(c)[0] in "LNM")
    return "".join(kept).replace(" ", "-")


def anchors(text: str) -> set[str]:
    found: dict[str, int] = {}
    names = set()
    for _, line in prose(text):
        names.update(HTML_ANCHOR.findall(without_code(line)))
        if heading := HEADING.match(line):
            base = slug(heading[1])
            count = found.get(base, 0)
            found[base] = count + 1
            names.add(f"{base}-{count}" if count else base)
    return names


def links(text: str) -> list[tuple[int, str]]:
    found = []
    for number, line in prose(text):
        line = without_code(line)
        targets = INLINE_LINK.findall(line) + HTML_LINK.findall(line)
        if definition := DEFINITION.match(line):
            targets.append(definition[1])
        found += [(number, target) for target in targets]
    return found


def check_links(pages: dict[str, str], known: set[str]) -> None:
    folders = {str(parent) for name in known for parent in pathlib.PurePosixPath(name).parents}
    headings = {name: anchors(text) for name, text in pages.items()}
    leads: dict[str, set[str]] = {name: set() for name in pages}
    for name, text in pages.items():
        for number, target in links(text):
            where = f"{name}:{number}"
            if SCHEME.match(target):
                if not urllib.parse.urlsplit(target).netloc and not target.startswith("mailto:"):
                    mistake(where, f"'{target}' is not an address")
                continue
            path, _, anchor = target.partition("#")
            path = urllib.parse.unquote(path)
            if path.startswith("/"):
                mistake(where, f"'{target}' begins at the root of a site; make it relative")
                continue
            aim = name
            if path:
                parts: list[str] = []
                for part in (*pathlib.PurePosixPath(name).parent.parts, *pathlib.PurePosixPath(path).parts):
                    if part == ".." and not parts:
                        parts = ["..", "outside"]
                        break
                    parts = parts[:-1] if part == ".." else parts if part == "." else [*parts, part]
                aim = "/".join(parts) or "."
            if aim not in known and aim not in folders:
                mistake(where, f"'{target}' leads to no file of the repository")
                continue
            leads[name].add(aim)
            if anchor and aim in headings and anchor not in headings[aim]:
                near = ", ".join(sorted(headings[aim]))
                mistake(where, f"'{target}': {aim} has no such heading; it has {near}")
    if INDEX not in leads.get("README.md", set()):
        mistake("README.md", f"has no link to {INDEX}")
    reached, ahead = set(), [INDEX]
    while ahead:
        if (name := ahead.pop()) not in reached:
            reached.add(name)
            ahead += leads.get(name, set())
    # README.md shows pictures of docs/ too.
    reached |= leads.get("README.md", set())
    for name in sorted(known):
        if name.startswith("docs/") and name not in reached:
            mistake(name, f"cannot be reached from {INDEX}")


def check_mentions(texts: dict[str, str], pages: dict[str, str], known: set[str]) -> None:
    for name, text in sorted(texts.items()):
        if name == "scripts/docs.py":
            continue
        for number, line in enumerate(text.split("\n"), 1):
            for page in PAGE.findall(line):
                if page not in known:
                    mistake(f"{name}:{number}", f"names '{page}', which is not there")
            for section, page in SECTION.findall(line):
                if page in pages and slug(section) not in anchors(pages[page]):
                    mistake(f"{name}:{number}", f"{page} has no section \"{section}\"")


def check_settings(texts: dict[str, str], pages: dict[str, str]) -> None:
    source = texts["Sources/ShimRuntime/Configuration.swift"]
    table = source.split("public static let settings", 1)[1].split("\n    ]\n", 1)[0]
    names = set(re.findall(r'"(SHIM_[A-Z_]+)"', table))
    context = re.search(r'contextFile = "(SHIM_[A-Z_]+)"', source)
    if not names or not context:
        mistake("scripts/docs.py", "does not find the settings in Configuration.swift")
        return
    for page in (SETTINGS, "README.md"):
        told = set(re.findall(r"\bSHIM_[A-Z_]+[A-Z]\b", pages.get(page, "")))
        for name in sorted(names - told):
            mistake(page, f"lacks {name}")
        for name in sorted(told - names - {context[1]}):
            mistake(page, f"names {name}, which is not a setting")


def check_messages(texts: dict[str, str], pages: dict[str, str]) -> None:
    """Headings and rows that begin with a message, in the sections of our commands: its words must be in the sources."""
    sources = "\n".join(text for name, text in texts.items() if name.startswith("Sources/") and name.endswith(".swift"))
    sources = re.sub(r'"\s*\+\s*"', "", sources)
    page, section = pages.get(TROUBLE, ""), ""
    for number, line in prose(page):
        if found := re.match(r"## (.*)", line):
            section = found[1]
        if section not in OUR_SECTIONS or not (found := re.match(r"(?:### |\| )`([^`]+)`(?:$| \| | with )", line)):
            continue
        for words in re.split(r"GLIBC_N|provided\.al2023|\b[A-Z]+\b|/[\w/]+|[()']", found[1]):
            if len(words.strip()) > 3 and words.strip() not in sources:
                mistake(f"{TROUBLE}:{number}", f"no message in Sources has '{words.strip()}'")
    types = re.findall(r'= "((?:Runtime|Function|Sandbox)\.\w+)"', texts["Sources/LambdaWire/ErrorType.swift"])
    if not types:
        mistake("scripts/docs.py", "does not find the error types in ErrorType.swift")
    for name in types:
        if f"### `{name}`" not in page:
            mistake(TROUBLE, f"lacks {name}")


def check_errors(texts: dict[str, str], pages: dict[str, str]) -> None:
    """The longest piece of each error's first line that does not vary must be in TROUBLE."""
    page = " ".join(pages.get(TROUBLE, "").split())
    for name in ERRORS:
        text = texts.get(name, "")
        start = max(text.find("var message: String"), 0) or text.find("var description: String")
        if start < 0:
            mistake("scripts/docs.py", f"finds no messages in {name}")
            continue
        for case in re.split(r"\n\s*case \.", text[start:].split("\n    }\n", 1)[0])[1:]:
            if not (found := LITERAL.search(case)):
                continue
            line = re.split(r"\\?\s*\\n|\n", (found[1] or found[2]).strip())[0]
            pieces = (piece.strip(" ':;,()") for piece in INTERPOLATION.sub("\0", line).split("\0"))
            piece = max(pieces, key=len)
            if len(piece) > 3 and piece not in page:
                mistake(TROUBLE, f"lacks '{piece}' ({name})")


def without_comments(name: str, text: str) -> str:
    """The text with the comment lines of a program left empty."""
    if name.endswith(".md"):
        return text
    return "\n".join("" if re.match(r"\s*(?://|#|\*)", line) else line for line in text.split("\n"))


def check_phrases(texts: dict[str, str], pages: dict[str, str]) -> None:
    """Each line of the list: a phrase, a tab, the plain form. A phrase matches whole words, across line ends too."""
    everything = [(name, without_comments(name, text)) for name, text in sorted((pages | texts).items())]
    for number, line in enumerate((ROOT / PHRASES).read_text().split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        phrase, tab, plain = line.partition("\t")
        if not tab or not plain.strip():
            mistake(f"{PHRASES}:{number}", "wants a phrase, a tab and the plain form")
            continue
        pattern = re.compile(r"(?<!\w)(?<!there )" + r"\s+".join(map(re.escape, phrase.split())) + r"(?!\w)", re.IGNORECASE)
        for name, text in everything:
            for found in pattern.finditer(text):
                at = text.count("\n", 0, found.start()) + 1
                mistake(f"{name}:{at}", f"'{phrase}': say '{plain.strip()}'")


def main() -> int:
    known = set(files())
    read = {name: (ROOT / name).read_text(errors="replace") for name in sorted(known)
            if pathlib.PurePosixPath(name).suffix in SOURCES | {".md"}}
    pages = {name: text for name, text in read.items() if name.endswith(".md")}
    texts = {name: text for name, text in read.items() if not name.endswith(".md")}
    check_links(pages, known)
    check_mentions(texts, pages, known)
    check_settings(texts, pages)
    check_messages(texts, pages)
    check_errors(texts, pages)
    check_phrases(texts, pages)
    for line in mistakes:
        print(line, file=sys.stderr)
    if not mistakes:
        print(f"docs.py: {len(pages)} pages, {sum(len(links(text)) for text in pages.values())} links")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
