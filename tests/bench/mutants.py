#!/usr/bin/python3
"""Do the tests notice when a verdict's arithmetic is wrong? mutants.py --work DIR --seed S [--count N] [--mutate COMMAND]

Draws N (300) single-line mutations of what judges (controller/judge, core/stats) at random, builds each in a clone of HEAD under DIR
and runs the unit and golden tests of it. One that does not compile does not count and the next one is drawn. Mutations come from
universalmutator (PyPI; COMMAND is its `mutate`). Results are appended to DIR/results-S.jsonl; a second start with the same commit goes
on from there. mutants_equivalent.txt beside this script names mutations that change no behaviour, each with its reason.
Prints the ones that lived and the score = caught / (counted - equivalent). Exit: 0 at least 95 %, 1 less, 64 usage."""
import argparse
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FOLDERS = ("controller/judge", "core/stats")
TESTS = ("unit_judge", "unit_stats", "unit_report", "shakedown", "unit_controller")  # the dearest last; shakedown: the golden tests
LIMIT_SECONDS = 180
BAR = 0.95
NO_CODE = re.compile(r"^\s*(//|#|$|namespace\b|using\b|\}+;?\s*(//.*)?$|(public|private|protected):)")


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def candidates(path, mutate):
    """(line number from 1, old text, new text) of every mutation of one file that touches code, without repeats."""
    old = path.read_text().splitlines()
    found = set()
    with tempfile.TemporaryDirectory() as folder:
        done = run([mutate, str(path), "cpp", "--noCheck", "--mutantDir", folder])
        if done.returncode:
            sys.exit(f"{mutate} failed on {path}: {done.stderr or done.stdout}")
        for mutant in pathlib.Path(folder).iterdir():
            new = mutant.read_text().splitlines()
            at = next((i for i, (a, b) in enumerate(zip(old, new)) if a != b), None)
            if at is None or NO_CODE.match(old[at]):
                continue
            changed = "\n".join(new[at:at + 1 + len(new) - len(old)])
            if changed.strip().startswith(("/*", "//")) and not old[at].rstrip().endswith(";"):
                continue
            found.add((at + 1, old[at], changed))
    return sorted(found)


def all_candidates(mutate):
    files = run(["git", "-C", str(ROOT), "ls-files", *FOLDERS]).stdout.split()
    return [(name, *one) for name in files if name.endswith(".cc") for one in candidates(ROOT / name, mutate)]


def key_of(mutant):
    name, _, old, new = mutant
    return hashlib.sha256(f"{name}\n{old.strip()}\n{new.strip()}".encode()).hexdigest()[:12]


class Clone:
    """A clone of HEAD with a build of its own, in which one file at a time is changed."""

    def __init__(self, work):
        self.source, self.build = work / "source", work / "build"
        if not self.source.exists():
            subprocess.run(["git", "clone", "-q", str(ROOT), str(self.source)], check=True)
        head = run(["git", "-C", str(ROOT), "rev-parse", "HEAD"]).stdout.strip()
        subprocess.run(["git", "-C", str(self.source), "fetch", "-q", str(ROOT), head], check=True)
        subprocess.run(["git", "-C", str(self.source), "checkout", "-q", "-f", head], check=True)
        self.head = head
        done = run(["cmake", "-S", str(self.source), "-B", str(self.build), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                    "-DCMAKE_CXX_FLAGS_DEBUG=-O0", "-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=gold"])
        if done.returncode or self.make(*TESTS).returncode:
            sys.exit(f"the unchanged sources do not build: {done.stderr}")
        if (name := self.failing(TESTS)) is not None:
            sys.exit(f"the unchanged sources fail {name}")

    def make(self, *programs):
        environment = dict(os.environ, CCACHE_DISABLE="1")
        return run(["ninja", "-C", str(self.build), *programs], env=environment)

    def failing(self, programs):
        """Links and runs one program after the other; the first that fails or hangs, "no build", or None when all pass."""
        for program in programs:
            if self.make(program).returncode:
                return "no build"
            entry = "^golden_judge" if program == "shakedown" else f"^{program}$"
            environment = dict(os.environ, GTEST_FAIL_FAST="1")
            try:
                done = run(["ctest", "--test-dir", str(self.build), "-R", entry, "--stop-on-failure", "--timeout",
                            str(LIMIT_SECONDS), "--no-tests=error"], env=environment, timeout=4 * LIMIT_SECONDS)
            except subprocess.TimeoutExpired:
                return program
            if done.returncode:
                return program
        return None

    def judge(self, mutant):
        """caught, lived or no build, and by which test."""
        name, line, _, new = mutant
        path = self.source / name
        whole = path.read_text()
        lines = whole.splitlines()
        lines[line - 1] = new
        path.write_text("\n".join(lines) + "\n")
        try:
            near = "unit_stats" if name.startswith("core/stats") else "unit_judge"
            found = self.failing(sorted(TESTS, key=lambda program: program != near))
            if found == "no build":
                return found, ""
            return ("lived", "") if found is None else ("caught", found)
        finally:
            path.write_text(whole)


def equivalents():
    path = HERE / "mutants_equivalent.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))


def report(results, known):
    counted = [one for one in results if one["result"] != "no build"]
    same = [one for one in counted if one["result"] == "lived" and one["key"] in known]
    lived = [one for one in counted if one["result"] == "lived" and one["key"] not in known]
    for one in lived:
        print(f"lived {one['key']} {one['file']}:{one['line']}\n  - {one['old'].strip()}\n  + {one['new'].strip()}")
    for one in same:
        print(f"equivalent {one['key']} {one['file']}:{one['line']}: {known[one['key']]}")
    caught = sum(one["result"] == "caught" for one in counted)
    score = caught / max(1, len(counted) - len(same))
    print(f"{caught} caught, {len(lived)} lived, {len(same)} equivalent, {len(results) - len(counted)} did not compile: "
          f"{score:.1%} (bar {BAR:.0%})")
    return score


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--seed", required=True)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--mutate", default="mutate")
    arguments = parser.parse_args()
    if shutil.which(arguments.mutate) is None:
        print(f"{arguments.mutate}: not found; pip install universalmutator, or name it with --mutate", file=sys.stderr)
        return 64
    arguments.work.mkdir(parents=True, exist_ok=True)
    drawn = all_candidates(arguments.mutate)
    random.Random(arguments.seed).shuffle(drawn)
    clone = Clone(arguments.work.resolve())
    path = arguments.work / f"results-{arguments.seed}.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    results = [one for one in map(json.loads, lines) if one["commit"] == clone.head]
    done = {one["key"] for one in results}
    counted = sum(one["result"] != "no build" for one in results)
    for mutant in drawn:
        if counted >= arguments.count:
            break
        key = key_of(mutant)
        if key in done:
            continue
        result, by = clone.judge(mutant)
        name, line, old, new = mutant
        results.append({"commit": clone.head, "key": key, "file": name, "line": line, "old": old, "new": new,
                        "result": result, "by": by})
        done.add(key)
        counted += result != "no build"
        with path.open("a") as out:
            out.write(json.dumps(results[-1]) + "\n")
        print(f"{counted}/{arguments.count} {result} {name}:{line} {by}", flush=True)
    return 0 if report(results, equivalents()) >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
