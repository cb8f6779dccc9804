"""The scenarios that ship, run as a user would run them."""
import os
import unittest

import support


class Quickstart(support.Folder):
    def test_the_watermelon_is_named(self):
        done = self.shakedown("run", os.path.join(support.SOURCE, "scenarios/quickstart.yaml"), "--yes", "--out", self.out)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        card = self.scorecard()
        self.assertEqual(card["decision"], "no-go")
        self.assertTrue(card["run"]["valid"], card["run"]["reasons"])
        optimistic = [row for row in card["requirements"] if row["watermelon"] == "optimistic"]
        self.assertEqual([row["verdict"] for row in optimistic], ["fail"])
        self.assertEqual(len(card["faults"]), 3)
        self.assertTrue(all(fault["state"] == "clean" for fault in card["faults"]), card["faults"])
        self.assertIn("disappear", card["tldr"])
        self.assertEqual(self.shakedown("verify", self.out).returncode, 0)


class Nginx(support.Folder):
    def test_kill_and_pause_of_a_real_nginx(self):
        done = self.shakedown("run", os.path.join(support.SOURCE, "scenarios/nginx.yaml"), "--yes", "--out", self.out)
        card = self.scorecard()
        self.assertIn(done.returncode, (0, 2), done.stdout + done.stderr)
        self.assertTrue(card["run"]["valid"], card["run"]["reasons"])
        self.assertTrue(all(fault["state"] == "clean" for fault in card["faults"]), card["faults"])
        self.assertTrue(card["outages"])
        for row in card["requirements"]:
            self.assertNotEqual(row["verdict"], "unknown", row)


class Capacity(support.Folder):
    def test_the_planted_limit_lies_in_the_interval(self):
        done = self.shakedown("run", os.path.join(support.SOURCE, "scenarios/capacity.yaml"), "--yes", "--out", self.out)
        card = self.scorecard()
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        found = card["searches"][0]
        self.assertLess(found["lower"], 400, found)
        self.assertLessEqual(found["upper"], 800, found)
        self.assertEqual(found["trouble"], "", found)
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
