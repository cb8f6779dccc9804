"""What the lints share: which files are ours, source text without comments and strings, how findings are printed."""

import pathlib
import re
import subprocess
import sys

CODE_FOLDERS = ("core", "agent", "controller", "target", "tests")
ROOT = pathlib.Path(__file__).resolve().parent.parent


def files(root):
    """Paths, relative to root, of all files that git tracks or would track; without git, of all but build/."""
    listing = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True, check=False)
    if listing.returncode == 0 and (root / ".git").exists():
        names = [name for name in listing.stdout.split("\0") if name]
    else:
        names = [str(path.relative_to(root)) for path in root.rglob("*")
                 if path.relative_to(root).parts[0] not in ("build", ".git") and "__pycache__" not in path.parts]
    return sorted(pathlib.PurePosixPath(name) for name in set(names) if (root / name).is_file())


def code_files(root, suffixes=(".cc", ".h")):
    """The C++ files of the code folders."""
    return [path for path in files(root) if path.parts[0] in CODE_FOLDERS and path.suffix in suffixes]


def read(root, path):
    return (root / path).read_text(encoding="utf-8", errors="replace")


_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/'
    r'|R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'", re.DOTALL)


def strip(text):
    """Blanks comments and the inside of literals; every line stays where it was."""
    def blank(match):
        token = match.group(0)
        inside = re.sub(r"[^\n]", " ", token)
        if token.startswith("/"):
            return inside
        if token.startswith("R"):
            return '""' + inside[2:]
        return token[0] + inside[1:-1] + token[0]
    return _TOKEN.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def allowed(lines, number, rule):
    """True when the line, or the one above it, carries `// allow(rule): reason`."""
    mark = re.compile(r"//.*\ballow\(" + re.escape(rule) + r"\): *\S")
    return any(mark.search(lines[i]) for i in (number - 1, number - 2) if 0 <= i < len(lines))


def main(check):
    """Runs check(root) -> list of findings and exits 1 when there are any. A root may be given for a test."""
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    name = pathlib.Path(sys.argv[0]).stem
    findings = check(root)
    for finding in findings:
        print(finding)
    print(f"{name}: {'ok' if not findings else f'{len(findings)} found'}")
    sys.exit(1 if findings else 0)
