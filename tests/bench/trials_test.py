"""The trials notice what they are there for: a wrong bound, a missed outage, a wrong set of ids, anything left behind."""
import os
import random
import tempfile
import types
import unittest

import load_figures
import rig
import trial_leftovers
import trial_losses
import trial_outages
import trials


def truth(begin, end, mode="refuse"):
    return {"event": "outage", "mode": mode, "from_ns": int(begin * 1e9), "to_ns": int(end * 1e9)}


def seen(start, lower, upper):
    return {"start": start, "lower_seconds": lower, "upper_seconds": upper}


class Outages(unittest.TestCase):
    TRUTHS = [truth(1003.0, 1004.0), truth(1006.0, 1006.5)]

    def verdicts(self, measured):
        matched, others = trial_outages.pair(self.TRUTHS, measured)
        return [trial_outages.judge(*one)["missed"] for one in matched], others

    def test_right_ones(self):
        self.assertEqual(self.verdicts([seen(3.01, 0.99, 1.01), seen(6.0, 0.4, 0.6)]), ([None, None], []))

    def test_wrong_ones(self):
        missed, others = self.verdicts([seen(3.0, 1.01, 1.2), seen(4.5, 0.1, 0.2), seen(6.0, 0.45, 0.7)])
        self.assertEqual(missed, ["outside its bounds", f"width 0.2500 s, more than {trial_outages.WIDTH:.3f} s"])
        self.assertEqual([one["start"] for one in others], [4.5])
        self.assertEqual(self.verdicts([seen(3.0, 0.9, None), seen(4.8, 0.4, 0.6)])[0], ["no bounds", "not seen"])

    def test_something_not_planted_is_not_fine(self):
        self.assertFalse(trial_outages.summary([{"what": "", "missed": None, "extra": ["at 4.5"]}])[1])


class Losses(unittest.TestCase):
    """A drill whose card and files are given, not run."""

    def batch(self, lost_ids, counts, undecided=0):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "out"))
            with open(os.path.join(folder, "out", "ledger-entries.log"), "w", encoding="utf-8") as file:
                file.write("run x\n" + "".join(f"I {i} 1\n" for i in range(60)) + "".join(f"A {i} 2\n" for i in range(50)))
            injections = [{"n": n, "lost": count, "undecided": undecided} for n, count in enumerate(counts)]
            trial = types.SimpleNamespace(
                scenario=lambda *_: "", path=lambda name: os.path.join(folder, name),
                drill=lambda *_: {"ledgers": [{"lost_ids": lost_ids, "injections": injections}]},
                truth=lambda _: [{"ids": [f"0a0b0c0d-{10 * n + 9}", f"0a0b0c0d-{50 + n}"]} for n in range(5)])
            return [one["missed"] for one in trial_losses.batch(trial, random.Random(1))]

    def test_equal_sets(self):
        self.assertEqual(self.batch([9, 19, 29, 39, 49], [1] * 5), [None] * 5)

    def test_unequal_sets(self):
        self.assertEqual(self.batch([9, 19, 29, 39], [1] * 5), [None] * 4 + ["not found: [49]"])
        self.assertEqual(self.batch([9, 19, 29, 39, 49], [1, 1, 2, 1, 1])[2], "the counts differ")
        self.assertEqual(self.batch([9, 19, 29, 39, 49], [1] * 5, undecided=1), ["the counts differ"] * 5)
        self.assertEqual(self.batch([9, 19, 29, 39, 49, 50], [1] * 5)[4], "lost ids that are not: [50]")


class Leftovers(unittest.TestCase):
    def test_processes_and_records_are_seen(self):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            trial = rig.Trial(types.SimpleNamespace(dir=folder), "seen")
            self.assertEqual(trial_leftovers.standing(trial), [])
            process = trial.start("sleep", "1000")
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            undo = os.path.join(trial.state, "shakedown", "undo", "1-2-run")
            os.makedirs(undo)
            with open(os.path.join(undo, "00000001-kill.undo"), "w", encoding="utf-8"):
                pass
            found = rig.wait_until(lambda: [one for one in trial_leftovers.standing(trial) if "sleep 1000" in one], 20)
            self.assertTrue(found)
            self.assertEqual(len(trial_leftovers.standing(trial)), 2)
            trial.end()
            process.wait()
            self.assertEqual(len(trial_leftovers.standing(trial)), 1)


class Conduct(unittest.TestCase):
    def test_a_record_of_other_programs_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "record")
            record = trials.Record(path, {"programs": "a"})
            record.add({"batch": 3, "results": [{"what": "", "missed": None}]})
            record.file.close()
            again = trials.Record(path, {"programs": "a"})
            self.assertEqual(list(again.done), [3])
            again.file.close()
            with self.assertRaises(SystemExit):
                trials.Record(path, {"programs": "b"})

    def test_spread(self):
        self.assertEqual(load_figures.spread([9, 1, 2, 8, 3, 7, 4, 6, 5]), (5, 2, 8))


if __name__ == "__main__":
    unittest.main()
