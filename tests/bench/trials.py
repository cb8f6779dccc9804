#!/usr/bin/python3
"""Trials against planted truth: trials.py NAME [--trials N] [--bin DIR] [--lanes L] [--seed S] [--resume FILE]

NAME is outages, losses, stall, leftovers, capacity or selftest. Each missed trial prints a line and keeps its folder; a summary
follows. --resume appends every batch to FILE, and a second start with the same programs and seed goes on from there.
Exit: 0 the bar is reached, 1 it is missed, 64 usage."""
import argparse
import concurrent.futures
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

import rig
import trial_capacity
import trial_leftovers
import trial_losses
import trial_outages
import trial_stall

KINDS = {"outages": (trial_outages, 100), "losses": (trial_losses, 100), "stall": (trial_stall, 10),
         "leftovers": (trial_leftovers, 200), "capacity": (trial_capacity, 20)}


def carry_out(programs, name, module, seed, number):
    """The results of one batch; the folder stays when any missed."""
    trial = rig.Trial(programs, f"{name}-{number}")
    try:
        results = module.batch(trial, random.Random(f"{name} {seed} {number}"))
    except (rig.Trouble, OSError, ValueError, KeyError, subprocess.SubprocessError) as trouble:
        text = f"{type(trouble).__name__}: {trouble}"
        results = [{"what": f"batch {number}", "missed": text} for _ in range(module.PER_BATCH)]
    trial.end()
    if any(one["missed"] or one.get("extra") for one in results):
        for one in results:
            one["folder"] = trial.dir
    else:
        trial.forget()
    return {"batch": number, "results": results}


class Record:
    """Batches that are done, in a file with one line each when there is to be one."""

    def __init__(self, path, key):
        self.done, self.file = {}, None
        if not path:
            return
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                head, *lines = file.read().splitlines()
            if json.loads(head) != key:
                sys.exit(f"{path} is of other programs or another seed ({head}); remove it or name another file")
            self.done = {entry["batch"]: entry["results"] for entry in map(json.loads, lines)}
        self.file = open(path, "a", encoding="utf-8")
        if not self.done and self.file.tell() == 0:
            self.line(key)

    def line(self, value):
        if self.file:
            self.file.write(json.dumps(value) + "\n")
            self.file.flush()

    def add(self, entry):
        self.done[entry["batch"]] = entry["results"]
        self.line(entry)


def digest(bin_dir):
    total = hashlib.sha256()
    for name in rig.PROGRAMS:
        with open(os.path.join(bin_dir, name), "rb") as file:
            while block := file.read(1 << 20):
                total.update(block)
    return total.hexdigest()[:16]


def show(entry):
    for one in entry["results"]:
        if one["missed"]:
            print(f"MISSED {one['what']}: {one['missed']} ({one.get('folder')})", flush=True)
        for text in one.get("extra", ()):
            print(f"EXTRA  {text} ({one.get('folder')})", flush=True)


def conduct(name, options, programs):
    """Returns (trials that reached the bar, trials, whether everything else holds, lines of the summary)."""
    module, usual = KINDS[name]
    trials = options.trials or usual
    batches = -(-trials // module.PER_BATCH)
    key = {"name": name, "seed": options.seed, "programs": digest(options.bin)}
    record = Record(options.resume, key)
    for entry in record.done.values():
        show({"results": entry})
    todo = [number for number in range(batches) if number not in record.done]
    lanes = options.lanes or module.LANES
    with concurrent.futures.ThreadPoolExecutor(lanes) as pool:
        for one in concurrent.futures.as_completed(
                [pool.submit(carry_out, programs, name, module, options.seed, number) for number in todo]):
            record.add(one.result())
            show(one.result())
    results = [one for number in range(batches) for one in record.done[number]][:trials]
    lines, fine = module.summary(results)
    return sum(1 for one in results if not one["missed"]), len(results), fine, lines


def selftest(bin_dir):
    return subprocess.run([os.path.join(bin_dir, "shakedown"), "selftest"], check=False).returncode


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=[*KINDS, "selftest"])
    parser.add_argument("--trials", type=int, help="how many (default: what the bar asks for)")
    parser.add_argument("--bin", default=os.environ.get("SHAKEDOWN_BIN_DIR", "build/bin"), help="folder of the programs")
    parser.add_argument("--lanes", type=int, help="trials at a time (default: as many as do not disturb each other on two cores)")
    parser.add_argument("--seed", default="1", help="of every random choice (default 1)")
    parser.add_argument("--resume", metavar="FILE", help="go on where FILE ends, and write there")
    return parser.parse_args(arguments)


def main(arguments):
    options = parse(arguments)
    if options.name == "selftest":
        return selftest(options.bin)
    began = time.monotonic()
    work = tempfile.mkdtemp(prefix=f"shakedown-trials-{options.name}-")
    os.chmod(work, 0o755)
    programs = rig.Programs(options.bin, work)
    good, trials, fine, lines = conduct(options.name, options, programs)
    reached = good == trials and fine
    for line in lines:
        print(f"  {line}")
    print(f"{options.name}: {good} of {trials} trials, {KINDS[options.name][0].TITLE}: {'reached' if reached else 'NOT reached'}"
          f" in {time.monotonic() - began:.0f} s", flush=True)
    if reached:
        shutil.rmtree(work, ignore_errors=True)
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
