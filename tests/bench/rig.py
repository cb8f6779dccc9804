"""What every trial uses: the programs, a practice target with its truth, one drill, and the processes of one trial."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PROGRAMS = ("shakedown", "shakedown-agent", "shakedown-target")
NOBODY = 65534


class Trouble(Exception):
    """The trial could not be carried out; it is counted as missed."""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def process_state(pid):
    """The letter of /proc/PID/stat, or None when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return None


def read_bytes(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


class Programs:
    """Copies in a folder that anybody may read: a build of the originals disturbs no trial, and neither do privileges."""

    def __init__(self, bin_dir, into):
        self.dir = into
        for name in PROGRAMS:
            shutil.copy2(os.path.join(bin_dir, name), os.path.join(into, name))
        self.shakedown, self.agent, self.target = (os.path.join(into, name) for name in PROGRAMS)


class Trial:
    """A folder, a port and a state folder of its own; every process of it carries the folder in its environment.

    As root the trial's processes run as nobody, so that their undo records are not in the host-wide folder, where
    another agent on this host might sweep them."""

    def __init__(self, programs, name):
        self.programs = programs
        self.dir = tempfile.mkdtemp(prefix=f"{name}-", dir=programs.dir)
        self.state = os.path.join(self.dir, "runtime")
        os.mkdir(self.state, 0o700)
        self.options = {}
        if os.geteuid() == 0:
            for folder in (self.dir, self.state):
                os.chown(folder, NOBODY, NOBODY)
            self.options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self.environment = {**os.environ, "SHAKEDOWN_STATE_DIR": os.path.join(self.state, "shakedown"), "HOME": self.dir}

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def start(self, *argv, **options):
        return subprocess.Popen(argv, cwd=self.dir, env=self.environment, stdin=subprocess.DEVNULL, **self.options,
                                **options)

    def drill(self, text, limit):
        """Runs the scenario to its end and returns the scorecard. Any verdict will do, an unfinished run will not."""
        file = self.write("scenario.yaml", text)
        log = self.path("run.log")
        with open(log, "w", encoding="utf-8") as output:
            run = self.start(self.programs.shakedown, "run", file, "--yes", "--quiet", "--out", self.path("out"),
                             stdout=output, stderr=output)
        try:
            code = run.wait(limit)
        except subprocess.TimeoutExpired:
            self.end()
            raise Trouble(f"the drill was not over after {limit} s") from None
        if code not in (0, 1, 2):
            raise Trouble(f"exit {code}: " + read_bytes(log).decode(errors="replace").strip()[-400:])
        with open(self.path("out", "scorecard.json"), encoding="utf-8") as card:
            return json.load(card)

    def truth(self, *events):
        found = []
        for line in read_bytes(self.path("truth.jsonl")).splitlines():
            entry = json.loads(line)
            if entry["event"] in events:
                found.append(entry)
        return found

    def processes(self):
        """{pid: command line} of what lives and was started for this trial, by environment or command line."""
        mark = self.dir.encode()
        found = {}
        for entry in filter(str.isdigit, os.listdir("/proc")):
            if int(entry) == os.getpid() or process_state(entry) in (None, "Z", "X"):
                continue
            words = read_bytes(f"/proc/{entry}/cmdline")
            if mark in words or mark in read_bytes(f"/proc/{entry}/environ"):
                found[int(entry)] = words.replace(b"\0", b" ").decode(errors="replace").strip()
        return found

    def undo_records(self):
        undo = os.path.join(self.state, "shakedown", "undo")
        return [os.path.join(folder, name) for folder, _, names in os.walk(undo) for name in names]

    def end(self):
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def forget(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def scenario(self, body, flags=(), every="10ms", timeout="100ms", port=None):
        """A scenario on shakedown-target; body holds what follows the probes."""
        port = port or free_port()
        argv = json.dumps([self.programs.target, "--port", str(port), "--truth", "truth.jsonl", *flags])
        return f"""shakedown: v1
name: trial
service: practice
owner: trial
targets:
  api: {{url: "http://127.0.0.1:{port}"}}
components:
  practice:
    agent: local
    process: {{pidfile: target.pid, exe: shakedown-target, scope: group}}
    start: {argv}
setup: [{{start: practice}}]
teardown: [{{stop: practice}}]
ready: {{probe: watch, limit: 30s}}
operations:
  read:
    http: {{target: api, method: GET, path: "/health"}}
    timeout: 500ms
probes:
  watch: {{operation: read, every: {every}, timeout: {timeout}, down_after: 3, up_after: 5}}
{body}"""


def wait_until(condition, seconds):
    """The condition's first true value, or its last one when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(0.02)
