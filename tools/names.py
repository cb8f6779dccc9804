#!/usr/bin/python3
"""A type that two files define under one name in one namespace is two types for one linker symbol: where both are in one program,
each calls the other's members. One program holds core, agent and controller, so a name there stands once."""

import collections
import re

import house

PROGRAM = ("core", "agent", "controller")  # target is a program of its own
NAMESPACE = re.compile(r"(?:inline )?namespace ?([\w:]*) ?\{")
TYPE = re.compile(r"(?:template <[^;]*> )?(?:struct|class|enum class|enum) (?:\[\[\w+\]\] )?(\w+)(?!\w|::)([^;()]*)(\{.*)?$")


def definitions(text):
    """(qualified name, line) of each type that is defined at the top of a named namespace."""
    spaces = []
    for number, line in enumerate(house.strip(text).splitlines(), 1):
        opened = NAMESPACE.match(line)
        if opened:
            spaces.append(opened.group(1))
        elif line.startswith("}") and not line.startswith("};") and spaces and line.rstrip() == "}":
            # A function's end looks the same, but for what the comment after it says, which was blanked: look at the source.
            if "// namespace" in text.splitlines()[number - 1]:
                spaces.pop()
        else:
            found = TYPE.match(line)
            if found and "" not in spaces:
                yield "::".join(spaces + [found.group(1)]), number


def check(root):
    places = collections.defaultdict(dict)
    for path in house.code_files(root):
        if path.parts[0] in PROGRAM:
            for name, line in definitions(house.read(root, path)):
                places[name].setdefault(path, line)
    return [f"{path}:{line}: {name} is defined in {other} too: give one of them a name of its own"
            for name, files in sorted(places.items()) for other, (path, line) in
            zip(list(files), list(files.items())[1:])]


if __name__ == "__main__":
    house.main(check)
