"""What every end-to-end test uses: the programs, scenarios on the practice target, and processes that end."""
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import unittest

BIN = os.environ["SHAKEDOWN_BIN_DIR"]
SOURCE = os.environ["SHAKEDOWN_SOURCE_DIR"]
SHAKEDOWN = os.path.join(BIN, "shakedown")
AGENT = os.path.join(BIN, "shakedown-agent")
TARGET = os.path.join(BIN, "shakedown-target")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def alive(pid):
    """Whether the process exists and is no zombie."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def children(parent, name=None):
    """The processes of this parent, or those of them that are called so."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as stat:
                fields = stat.read()
        except OSError:
            continue
        command = fields[fields.index("(") + 1:fields.rindex(")")]
        if int(fields.rsplit(")", 1)[1].split()[1]) == parent and (name is None or name.startswith(command)):
            found.append(int(entry))
    return found


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


class Folder(unittest.TestCase):
    """A temporary folder and a port of its own; every process started through it is ended by its pid."""

    def setUp(self):
        self.holder = tempfile.TemporaryDirectory(prefix="shakedown-e2e-")
        self.addCleanup(self.holder.cleanup)
        self.addCleanup(self.wait_for_watchdogs)
        self.dir = self.holder.name
        self.port = free_port()
        self.out = os.path.join(self.dir, "out")

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def shakedown(self, *arguments, timeout=200, **options):
        return subprocess.run([SHAKEDOWN, *arguments], capture_output=True, text=True, timeout=timeout,
                              stdin=subprocess.DEVNULL, cwd=self.dir, **options)

    def start(self, *argv, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        process = subprocess.Popen(argv, cwd=self.dir, **options)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()

    def wait_for_watchdogs(self):
        """They outlive who was killed or left something standing, and write into this folder as long as they do."""
        wait_until(lambda: not self.programs(), 60, f"the end of every program of ours in {self.dir}")

    def programs(self):
        """Our controllers, agents and watchdogs that were started in this folder."""
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                if (os.readlink(f"/proc/{entry}/exe") in map(os.path.realpath, (SHAKEDOWN, AGENT)) and alive(entry)
                        and os.readlink(f"/proc/{entry}/cwd").startswith(self.dir)):
                    found.append(int(entry))
            except OSError:
                continue
        return found

    def start_target(self, *flags):
        """A practice target on self.port, started by the test itself."""
        process = self.start(TARGET, "--port", str(self.port), *flags, stdout=subprocess.PIPE, text=True)
        self.assertIn("listening on", process.stdout.readline())
        return process

    def run_scenario(self, text, *arguments, expect=None, timeout=200, **options):
        file = self.write("scenario.yaml", text)
        done = self.shakedown("run", file, "--yes", "--quiet", "--out", self.out, *arguments, timeout=timeout, **options)
        if expect is not None:
            self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def scorecard(self, out=None):
        with open(os.path.join(out or self.out, "scorecard.json")) as file:
            return json.load(file)

    def row(self, identifier, out=None):
        return next(r for r in self.scorecard(out)["requirements"] if r["id"] == identifier)

    def target_pid(self):
        with open(self.path("target.pid")) as file:
            return int(file.read())

    def assert_nothing_runs(self):
        """No process of this test's folder is left (a target's command line names the folder)."""
        left = []
        for entry in os.listdir("/proc"):
            if entry.isdigit() and int(entry) != os.getpid():
                try:
                    with open(f"/proc/{entry}/cmdline", "rb") as file:
                        words = file.read()
                except OSError:
                    continue
                if self.dir.encode() in words and alive(entry):
                    left.append((entry, words))
        self.assertEqual(left, [])

    def scenario(self, body, flags=(), setup=True, probe_every="20ms"):
        """A scenario on shakedown-target; body holds phases and requirements (and may add faults)."""
        argv = ", ".join([f'"{TARGET}"', "--port", f'"{self.port}"', "--truth", "truth.jsonl",
                          *[f'"{flag}"' for flag in flags]])
        return f"""shakedown: v1
name: e2e
service: practice
owner: owner@example.com
targets:
  api: {{url: "http://127.0.0.1:{self.port}"}}
components:
  practice:
    agent: local
    process: {{pidfile: target.pid, exe: shakedown-target, scope: group}}
    start: [{argv}]
{"setup: [{start: practice}]" if setup else ""}
{"teardown: [{stop: practice}]" if setup else ""}
ready: {{probe: front-door, limit: 10s}}
operations:
  read:
    http: {{target: api, method: GET, path: "/health"}}
    timeout: 500ms
probes:
  front-door: {{operation: read, every: {probe_every}, timeout: 200ms, down_after: 3, up_after: 5}}
{body}"""


STEADY = """phases:
  - {name: steady, duration: 3s, load: {open: {rate: 200/s}, mix: {read: 1}}}
requirements:
  - {id: AV-1, area: availability, title: It answers, sli: {availability: {phases: [steady]}}, objective: ">= 99%"}
"""

CRASH = """phases:
  - name: crash
    duration: 6s
    load: {open: {rate: 100/s}, mix: {read: 1}}
    faults:
      - name: kill-it
        at: 1s
        kill: {component: practice, signal: SIGKILL}
        recover: [{start: practice, after: 500ms}]
requirements:
  - {id: DR-1, area: disaster-recovery, title: Back soon, sli: {rto: {fault: kill-it, probe: front-door, injections: 1}}, objective: "<= 4s"}
"""


def interrupt(process, signal_number=signal.SIGINT):
    os.kill(process.pid, signal_number)
