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


if __name__ == "__main__":
    unittest.main()
