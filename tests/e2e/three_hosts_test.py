"""scenarios/three-hosts.yaml on network namespaces: load from one host, a fault on another, over mutual TLS."""
import os
import subprocess
import sys
import unittest

import support

FOLDER = os.path.join(support.SOURCE, "scenarios/three-hosts")


class ThreeHosts(support.Folder):
    def setUp(self):
        super().setUp()
        done = self.hosts("check")
        if done.returncode != 0:
            print("SKIPPED, NOT PROVEN: " + done.stderr.strip(), file=sys.stderr)
            self.skipTest(done.stderr.strip())
        done = self.hosts("up")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.addCleanup(self.hosts, "down")

    @staticmethod
    def hosts(*arguments):
        return subprocess.run([os.path.join(FOLDER, "hosts.sh"), *arguments], capture_output=True, text=True, timeout=60)

    def drill(self, clock_error):
        done = subprocess.run([os.path.join(FOLDER, "drill.sh"), support.BIN, self.out], capture_output=True, text=True, timeout=180,
                              stdin=subprocess.DEVNULL, env={**os.environ, "SHAKEDOWN_CLOCK_ERROR": str(clock_error)})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return self.scorecard()

    def test_rto_and_rpo_across_hosts_whose_clocks_are_3_seconds_apart(self):
        card = self.drill(clock_error=3)
        self.assertTrue(card["run"]["valid"], card["run"]["reasons"])
        self.assertEqual([agent["name"] for agent in card["agents"]], ["users", "service-host"])
        for agent in card["agents"]:
            self.assertLess(agent["clock_bound_seconds"], 0.2)
            self.assertGreater(agent["clock_bound_seconds"], 0, "no host's clock is known exactly")
        self.assertEqual({row["id"]: row["verdict"] for row in card["requirements"]}, {"DR-1": "pass", "DR-2": "pass"})
        rto = self.row("DR-1")["measured"]
        # Started again 1.5 s after its death: with the 3 s between the clocks left in, it would be somewhere else.
        self.assertGreaterEqual(rto["upper"], 1.4, rto)
        self.assertLess(rto["upper"], 4, rto)
        self.assertLess(rto["lower"], 3, rto)


if __name__ == "__main__":
    unittest.main()
