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

# A part: name, program below the build folder's tests (a script: beside this one), environment, rounds. One with MUTATIONS is given
# that many and the number of its first in each round, any other is one of GoogleTest and runs whole. A new part is a line here and
# its program in `make soak`.
PARTS = {
    "rogue agents": ("component_rogue", {"SHAKEDOWN_SOAK": "1"}, 3),
    "metrics listener": ("component_metrics_server", {}, 50),
    "agent listener": ("wire_grpc_test", {}, 20),
    "certificates": ("wire_tls_test", {}, 20),
    "HTTP answers": ("fuzz_http_parser", {}, 500),
    "agents' frames": ("fuzz_wire", {}, 1000),
    "scenario files": ("fuzz_scenario", {}, 500),
    "records to reports": ("fuzz_judge", {}, 1000),
    "leftovers": ("leftovers.py", {}, 100),
}
MUTATIONS = {"fuzz_http_parser": 20000, "fuzz_wire": 10000, "fuzz_scenario": 2000, "fuzz_judge": 100, "leftovers.py": 10}
LIMIT_SECONDS = 3600


def one_round(build, program, environment, number):
    """(what was tried, what failed) in one run of the program, the number-th of its part."""
    script = program.endswith(".py")
    command = [os.path.join(os.path.dirname(os.path.abspath(__file__)) if script else os.path.join(build, "tests"), program)]
    runs = MUTATIONS.get(program)
    if runs:
        command += [str(runs), str(number * runs)]
    try:
        done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, errors="replace",
                              timeout=LIMIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return 0, [f"{' '.join(command[1:]) or 'round ' + str(number)}: no end within {LIMIT_SECONDS} s"]
    failed = sorted(set(re.findall(r"^\[  FAILED  \] (\S+) \(", done.stdout, re.MULTILINE)))
    if done.returncode != 0 and not failed:
        sys.stderr.write(done.stderr[-4000:])
        failed = [f"{' '.join([program, *command[1:]])} ended with {done.returncode}"]
    tried = runs or len(re.findall(r"^\[ RUN ", done.stdout, re.MULTILINE))
    return tried, failed


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
    arguments = parser.parse_intermixed_args()
    missing = [PARTS[name][0] for name in arguments.parts or PARTS
               if not os.path.exists(os.path.join(arguments.build, "tests", PARTS[name][0]))]
    if missing:
        sys.exit(f"{', '.join(missing)} not built in {arguments.build}; `make soak` builds them")
    path = os.path.join(arguments.build, "soak.json")
    state = load(path, arguments.fresh)
    for name in arguments.parts or PARTS:
        program, environment, rounds = PARTS[name]
        part = state.setdefault(name, {"rounds": 0, "tries": 0, "failures": []})
        while part["rounds"] < (rounds if arguments.rounds is None else arguments.rounds):
            tried, failed = one_round(arguments.build, program, environment, part["rounds"])
            part["rounds"] += 1
            part["tries"] += tried
            part["failures"] += failed
            save(path, state)
    print(f"{'part':<20} {'rounds':>6} {'tries':>9} {'failures':>8}")
    for name, part in state.items():
        print(f"{name:<20} {part['rounds']:>6} {part['tries']:>9} {len(part['failures']):>8}  {', '.join(part['failures'][:3])}")
    return 1 if any(part["failures"] for part in state.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
