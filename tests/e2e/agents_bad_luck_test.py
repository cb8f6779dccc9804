"""Agents on other hosts, by mutual TLS, that stand still, whose clock is set, or that two controllers want."""
import os
import signal
import struct
import subprocess
import unittest

import certificates
import support

PLANTED_CLOCK = os.path.join(os.path.dirname(support.BIN), "tests", "planted_clock.so")


class Still(certificates.Folder):
    def test_an_agent_that_stands_still_for_5_seconds_stays_and_nothing_is_lost_or_doubled(self):
        """Its lease of 10 s holds; its stream, which is silent for longer than the controller waits for, breaks and returns."""
        self.start_target()
        body = "agents: {east: {roles: [load]}, west: {roles: [load]}}\n" + support.STEADY.replace("duration: 3s", "duration: 12s")
        controller, address = self.listen(self.write("scenario.yaml", self.load_only(body)))
        agents = [self.join(address, name, stderr=subprocess.PIPE, text=True) for name in self.IDENTITIES]
        self.wait_for_line(controller, "phase steady")
        agents[1].send_signal(signal.SIGSTOP)
        with self.assertRaises(subprocess.TimeoutExpired):
            controller.wait(timeout=5)
        agents[1].send_signal(signal.SIGCONT)
        out, err = controller.communicate(timeout=90)
        said = [agent.communicate(timeout=20)[1] for agent in agents]
        self.assertEqual([agent.returncode for agent in agents], [0, 0], said)
        self.assertIn(controller.returncode, (0, 2), out + err)  # what it did not send while it stood still is missing
        card = self.scorecard()
        counts = card["accounting"]
        self.assertEqual(card["run"]["state"], "completed")
        self.assertNotIn("lost agent", [reason["signal"] for reason in card["run"]["reasons"]])
        self.assertEqual(counts["offered"], 2400, "200/s for 12 s, each arrival once")
        ended = sum(count for name, count in counts.items() if name not in ("offered", "retried"))
        self.assertEqual(ended, 2400, counts)

    def wait_for_line(self, process, words):
        for line in process.stderr:
            if words in line:
                return
        self.fail(f"the run ended before it said {words}")


class Clocks(certificates.Folder):
    IDENTITIES = {"local": "load,inject"}

    def setUp(self):
        super().setUp()
        self.set_clock(0, 0)

    def set_clock(self, wall, monotonic):
        """Of the agent, by so many seconds."""
        with open(self.path("clock"), "r+b" if os.path.exists(self.path("clock")) else "wb") as file:
            file.write(struct.pack("=qq", int(wall * 1e9), int(monotonic * 1e9)))

    def drill(self, *steps):
        """A crash, with the agent's clock set to each of the steps one second apart, from the crash on."""
        file = self.write("scenario.yaml", self.scenario(support.CRASH))
        controller, address = self.listen(file)
        environment = {**os.environ, "LD_PRELOAD": PLANTED_CLOCK, "PLANTED_CLOCK": self.path("clock"),
                       "ASAN_OPTIONS": "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")}
        agent = self.join(address, "local", "--local-policy", env=environment, stderr=subprocess.PIPE, text=True)
        support.wait_until(lambda: os.path.exists(self.path("target.pid")), 60, "the start of the target")
        first = self.target_pid()
        support.wait_until(lambda: not support.alive(first), 60, "the crash")
        for step in steps:
            self.set_clock(*step)
            try:
                controller.wait(timeout=1)
            except subprocess.TimeoutExpired:
                pass
        out, err = controller.communicate(timeout=120)
        said = agent.communicate(timeout=60)[1]
        self.assert_nothing_runs()
        return controller.returncode, out + err + said

    def test_a_wall_clock_that_is_set_changes_nothing(self):
        code, said = self.drill((10, 0), (-10, 0), (3600, 0), (-3600, 0))
        self.assertEqual(code, 0, said)
        self.assertTrue(self.scorecard()["run"]["valid"], said)
        self.assert_true_rto()

    def test_truth_an_instant_of_a_clock_that_was_set_is_not_believed(self):
        """The monotonic one too, as where a virtual machine goes on after a pause: what is judged is true, or unknown."""
        for step in (3, 10, -10):
            self.out = self.path(f"out{step}")
            self.set_clock(0, 0)
            code, said = self.drill((0, step))
            self.assertIn(code, (0, 2, 3, 4), said)
            if self.row("DR-1")["verdict"] in ("pass", "fail"):
                self.assert_true_rto(widest=abs(step) + 4)

    def assert_true_rto(self, widest=4):
        """Started again half a second after its death, it answers within another second."""
        rto = self.row("DR-1")["measured"]
        self.assertGreaterEqual(rto["upper"], 0.5, rto)
        self.assertLess(rto["lower"], 1.5, rto)
        self.assertLess(rto["upper"], widest, rto)


class Wanted(certificates.Folder):
    IDENTITIES = {"local": "load,inject"}

    def test_an_agent_that_another_controller_has_is_refused_to_the_second(self):
        file = self.write("scenario.yaml", self.scenario(support.CRASH.replace("duration: 6s", "duration: 10s")))
        first, address = self.listen(file)
        agent = self.join(address, "local", "--local-policy")
        support.wait_until(lambda: os.path.exists(self.path("target.pid")), 60, "the start of the target")
        second, address = self.listen(file, out=self.path("second"))
        again = self.join(address, "local", "--local-policy", stderr=subprocess.PIPE, text=True)
        out, err = second.communicate(timeout=60)
        self.assertEqual(second.returncode, 75, out + err)
        self.assertIn("component practice", err)
        self.assertIn("is used by run", err)
        said = again.communicate(timeout=60)[1]
        self.assertEqual(again.returncode, 75, said)
        out, err = first.communicate(timeout=60)
        self.assertEqual(first.returncode, 0, out + err)
        self.assertEqual(agent.wait(timeout=20), 0)
        self.assertEqual(self.row("DR-1")["verdict"], "pass", "the first drill is as if nothing had happened")
        self.assert_nothing_runs()


if __name__ == "__main__":
    unittest.main()
