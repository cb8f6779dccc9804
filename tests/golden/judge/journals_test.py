"""Recorded journals of real drills are judged to the same bytes. UPDATE=1 rewrites what is expected, after a look at it.

Each folder holds a run: scenario.yaml, journal.shk, and the expected scorecard.json and junit.xml.
"""
import os
import shutil
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SHAKEDOWN = os.path.join(os.environ["SHAKEDOWN_BIN_DIR"], "shakedown")
EXPECTED = ("scorecard.json", "junit.xml")
EXIT_CODES = {"quickstart": 1, "nginx": 0, "interrupted": 3}


def content(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


class Journals(unittest.TestCase):
    maxDiff = None

    def test_every_recorded_run_is_listed(self):
        folders = {name for name in os.listdir(HERE) if os.path.isdir(os.path.join(HERE, name)) and name[0] not in "._"}
        self.assertEqual(folders, set(EXIT_CODES))

    def test_the_same_bytes(self):
        for name, code in EXIT_CODES.items():
            with self.subTest(run=name), tempfile.TemporaryDirectory() as folder:
                run = os.path.join(folder, "run")
                os.mkdir(run)
                for file in ("scenario.yaml", "journal.shk"):
                    shutil.copy(os.path.join(HERE, name, file), run)
                done = subprocess.run([SHAKEDOWN, "judge", run], capture_output=True, text=True, timeout=120)
                self.assertEqual(done.returncode, code, done.stdout + done.stderr)
                for file in EXPECTED:
                    if os.environ.get("UPDATE"):
                        shutil.copy(os.path.join(run, file), os.path.join(HERE, name, file))
                    self.assertEqual(content(run, file).decode(), content(HERE, name, file).decode(), file)
                verified = subprocess.run([SHAKEDOWN, "verify", run], capture_output=True, text=True, timeout=120)
                self.assertEqual(verified.returncode, 0, verified.stdout)

    def test_every_file_that_is_not_of_this_journal_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            run, other = os.path.join(folder, "run"), os.path.join(folder, "other")
            for name, path in (("quickstart", run), ("nginx", other)):
                os.mkdir(path)
                for file in ("scenario.yaml", "journal.shk"):
                    shutil.copy(os.path.join(HERE, name, file), path)
                subprocess.run([SHAKEDOWN, "judge", path], capture_output=True, timeout=120)
            for file in ("manifest.json", "scorecard.json", "scorecard.html", "scorecard.md", "junit.xml"):
                kept = content(run, file)
                os.unlink(os.path.join(run, file))
                for how in ("not there", "of another run", "one byte changed"):
                    with self.subTest(file=file, how=how):
                        if how != "not there":
                            changed = content(other, file) if how == "of another run" else kept[:-9] + b"~" + kept[-8:]
                            with open(os.path.join(run, file), "wb") as out:
                                out.write(changed)
                        verified = subprocess.run([SHAKEDOWN, "verify", run], capture_output=True, text=True, timeout=120)
                        self.assertEqual(verified.returncode, 1, verified.stdout)
                        self.assertIn(file + ": NOT ", verified.stdout)
                with open(os.path.join(run, file), "wb") as out:
                    out.write(kept)
            verified = subprocess.run([SHAKEDOWN, "verify", run], capture_output=True, text=True, timeout=120)
            self.assertEqual(verified.returncode, 0, verified.stdout)
            self.assertIn("The chain has no key", verified.stdout)


if __name__ == "__main__":
    unittest.main()
