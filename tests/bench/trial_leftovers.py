"""SIGKILL of the controller, the agent, the watchdog or both at a random instant of a fault: nothing may be left.

Half a minute after the kill, or after the end of a run that goes on without its watchdog, no process of the drill lives
(the target that setup started, a stopped one, an agent, a watchdog) and no undo record stands. Where agent and watchdog
died together, that is counted after one agent start."""
import os
import signal
import subprocess
import threading
import time

from rig import Trouble, free_port, process_state, wait_until

PER_BATCH = 1
LANES = 4
TITLE = "leftovers after SIGKILL at a random instant of a fault"
LIMIT = 30
SECOND_LOOK = 0.3  # a process that was on its way between two looks at /proc is there at the next one
VICTIMS = ("controller", "agent", "watchdog", "agent+watchdog", "controller+watchdog", "controller of agents")

BODY = """phases:
  - name: crash
    duration: {duration}s
    load: {{open: {{rate: 50/s}}, mix: {{read: 1}}}}
    faults:
      - name: break
        at: 300ms
        {fault}
requirements:
  - {{id: A-1, area: availability, title: Up, sli: {{availability: {{phases: [crash]}}}}, objective: ">= 1%"}}
"""
KILL = "kill: {{component: practice, signal: SIGKILL}}\n        recover: [{{start: practice, after: {time}}}]"
PAUSE = "pause: {{component: practice, hold: {time}}}"
QUIET = """phases:
  - {name: quiet, duration: 1s}
requirements:
  - {id: A-1, area: availability, title: Up, sli: {availability: {probe: watch, period: 1d}}, objective: ">= 1%"}
"""


class Run:
    """One `shakedown run`, read line by line."""

    def __init__(self, trial, spawn, text):
        file = trial.write("scenario.yaml", text)
        extra = ("--spawn", "1") if spawn else ()
        self.process = trial.start(trial.programs.shakedown, "run", file, "--yes", "--out", trial.path("out"), *extra,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.began = threading.Event()
        self.lines = []
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line)
            if "phase crash" in line:
                self.began.set()
        self.began.set()

    def text(self):
        return "".join(self.lines).strip()[-600:]


def victims_of(trial, run, kind):
    """The pids to kill, looked up at the last moment; none before there is one of each."""
    processes = trial.processes()
    watchdogs = [pid for pid, words in processes.items() if " watch " in words]
    agents = [pid for pid, words in processes.items() if "--connect" in words]
    chosen = {"controller": [[run.process.pid]], "controller of agents": [[run.process.pid]], "agent": [agents],
              "watchdog": [watchdogs], "agent+watchdog": [agents, watchdogs],
              "controller+watchdog": [[run.process.pid], watchdogs]}[kind]
    return sum(chosen, []) if all(chosen) else []


def kill_all(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def standing(trial):
    """What is left of the drill, one text each."""
    left = [f"{process_state(pid)} {pid} {words}" for pid, words in trial.processes().items()]
    return left + [f"undo record {path}" for path in trial.undo_records()]


def start_an_agent(trial):
    """A drill that breaks nothing, in the same state folder: its agent sweeps."""
    file = trial.write("quiet.yaml", trial.scenario(QUIET, port=free_port()).replace("target.pid", "quiet.pid"))
    run = trial.start(trial.programs.shakedown, "run", file, "--yes", "--quiet", "--out", trial.path("quiet"),
                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    text = run.communicate(timeout=120)[0]
    if run.returncode not in (0, 1, 2, 3, 4):
        raise Trouble(f"the agent start ended with {run.returncode}: {text[-400:]}")


def choose_instant(random):
    """(whether it counts from the phase's begin, seconds): most of them around the fault at 0.3 s, some at any time."""
    draw = random.random()
    if draw < 0.15:
        return False, random.uniform(0, 2.0)
    return True, random.uniform(0.25, 1.2) if draw < 0.75 else random.uniform(0, 2.5)


def scenario_of(trial, kind, random):
    survives = kind == "watchdog"
    slow = not survives and random.random() < 0.5
    fault = (KILL if random.random() < 0.5 else PAUSE)
    text = fault.format(time="20s" if slow else "600ms")
    return trial.scenario(BODY.format(duration=40 if slow else 3, fault=text)), f"{text.split(':')[0]}{', held' if slow else ''}"


def batch(trial, random):
    kind = random.choice(VICTIMS)
    text, fault = scenario_of(trial, kind, random)
    from_phase, delay = choose_instant(random)
    run = Run(trial, kind in ("agent", "agent+watchdog", "controller of agents"), text)
    try:
        if from_phase and not run.began.wait(60):
            raise Trouble("the phase did not begin: " + run.text())
        time.sleep(delay)
        pids = wait_until(lambda: victims_of(trial, run, kind), 30)
        if not pids:
            raise Trouble(f"no {kind} to kill: {run.text()}")
        stood = any(not path.endswith("-started.undo") for path in trial.undo_records())
        kill_all(pids)
        killed = time.monotonic()
        left = settle(trial, run, kind)
        took = time.monotonic() - killed
    finally:
        trial.end()
        run.process.wait()
        run.reader.join()
        run.process.stdout.close()
    what = f"{kind} ({len(pids)} killed) during {fault}, {delay:.3f} s after the {'phase began' if from_phase else 'start'}"
    return [{"what": what + (f": {run.text()}" if left else ""), "missed": "; ".join(left) or None, "kind": kind,
             "took": took, "killed": len(pids), "stood": stood}]


def settle(trial, run, kind):
    """What stands when the time is over."""
    if kind == "watchdog":
        try:
            run.process.wait(90)
        except subprocess.TimeoutExpired:
            return ["the run goes on"]
    together = "+" in kind
    if together:
        try:
            run.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            return ["the controller goes on"]
        start_an_agent(trial)
    wait_until(lambda: run.process.poll() is not None and not standing(trial), LIMIT)
    time.sleep(SECOND_LOOK)
    return standing(trial)


def summary(results):
    stood = sum(1 for one in results if one.get("stood"))
    lines = [f"{stood} of {len(results)} kills came while a fault's undo record stood"]
    for kind in VICTIMS:
        took = sorted(one["took"] for one in results if one.get("kind") == kind)
        if took:
            lines.append(f"{kind}: {len(took)} trials, over after {took[len(took) // 2]:.1f} s (median), "
                         f"{took[-1]:.1f} s (max)")
    return lines, True
