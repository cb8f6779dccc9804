"""The scenarios that ship, run as a user would run them: how much the service can take, and how it grows."""
import os
import unittest

import support


class Capacity(support.Folder):
    def test_the_planted_limit_lies_in_the_interval(self):
        done = self.shakedown("run", os.path.join(support.SOURCE, "scenarios/capacity.yaml"), "--yes", "--out", self.out)
        card = self.scorecard()
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        found = card["searches"][0]
        self.assertLessEqual(found["lower"], 364, found)  # p95 of M/D/4 at 10 ms; a busy host can only lower it
        self.assertLessEqual(found["upper"], 400, found)  # four workers of 10 ms
        self.assertFalse(found["trouble"], found)
        rows = {row["id"]: row for row in card["requirements"]}
        self.assertEqual(rows["SC-2"]["verdict"], "fail", rows["SC-2"])
        self.assertEqual(rows["SC-2"]["watermelon"], "optimistic", rows["SC-2"])
        self.assertEqual(self.shakedown("verify", self.out).returncode, 0)


class Scaling(support.Folder):
    def test_the_planted_law_is_read_back(self):
        done = self.shakedown("run", os.path.join(support.SOURCE, "scenarios/scaling.yaml"), "--yes", "--out", self.out)
        card = self.scorecard()
        self.assertIn(done.returncode, (0, 2), done.stdout + done.stderr)
        found = card["scalings"][0]
        self.assertTrue(found["fitted"], found)
        self.assertEqual(len(found["levels"]), 7)
        self.assertAlmostEqual(found["alpha"]["value"], 0.05, delta=0.02)
        self.assertAlmostEqual(found["beta"]["value"], 0.001, delta=0.0007)
        self.assertEqual(self.shakedown("verify", self.out).returncode, 0)


if __name__ == "__main__":
    unittest.main()
