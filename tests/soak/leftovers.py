#!/usr/bin/python3
"""Kills, ends, interrupts or freezes controller, agent and watchdog, any of them, at a random instant of a small drill, or fills
their disk or takes their state folder away and interrupts the run; and proves that nothing is left: the target runs and answers, no
command runs, no change and no record stands. Where everybody who could have undone it was killed, `undo --list` must tell it and
`undo --run` must take it back.

A try is its seed. Usage: leftovers.py TRIES FIRST_SEED; the programs are in SHAKEDOWN_BIN_DIR. One line for each try, and a last one
with the counts of exit codes. Exit 0 when no try failed.
"""
import collections
import http.client
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import support  # noqa: E402  (after the path to it)

FAULTS = {
    "pause": "pause: {component: c, hold: 2s}",
    "kill": "kill: {component: c}, recover: [{start: c, after: 500ms}]",
    "stop": "stop: {component: c}, recover: [{start: c, after: 1s}]",
    "exec": "exec: {component: c, command: [sh, -c, 'sleep 0.4; touch mark; sleep 0.4'], effect: [test, -f, mark], limit: 5s}, "
            "undo: [{exec: [sh, -c, 'sleep 0.4; rm -f mark; sleep 0.4']}]",
}
SCENARIO = """shakedown: v1
name: leftovers
targets: {{t: {{url: "http://127.0.0.1:{port}"}}}}
components:
  c: {{process: {{pidfile: target.pid, exe: shakedown-target}}, start: ["{target}", --port, "{port}"]}}
setup: [{setup}]
operations: {{r: {{http: {{target: t, path: /}}}}}}
probes: {{p: {{operation: r, every: 50ms, timeout: 200ms}}}}
checks: {{k: {{command: {{exec: [sh, -c, 'sh -c "exec sleep 0.3" & sleep 0.3; wait']}}}}}}
phases:
  - {{name: a, duration: 5s, load: {{open: {{rate: 20/s}}}}, faults: [{{name: f, at: 1s, {fault}, recover_within: 5s}}]}}
requirements:
  - {{id: AV, area: availability, title: answers, sli: {{availability: {{phases: [a]}}}}, objective: ">= 1%"}}
"""
ENDS = 90  # seconds in which everything must have ended


def state_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "X"


def runs(pid):
    return state_of(pid) not in "XZ"


def descendants(pid):
    below = support.children(pid)
    return below + [one for child in below for one in descendants(child)]


def words_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


