#!/usr/bin/python3
"""Our own code is as clang-format-14 writes it: the same version as `make format`, as others differ in details."""

import shutil
import subprocess

import house

PROGRAM = "clang-format-14"


def check(root):
    if shutil.which(PROGRAM) is None:
        return [f"{PROGRAM} is missing, so that nothing was looked at: tools/install_dependencies.sh lint"]
    names = [str(path) for path in house.code_files(root)]
    done = subprocess.run([PROGRAM, "--dry-run", *names], cwd=root, capture_output=True, text=True, check=False)
    bad = {line.split(":", 1)[0] for line in done.stderr.splitlines() if "[-Wclang-format-violations]" in line}
    return [f"{name}: not formatted; `make format` does it" for name in sorted(bad)]


if __name__ == "__main__":
    house.main(check)
