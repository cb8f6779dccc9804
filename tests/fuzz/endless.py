#!/usr/bin/python3
"""Goes on fuzzing where it was broken off, and prints one table: inputs tried, edges reached, the input that reached the last
new one, crashes. Exit 0 when there is no crash. What was found stays in BUILD_DIR/fuzz/NAME; a crash is there as a file.
Usage: endless.py BUILD_DIR [--seconds N] [NAME...]
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

# The longest input; what is longer is another test's.
TARGETS = {"http_parser": 4096, "wire": 20000, "scenario": 20000, "judge": 200000}
SOURCE = pathlib.Path(__file__).resolve().parents[2]


def load(path):
    if path.exists():
        return json.loads(path.read_text())
    return {"tried": 0, "edges": 0, "last_new": 0, "crashes": []}


def save(path, state):
    new = path.with_suffix(".new")
    new.write_text(json.dumps(state, indent=1))
    new.replace(path)


def run(program, folder, longest, seconds, state):
    """One stretch of libFuzzer, added to the state. Its corpus is what it goes on from."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "SHAKEDOWN_SOURCE_DIR": str(SOURCE)}
    if not any(corpus.iterdir()):
        environment["SHAKEDOWN_FUZZ_SEEDS"] = str(corpus)
    done = subprocess.run([program, f"-max_total_time={seconds}", f"-max_len={longest}", "-print_final_stats=1", "-timeout=10",
                           f"-artifact_prefix={folder}/", str(corpus)], env=environment, capture_output=True, text=True,
                          errors="replace", check=False)
    edges = 0
    for number, word, cov in re.findall(r"^#(\d+)\s+(\w+)\s+cov: (\d+)", done.stderr, re.MULTILINE):
        if int(cov) > max(edges, state["edges"]) and word in ("NEW", "REDUCE"):
            state["last_new"] = state["tried"] + int(number)
        edges = max(edges, int(cov))
    state["edges"] = max(state["edges"], edges)
    tried = re.search(r"stat::number_of_executed_units:\s+(\d+)", done.stderr)
    state["tried"] += int(tried.group(1)) if tried else 0
    crash = re.search(r"Test unit written to (\S+)", done.stderr)
    if done.returncode != 0:
        state["crashes"].append(crash.group(1) if crash else f"exit code {done.returncode}")
        sys.stderr.write(done.stderr[-4000:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("names", nargs="*", help="default: all")
    parser.add_argument("--seconds", type=int, default=600, help="for each")
    arguments = parser.parse_intermixed_args()
    states = {}
    for name in arguments.names or TARGETS:
        folder = arguments.build / "fuzz" / name
        folder.mkdir(parents=True, exist_ok=True)
        states[name] = load(folder / "state.json")
        run(arguments.build / "tests" / f"endless_{name}", folder, TARGETS[name], arguments.seconds, states[name])
        save(folder / "state.json", states[name])
    print(f"{'target':<12} {'tried':>12} {'edges':>7} {'last new edge':>14} {'crashes':>8}")
    for name, state in states.items():
        print(f"{name:<12} {state['tried']:>12} {state['edges']:>7} {'#' + str(state['last_new']):>14} {len(state['crashes']):>8}"
              f"  {' '.join(state['crashes'][:2])}")
    return 1 if any(state["crashes"] for state in states.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
