#!/usr/bin/python3
"""What is ours must work on any machine: no path of the one it was written on."""

import re

import house

# Written in parts, so that this file does not find itself.
PLACES = ("wo" + "rk/", "ro" + "ot/", "tmp/ba" + "sh", "ho" + r"me/(?!\$|\{|<)\w+/")
PATTERN = re.compile(r"(?<![\w./}:-])/(?:" + "|".join(PLACES) + ")")


def check(root):
    found = []
    for path in house.files(root):
        data = (root / path).read_bytes()
        if b"\0" in data[:8192]:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            match = PATTERN.search(line)
            if match:
                found.append(f"{path}:{number}: {match.group(0)}... is a path of somebody's machine")
    return found


if __name__ == "__main__":
    house.main(check)