class Try:
    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.folder = tempfile.mkdtemp(prefix="shakedown-soak-")
        # A target whose leaks are looked for at its end ends late, or never where it is looked at meanwhile.
        self.env = {**os.environ, "SHAKEDOWN_STATE_DIR": os.path.join(self.folder, "state"),
                    "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
        self.port = support.free_port()
        self.fault = self.chance.choice(list(FAULTS))
        self.spawned = self.chance.random() < 0.4
        self.by_setup = self.chance.random() < 0.3
        self.target = None
        self.faults = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def start_target(self):
        self.target = subprocess.Popen([support.TARGET, "--port", str(self.port)], cwd=self.folder, stdout=subprocess.PIPE,
                                       stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.env, start_new_session=True)
        self.target.stdout.readline()
        with open(self.path("target.pid"), "w") as file:
            file.write(str(self.target.pid))

    def target_pid(self):
        try:
            with open(self.path("target.pid")) as file:
                return int(file.read())
        except (OSError, ValueError):
            return 0

    def begin(self):
        with open(self.path("s.yaml"), "w") as file:
            file.write(SCENARIO.format(port=self.port, target=support.TARGET, fault=FAULTS[self.fault],
                                       setup="{start: c}" if self.by_setup else ""))
        if not self.by_setup:
            self.start_target()
        command = [support.SHAKEDOWN, "run", "s.yaml", "--yes", "--quiet", "--out", "out", *(["--spawn", "1"] if self.spawned else [])]
        with open(self.path("said"), "w") as said:
            return subprocess.Popen(command, cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL, stdout=said, stderr=said)

    def ours(self, run):
        """Controller, agents and watchdogs."""
        found = {"controller": [run.pid], "agent": [], "watchdog": []}
        for pid in descendants(run.pid):
            words = words_of(pid)
            if " watch " in words:
                found["watchdog"].append(pid)
            elif "shakedown-agent" in words:
                found["agent"].append(pid)
        return found

    def trouble(self, run, found, what):
        """Nobody dies; what they write on is full or gone, and the run is interrupted."""
        pids = [pid for several in found.values() for pid in several]
        if what == "disk full":
            for pid in pids:
                self.fill_disk_of(pid)
        else:
            shutil.rmtree(self.path("state"), ignore_errors=True)
        time.sleep(self.chance.uniform(0, 2))
        pids += [pid for several in self.ours(run).values() for pid in several]
        self.send(run.pid, signal.SIGINT)
        return f"{what}, SIGINT to controller", pids

    @staticmethod
    def fill_disk_of(pid):
        """As if it were: no file of it or of its children can be written."""
        try:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]))
        except ProcessLookupError:
            pass

    def strike(self, run):
        time.sleep(self.chance.uniform(0, 7))
        found = self.ours(run)
        if self.chance.random() < 0.2:
            return self.trouble(run, found, self.chance.choice(["disk full", "state folder gone"]))
        names = [name for name, pids in found.items() if pids]
        chosen = self.chance.sample(names, self.chance.randint(1, len(names)))
        number = self.chance.choice([signal.SIGKILL] * 3 + [signal.SIGTERM, signal.SIGINT, signal.SIGSTOP])
        gap = self.chance.choice([0, 0, 0.05, 0.4])
        struck = [pid for name in chosen for pid in found[name]]
        for pid in struck:
            self.send(pid, number)
            time.sleep(gap)
        if number == signal.SIGSTOP:
            time.sleep(self.chance.choice([2, 12]))
            for pid in struck:
                self.send(pid, signal.SIGCONT)
        return f"{number.name} to {'+'.join(chosen)}", [pid for pids in found.values() for pid in pids]

    @staticmethod
    def send(pid, number):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass

    def left(self):
        """What differs from how it must be."""
        out, target = [], self.target_pid()
        if self.by_setup:
            out += [f"what setup started still runs: {target}"] if target and runs(target) else []
        elif not runs(target) or state_of(target) == "T":
            out.append(f"the target is in state {state_of(target)}")
        else:
            try:
                http.client.HTTPConnection("127.0.0.1", self.port, timeout=10).request("GET", "/")
            except OSError as problem:
                out.append(f"the target does not answer: {problem}")
        if os.path.exists(self.path("mark")):
            out.append("the change of exec stands")
        for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
            try:
                here = os.readlink(f"/proc/{pid}/cwd") == self.folder or self.folder in words_of(pid)
            except OSError:
                continue
            if here and runs(pid) and pid != target:
                out.append(f"process {pid}: {words_of(pid)}")
        return out

    def seen(self, run):
        """What there was when it did not end: processes with their states, and the last that was said."""
        there = [f"{pid} {state_of(pid)} {words_of(pid)}" for pid in [run.pid] + descendants(run.pid)]
        with open(self.path("said"), encoding="utf-8", errors="replace") as said:
            return "; ".join(there + said.read().splitlines()[-3:])

    def undo(self, *arguments):
        return subprocess.run([support.SHAKEDOWN, "undo", *arguments], cwd=self.folder, env=self.env, capture_output=True, text=True,
                              timeout=ENDS, check=False)

    def settled(self, condition):
        end = time.monotonic() + ENDS
        while not condition() and time.monotonic() < end:
            time.sleep(0.1)
        return condition()

    def judge(self, run, known):
        try:
            code = run.wait(ENDS)
        except subprocess.TimeoutExpired:
            self.faults.append("the run did not end; " + self.seen(run))
            return "none"
        known += [pid for pids in self.ours(run).values() for pid in pids]
        if not self.settled(lambda: not any(map(runs, known))):
            self.faults.append("a process of ours did not end; " + self.seen(run))
        listed = self.undo("--list")
        stands = self.left()
        for name in set(re.findall(r"run (\d{4}-[0-9A-Za-z-]+)", listed.stdout)):
            self.undo("--run", name)
        if stands and listed.returncode == 0 and not self.settled(lambda: not self.left()):
            self.faults.append("stands though nothing is listed: " + "; ".join(stands))
        if listed.returncode != 0 and code in (0, 1, 2):
            self.faults.append(f"exit {code} though listed: {listed.stdout}")
        if not self.settled(lambda: not self.left()):
            self.faults.append("left behind: " + "; ".join(self.left()))
        if self.undo("--list").returncode != 0:
            self.faults.append("a record stands after its undo")
        return f"{code}{' listed' if listed.returncode else ''}"

    def end(self, run):
        for pid in {self.target_pid(), *(one.pid for one in (run, self.target) if one)} - {0}:
            if os.path.exists(f"/proc/{pid}/cwd") and os.readlink(f"/proc/{pid}/cwd") == self.folder:
                self.send(pid, signal.SIGKILL)
        for one in (run, self.target):
            if one:
                one.wait()
        if self.target:
            self.target.stdout.close()
        if not self.faults:
            shutil.rmtree(self.folder)


def one_try(seed):
    """(exit code and whether anything was listed, what failed)"""
    this, run = Try(seed), None
    try:
        run = this.begin()
        what, known = this.strike(run)
        code = this.judge(run, known)
        kind = f"{this.fault}{' spawned' if this.spawned else ''}{' by setup' if this.by_setup else ''}, {what}"
        print(f"{seed}: {kind}: exit {code}", flush=True)
    finally:
        this.end(run)
    if this.faults:
        print(f"[  FAILED  ] leftovers.{seed} ({'; '.join(this.faults)}; see {this.folder})", flush=True)
    return code, this.faults


def main():
    tries, first = int(sys.argv[1]), int(sys.argv[2])
    codes, failed = collections.Counter(), 0
    for seed in range(first, first + tries):
        code, faults = one_try(seed)
        codes[code] += 1
        failed += bool(faults)
    print(f"{tries} tries from seed {first}: {failed} failed; exit codes {dict(codes)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
