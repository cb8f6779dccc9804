#!/usr/bin/env python3
"""Two agents of one host that do not see each other's processes: each has a pid namespace of its own, and both see one state folder."""
import os
import subprocess
import sys
import unittest

import support

FROZEN = """phases:
  - name: frozen
    duration: 18s
    load: {open: {rate: 100/s}, mix: {read: 1}}
    faults:
      - name: freeze-it
        at: 1s
        pause: {component: practice, hold: 12s}
requirements:
  - {id: DR-1, area: disaster-recovery, title: Back soon, sli: {rto: {fault: freeze-it, probe: front-door, injections: 1}}, objective: "<= 14s"}
"""
APART = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]


def why_not(*argv):
    """Empty where this host lets us do so."""
    try:
        done = subprocess.run([*argv, "true"], capture_output=True, text=True, timeout=30)
    except OSError as error:
        return str(error)
    return "" if done.returncode == 0 else done.stderr.strip() or f"exit {done.returncode}"


def states(port):
    """Of the processes of the target on this port, as the host sees them."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
            with open(f"/proc/{entry}/stat") as stat:
                state = stat.read().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if str(port).encode() in words and words[0].endswith(b"shakedown-target"):
            found.append(state)
    return found


class PidNamespaces(support.Folder):
    def setUp(self):
        super().setUp()
        self.environment = dict(os.environ, SHAKEDOWN_STATE_DIR=self.path("state"))
        trouble = why_not(*APART)
        if trouble:
            print(f"SKIPPED, NOT SHOWN: no pid namespace can be made here: {trouble}", file=sys.stderr)
            self.skipTest(trouble)

    def begin(self, name, body, within=()):
        """A run of its own in a folder of its own."""
        os.mkdir(self.path(name))
        self.port = support.free_port()
        file = self.write(f"{name}/scenario.yaml", self.scenario(body))
        run = self.start(*within, support.SHAKEDOWN, "run", file, "--yes", "--quiet", "--out", self.path(name + "/out"),
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment)
        return run, self.port

    def finish(self, run, expect=0):
        out, err = run.communicate(timeout=100)
        self.assertEqual(run.returncode, expect, out + err)

    def standing(self):
        return self.shakedown("undo", "--list", env=self.environment).stdout

    def one_sweeps_nothing_of_the_other(self, first, second, name):
        frozen, port = self.begin(name + "-frozen", FROZEN, first)
        support.wait_until(lambda: "T" in states(port), 60, "the fault stands")
        steady, _ = self.begin(name + "-steady", support.STEADY, second)
        self.finish(steady)
        self.assertEqual(set(states(port)), {"T"}, "the other agent's fault stands on")
        self.assertIn("freeze-it", self.standing())
        self.assertIn("which still runs", self.standing())
        done = self.shakedown("undo", "--all", env=self.environment)
        self.assertIn("freeze-it", self.standing(), done.stdout)
        with open(self.path(name + "-steady/out/scorecard.md")) as page:
            self.assertNotIn("swept", page.read())
        self.finish(frozen, expect=2)  # nobody but us ends it, so that nothing is proven
        fault = self.scorecard(self.path(name + "-frozen/out"))["faults"][0]
        self.assertEqual(fault["state"], "clean", fault)
        self.assertIn("nothing stands", self.standing())

    def test_an_agent_of_the_host_leaves_one_in_a_namespace_alone(self):
        self.one_sweeps_nothing_of_the_other(APART, (), "inside")

    def test_an_agent_in_a_namespace_leaves_one_of_the_host_alone(self):
        self.one_sweeps_nothing_of_the_other((), APART, "outside")


MOVED = """phases:
  - name: failover
    duration: 9s
    load: {open: {rate: 50/s}, mix: {read: 1}}
    faults:
      - name: kill-it
        at: 2s
        kill: {component: practice}
        recover: [{exec: [sh, -c, "echo 127.0.0.2 api.drill > hosts"], after: 500ms}]
        undo: [{start: practice}]
requirements:
  - {id: DR-1, area: disaster-recovery, title: Back soon, sli: {rto: {fault: kill-it, probe: front-door, injections: 1}}, objective: "<= 3s"}
"""


class Names(support.Folder):
    """A name moves to another address during a fail-over: /etc/hosts of a mount namespace says so."""
    APART = ["unshare", "--mount", "--propagation", "private"]

    def setUp(self):
        super().setUp()
        trouble = why_not(*self.APART)
        if trouble:
            print(f"SKIPPED, NOT SHOWN: no mount namespace can be made here: {trouble}", file=sys.stderr)
            self.skipTest(trouble)

    def drill(self, resolve):
        standby = self.start(support.TARGET, "--port", str(self.port), "--bind", "127.0.0.2", stdout=subprocess.PIPE, text=True)
        self.assertIn("listening on", standby.stdout.readline())
        text = self.scenario(MOVED).replace(f'api: {{url: "http://127.0.0.1:{self.port}"}}',
                                            f'api: {{url: "http://api.drill:{self.port}", resolve: {resolve}}}')
        self.assertIn("api.drill", text)
        file = self.write("scenario.yaml", text)
        hosts = self.write("hosts", "127.0.0.1 api.drill localhost\n")
        run = [support.SHAKEDOWN, "run", file, "--yes", "--quiet", "--out", self.out]
        done = subprocess.run([*self.APART, "sh", "-c", f'mount --bind {hosts} /etc/hosts && exec "$@"', "sh", *run],
                              capture_output=True, text=True, timeout=150, cwd=self.dir)
        return done, {one["address"]: one["answered"] for one in self.scorecard()["addresses"]}

    def test_new_connections_follow_it_and_who_answered_is_recorded(self):
        done, answered = self.drill("each")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.row("DR-1")["verdict"], "pass", self.row("DR-1"))
        self.assertEqual(set(answered), {"127.0.0.1", "127.0.0.2"})
        self.assertGreater(min(answered.values()), 20)
        with open(self.out + "/scorecard.html") as page:
            self.assertIn("Which address answered", page.read())

    def test_a_name_that_is_looked_up_once_is_not_followed(self):
        done, answered = self.drill("once")
        self.assertNotEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(set(answered), {"127.0.0.1"})


if __name__ == "__main__":
    unittest.main()
