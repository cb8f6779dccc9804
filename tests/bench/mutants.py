#!/usr/bin/python3
"""Do the tests notice a wrong verdict? mutants.py --work DIR --seed S [--count N] [--again] [--mutate COMMAND]

Draws N (300) single-line mutations of what judges (controller/judge, controller/measure, core/stats) at random. Each is compiled by itself and
linked before the untouched objects of a build of HEAD's clone under DIR, and its unit and golden tests run until one fails. One
that does not compile does not count and the next one is drawn. Mutations come from universalmutator (PyPI; COMMAND is its
`mutate`). Results are appended to DIR/results-S.jsonl; a second start with the same commit goes on from there; --again tries
only those of the seed that lived before, whatever the commit was.
Equivalent are the mutations whose optimised object is the same to the byte, and those that mutants_equivalent.txt beside this
script names, each with its reason.
Prints the ones that lived and the score = caught / (counted - equivalent). Exit: 0 at least 95 %, 1 less, 64 usage."""
import argparse
import hashlib
import json
import os
import pathlib
import re
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FOLDERS = {"core/stats": "shakedown_stats", "controller/measure": "shakedown_measure", "controller/judge": "shakedown_judge"}  # and the library of each
TESTS = ("unit_stats", "unit_measure", "golden_gallery", "unit_judge", "shakedown")  # the cheapest first; shakedown: the recorded journals
GOLDEN = "tests/golden/judge/journals_test.py"
LIMIT_SECONDS = 120
LIMIT_BYTES = 4 << 30
BAR = 0.95
NO_CODE = re.compile(r"^\s*(//|#|$|namespace\b|using\b|\}+;?\s*(//.*)?$|(public|private|protected):)")
FAILED = re.compile(r"^\[  FAILED  \] ([\w/.]+)", re.M)


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


def key_of(mutant):
    name, _, old, new = mutant
    return hashlib.sha256(f"{name}\n{old.strip()}\n{new.strip()}".encode()).hexdigest()[:12]


def draw(source, cache, mutate, seed):
    """Every mutation once, in the order of the seed, which a change elsewhere in the sources does not alter."""
    cache.mkdir(exist_ok=True)
    every = []
    for name in run(["git", "-C", str(source), "ls-files", *FOLDERS]).stdout.split():
        if not name.endswith(".cc"):
            continue
        known = cache / hashlib.sha256((source / name).read_bytes()).hexdigest()
        if not known.exists():
            known.write_text(json.dumps(candidates(source / name, mutate)))
        every += [(name, *one) for one in json.loads(known.read_text())]
    once = {key_of(mutant): mutant for mutant in reversed(every)}
    return sorted(once.values(), key=lambda mutant: hashlib.sha256(f"{seed} {key_of(mutant)}".encode()).digest())


def link_command(command, archive, mutant, output):
    """The command of a program with the mutated object before its archives, or None when it has nothing of that library."""
    words = shlex.split(command.removeprefix(": && ").removesuffix(" && :"))
    if not any(word.endswith(f"/lib{archive}.a") for word in words):
        return None
    words[words.index("-o") + 1] = str(output)
    return [words[0], str(mutant), *words[1:]]


