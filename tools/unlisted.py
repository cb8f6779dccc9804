#!/usr/bin/python3
"""A source that no CMakeLists.txt names is never compiled, and a test that none names never runs: both are findings,
and so is a name without a file."""

import pathlib
import re

import house

NAME = re.compile(r"[\w./-]+\.(?:cc|py)\b")


def listed(root):
    """{path: the CMakeLists.txt that names it}"""
    names = {}
    for path in house.files(root):
        if path.name != "CMakeLists.txt" or path.parts[0] not in house.CODE_FOLDERS:
            continue
        text = re.sub(r"#[^\n]*", "", house.read(root, path))
        text = text.replace("${PROJECT_SOURCE_DIR}/", "//").replace("${CMAKE_CURRENT_SOURCE_DIR}/", "")
        text = re.sub(r"\S*\$\{[^}]*\}\S*", "", text)  # built or computed names are not ours to check
        for name in NAME.findall(text):
            full = root / name[2:] if name.startswith("//") else root / path.parent / name
            names.setdefault(pathlib.Path(*full.parts).resolve(), path)
    return names


def check(root):
    found = []
    names = listed(root)
    for path in house.code_files(root, (".cc", ".py")):
        if path.suffix == ".py" and not path.name.endswith("_test.py"):
            continue
        if (root / path).resolve() not in names:
            found.append(f"{path}: no CMakeLists.txt names it")
    for path, by in names.items():
        if not path.exists():
            found.append(f"{by}: names {path.relative_to(root.resolve())}, which does not exist")
    return found


if __name__ == "__main__":
    house.main(check)
