#!/usr/bin/python3
"""Files of at most 400 lines and functions of at most 80 (counted by rough brace matching), and the 95th percentiles.

tools/size_exceptions.txt may excuse a file or a function: `path lines` or `path:function lines`. The list only
shrinks: an exception that is larger than needed, or not needed at all, is a finding too.
"""

import math
import re

import house

FILE_LIMIT = 400
FUNCTION_LIMIT = 80
EXCEPTIONS = "tools/size_exceptions.txt"

NOT_A_FUNCTION = re.compile(r"^(?:template\s*<[^{]*>\s*)?(?:namespace|class|struct|enum|union|extern|concept)\b")
ACCESS = re.compile(r"\s*(?:public|private|protected)\s*:")
NAME = re.compile(r"([\w:~]+|operator\s*\S+)\s*\(")


def functions(text):
    """Yields (name, first line, number of lines) of the outermost functions in C++ text."""
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group(0)),
                  house.strip(text), flags=re.MULTILINE)
    start, depth, opened = 0, 0, None  # opened: (name, first line, depth) of the function we are in
    for match in re.finditer(r"[{};]", text):
        char = match.group(0)
        if char == "{":
            if opened is None:
                access = ACCESS.match(text, start)
                start = access.end() if access else start
                head = text[start:match.start()]
                bare = head.strip()
                if ")" in bare and not NOT_A_FUNCTION.match(bare):
                    name = NAME.search(bare)
                    first = house.line_of(text, start + len(head) - len(head.lstrip()))
                    opened = (name.group(1) if name else "?", first, depth)
            depth += 1
        elif char == "}":
            depth -= 1
            if opened is not None and depth <= opened[2]:
                yield opened[0], opened[1], house.line_of(text, match.start()) - opened[1] + 1
                opened = None
        if opened is None:
            start = match.end()


def percentile(values, share):
    """The smallest value that at least this share of the values does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else 0


def read_exceptions(root):
    path = root / EXCEPTIONS
    listed = {}
    if path.exists():
        for line in path.read_text().splitlines():
            line = line.split("#")[0].strip()
            if line:
                what, size = line.rsplit(None, 1)
                listed[what] = int(size)
    return listed


def measure(root):
    """Returns ({file: lines}, {file:function: (first line, lines)})."""
    file_sizes, function_sizes = {}, {}
    for path in house.files(root):
        ours = path.parts[0] in house.CODE_FOLDERS + ("tools",)
        if not ours or path.suffix not in (".cc", ".h", ".py"):
            continue
        text = house.read(root, path)
        file_sizes[str(path)] = text.count("\n")
        if path.suffix != ".py":
            for name, line, lines in functions(text):
                key = f"{path}:{name}"
                if lines > function_sizes.get(key, (0, 0))[1]:
                    function_sizes[key] = (line, lines)
    return file_sizes, function_sizes


def check(root):
    found = []
    exceptions = read_exceptions(root)
    file_sizes, function_sizes = measure(root)
    sizes = {name: (name, lines, FILE_LIMIT) for name, lines in file_sizes.items()}
    for name, (line, lines) in function_sizes.items():
        path, function = name.split(":", 1)
        sizes[name] = (f"{path}:{line}: {function}", lines, FUNCTION_LIMIT)
    for name, (shown, lines, limit) in sizes.items():
        excused = exceptions.pop(name, None)
        if excused is None:
            if lines > limit:
                found.append(f"{shown}: {lines} lines, more than {limit}")
        elif lines <= limit:
            found.append(f"{EXCEPTIONS}: {name} has {lines} lines and needs no exception any more")
        elif lines > excused:
            found.append(f"{shown}: {lines} lines, more than its exception of {excused}")
        elif lines < excused:
            found.append(f"{EXCEPTIONS}: {name} has shrunk: write {lines}")
    found += [f"{EXCEPTIONS}: {name} does not exist" for name in exceptions]
    file_p95 = percentile(file_sizes.values(), 0.95)
    function_p95 = percentile([lines for _, lines in function_sizes.values()], 0.95)
    print(f"files: {len(file_sizes)}, p95 {file_p95} lines (aim 300); "
          f"functions: {len(function_sizes)}, p95 {function_p95} lines (aim 40)")
    return found


if __name__ == "__main__":
    house.main(check)
