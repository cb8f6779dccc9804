#!/usr/bin/python3
"""Tries for hours what `make test` tries for seconds, and prints one table of tries and failures.

A part is a test program of build/dev run again and again. What has been done stands in a file, so that a soak that was broken off
goes on where it was; --fresh begins anew. Exit 0 when no try failed. Usage: run.py BUILD_DIR [--rounds N] [--fresh] [PART...]
"""
import argparse
import json
import os
import re
import subprocess
import sys

# Name, program below the build folder's tests, environment, rounds, and what one passed round tries.
PARTS = {
    "rogue agents": ("component_rogue", {"SHAKEDOWN_SOAK": "1"}, 3),
    "metrics listener": ("component_metrics_server", {}, 50),
    "agent listener": ("wire_grpc_test", {}, 20),
}
LIMIT_SECONDS = 3600


def one_round(build, program, environment):
    """(tests that ran, names of those that failed) of one run of the program."""
    done = subprocess.run([os.path.join(build, "tests", program)], env={**os.environ, **environment}, capture_output=True,
                          text=True, errors="replace", timeout=LIMIT_SECONDS)
    tests = len(re.findall(r"^\[ RUN ", done.stdout, re.MULTILINE))
    failed = sorted(set(re.findall(r"^\[  FAILED  \] (\S+) \(", done.stdout, re.MULTILINE)))
    if done.returncode != 0 and not failed:
        failed = [f"{program} ended with {done.returncode}"]
    return tests, failed


def load(path, fresh):
    if fresh or not os.path.exists(path):
        return {}
    with open(path) as file:
        return json.load(file)


def save(path, state):
    with open(path + ".new", "w") as file:
        json.dump(state, file, indent=1)
    os.replace(path + ".new", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="default: all")
    parser.add_argument("--rounds", type=int, help="of each part, in place of its own number")
    parser.add_argument("--fresh", action="store_true")
    arguments = parser.parse_args()
    path = os.path.join(arguments.build, "soak.json")
    state = load(path, arguments.fresh)
    for name in arguments.parts or PARTS:
        program, environment, rounds = PARTS[name]
        part = state.setdefault(name, {"rounds": 0, "tries": 0, "failures": []})
        while part["rounds"] < (arguments.rounds or rounds):
            tests, failed = one_round(arguments.build, program, environment)
            part["rounds"] += 1
            part["tries"] += tests
            part["failures"] += failed
            save(path, state)
    print(f"{'part':<20} {'rounds':>6} {'tries':>7} {'failures':>8}")
    for name, part in state.items():
        print(f"{name:<20} {part['rounds']:>6} {part['tries']:>7} {len(part['failures']):>8}  {', '.join(part['failures'][:3])}")
    return 1 if any(part["failures"] for part in state.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