class Clone:
    """A clone of HEAD with a build of its own, and a bench beside it where one changed file at a time is compiled and linked."""

    def __init__(self, work):
        self.source, self.build, self.bench = work / "source", work / "build", work / "bench"
        shutil.rmtree(self.bench, ignore_errors=True)
        for folder in FOLDERS:
            (self.bench / folder).mkdir(parents=True)
        if not self.source.exists():
            subprocess.run(["git", "clone", "-q", str(ROOT), str(self.source)], check=True)
        self.head = run(["git", "-C", str(ROOT), "rev-parse", "HEAD"]).stdout.strip()
        subprocess.run(["git", "-C", str(self.source), "fetch", "-q", str(ROOT), self.head], check=True)
        subprocess.run(["git", "-C", str(self.source), "checkout", "-q", "-f", self.head], check=True)
        self.make(work)
        commands = json.loads((self.build / "compile_commands.json").read_text())
        self.compile = {os.path.relpath(one["file"], self.source): shlex.split(one["command"]) for one in commands}
        for folder in FOLDERS:
            self.precompile(folder)
        self.link = {program: run(["ninja", "-C", str(self.build), "-t", "commands", program]).stdout.splitlines()[-1]
                     for program in TESTS}
        self.untouched = {}
        for program in TESTS:
            folder = self.build / ("bin" if program == "shakedown" else "tests")
            if (name := self.failing(program, folder / program)) is not None:
                sys.exit(f"the unchanged sources fail {name}")

    def make(self, work):
        """Everything in batches but the two libraries, whose sources must be objects of their own."""
        (work / "plain.cmake").write_text("cmake_language(DEFER CALL set_target_properties " + " ".join(FOLDERS.values())
                                          + " PROPERTIES UNITY_BUILD OFF)\n")
        linker = "mold" if shutil.which("mold") else "gold"
        done = run(["cmake", "-S", str(self.source), "-B", str(self.build), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                    "-DCMAKE_CXX_FLAGS_DEBUG=-O1", "-DCMAKE_UNITY_BUILD=ON", "-DCMAKE_UNITY_BUILD_BATCH_SIZE=10",
                    f"-DCMAKE_PROJECT_INCLUDE={work / 'plain.cmake'}", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
                    "-DSHAKEDOWN_GOLD=", f"-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld={linker}"])
        if done.returncode == 0:
            done = run(["ninja", "-C", str(self.build), "-j1", *TESTS])
        if done.returncode:
            sys.exit(f"the unchanged sources do not build: {done.stdout[-2000:]}{done.stderr}")

    def precompile(self, folder):
        """All that the sources of a folder include, once: most of the time of compiling a mutant."""
        sources = [name for name in self.compile if name.startswith(folder + "/")]
        texts = [(self.source / name).read_text() for name in sources]
        lines = {line for text in texts for line in text.splitlines() if line.startswith("#include")}
        header = self.bench / folder / "all.h"
        header.write_text("\n".join(sorted(lines)) + "\n")
        words = [word for word in self.compile[sources[0]] if not word.endswith("ccache")]
        words[words.index("-o") + 1] = f"{header}.gch"
        words[words.index("-c"):words.index("-c") + 2] = ["-x", "c++-header", str(header)]
        subprocess.run(words, check=True, cwd=self.bench)

    def object_of(self, name, text):
        """The object of one source with this text, or None when it does not compile."""
        source, out = self.bench / name, self.bench / "mutant.o"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(text)
        words = [word for word in self.compile[name] if not word.endswith("ccache")]
        words[words.index("-o") + 1], words[words.index("-c") + 1] = str(out), str(source)
        words += ["-Wfatal-errors", "-include", str(self.bench / folder_of(name) / "all.h")]
        done = run(words, cwd=self.bench)
        return out if done.returncode == 0 else None

    def failing(self, program, path):
        """Runs a test program until a test fails: its name, or None when all pass. One that hangs or eats the memory fails."""
        environment = dict(os.environ, GTEST_FAIL_FAST="1", GTEST_BRIEF="1", SHAKEDOWN_SOURCE_DIR=str(self.source),
                           SHAKEDOWN_BIN_DIR=str(path.parent))
        command = [sys.executable, str(self.source / GOLDEN)] if program == "shakedown" else [str(path)]
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
            resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_SECONDS, LIMIT_SECONDS))  # a busy machine makes no test hang

        try:
            done = run(command, env=environment, timeout=10 * LIMIT_SECONDS, cwd=self.bench, preexec_fn=limit)
        except subprocess.TimeoutExpired:
            return f"{program} hangs"
        if done.returncode == 0:
            return None
        found = FAILED.search(done.stdout)
        return f"{program} {found.group(1)}" if found else program

    def judge(self, mutant):
        """no build, same code, caught or lived, and by which test."""
        name, line, _, new = mutant
        whole = (self.source / name).read_text()
        if name not in self.untouched:
            self.untouched[name] = self.object_of(name, whole).read_bytes()
        lines = whole.splitlines()
        lines[line - 1] = new
        changed = self.object_of(name, "\n".join(lines) + "\n")
        if changed is None:
            return "no build", ""
        if changed.read_bytes() == self.untouched[name]:
            return "same code", ""
        folder = folder_of(name)
        for program in TESTS[list(FOLDERS).index(folder):]:
            path = self.bench / program
            command = link_command(self.link[program], FOLDERS[folder], changed, path)
            if command is None:
                continue
            if run(command, cwd=self.build).returncode:
                return "no build", ""
            if (by := self.failing(program, path)) is not None:
                return "caught", by
        return "lived", ""


def folder_of(name):
    return next(folder for folder in FOLDERS if name.startswith(folder + "/"))


def equivalents():
    path = HERE / "mutants_equivalent.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))


def report(results, known):
    """Prints what lived, with its reason where it is equivalent, and the score; returns the score."""
    counted = [one for one in results if one["result"] != "no build"]
    lived = [one for one in counted if one["result"] == "lived" and one["key"] not in known]
    same = [one for one in counted if one["result"] == "same code" or one["result"] == "lived" and one["key"] in known]
    for one in lived:
        print(f"lived {one['key']} {one['file']}:{one['line']}\n  - {one['old'].strip()}\n  + {one['new'].strip()}")
    for one in same:
        print(f"equivalent {one['key']} {one['file']}:{one['line']}: {known.get(one['key'], 'same code')}")
    caught = sum(one["result"] == "caught" for one in counted)
    score = caught / max(1, len(counted) - len(same))
    print(f"{caught} caught, {len(lived)} lived, {len(same)} equivalent, {len(results) - len(counted)} did not compile: "
          f"{score:.1%} (bar {BAR:.0%})")
    return score


def read_results(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--seed", required=True)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--mutate", default="mutate")
    arguments = parser.parse_args()
    if shutil.which(arguments.mutate) is None:
        print(f"{arguments.mutate}: not found; pip install universalmutator, or name it with --mutate", file=sys.stderr)
        return 64
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    clone = Clone(work)
    drawn = draw(clone.source, work / "candidates", arguments.mutate, arguments.seed)
    path = work / f"results-{arguments.seed}.jsonl"
    if arguments.again:
        before = {one["key"] for one in read_results(path) if one["result"] == "lived"}
        drawn = [mutant for mutant in drawn if key_of(mutant) in before]
        path = work / f"again-{arguments.seed}.jsonl"
    results = [one for one in read_results(path) if one["commit"] == clone.head]
    done = {one["key"] for one in results}
    counted = sum(one["result"] != "no build" for one in results)
    for mutant in drawn:
        if counted >= arguments.count:
            break
        if key_of(mutant) in done:
            continue
        result, by = clone.judge(mutant)
        name, line, old, new = mutant
        results.append({"commit": clone.head, "key": key_of(mutant), "file": name, "line": line, "old": old, "new": new,
                        "result": result, "by": by})
        counted += result != "no build"
        with path.open("a") as out:
            out.write(json.dumps(results[-1]) + "\n")
        print(f"{counted}/{min(arguments.count, len(drawn))} {result} {name}:{line} {by}", flush=True)
    return 0 if report(results, equivalents()) >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
