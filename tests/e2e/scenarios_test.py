"""The scenarios that ship, run as a user would run them."""
import os
import shutil
import subprocess
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
        self.assertIn("is lost", card["tldr"])
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


class Checks(support.Folder):
    """scenarios/checks.yaml in a folder of its own, on ports of its own, as it is and with one weakness each."""

    def run_checks(self, *changes, code):
        for name in ("checks/certificate.sh", "checks.yaml"):
            os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
            shutil.copy(os.path.join(support.SOURCE, "scenarios", name), self.path(name))
        subprocess.run([self.path("checks/certificate.sh")], check=True, capture_output=True)
        with open(self.path("checks.yaml")) as file:
            text = file.read()
        for old, new in (("18443", str(self.port)), ("18480", str(support.free_port())), *changes):
            self.assertIn(old, text)
            text = text.replace(old, new)
        shutil.rmtree(self.out, ignore_errors=True)
        done = self.shakedown("run", self.write("checks.yaml", text), "--yes", "--out", self.out)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(self.shakedown("verify", self.out).returncode, 0)
        return {row["id"]: row for row in self.scorecard()["requirements"]}

    def test_a_sound_service_is_go(self):
        rows = self.run_checks(code=0)
        self.assertEqual({row["verdict"] for row in rows.values()}, {"pass"}, rows)
        self.assertEqual(rows["SE-1"]["watermelon"], "honest")
        self.assertIn("TLS 1.0: protocol_version", rows["SE-1"]["reason"])
        self.assertIn("Attested, not measured", rows["DS-1"]["reason"])
        self.assertEqual(rows["DS-1"]["measured"]["samples"], 0)
        self.assertIsNone(rows["DS-1"]["measured"]["value"])
        self.assertGreater(rows["SE-2"]["measured"]["value"], 89 * 86400)

    def test_each_weakness_is_found(self):
        for row, word, change in (
                ("SE-1", "TLS 1.0 with", ("--tls-min=1.2", "--tls-min=1.0")),
                ("SE-2", "expires", ('">= 30d"', '">= 91d"')),
                ("SE-4", "status", ("      - --require-token=practice\n", "")),
                ("MA-1", "status 401", ("path: /health}, expect", "path: /nothing}, expect")),
                ("DS-1", "it expired on", ("2099-12-31", "2025-02-01"))):
            with self.subTest(row):
                rows = self.run_checks(change, code=1)
                self.assertEqual([r for r in rows if rows[r]["verdict"] != "pass"], [row], rows)
                self.assertEqual(rows[row]["verdict"], "fail")
                self.assertIn(word, rows[row]["reason"])

    def test_what_could_not_be_looked_at_is_no_go_ahead(self):
        rows = self.run_checks(("echo $(( ", "exec sleep 60; echo $(( "), ("number: true}}", "number: true}, timeout: 500ms}"), code=2)
        self.assertEqual(rows["MA-2"]["verdict"], "unknown")
        self.assertIn("no end within", rows["MA-2"]["reason"])
        self.assertEqual({rows[r]["verdict"] for r in rows if r != "MA-2"}, {"pass"})


if __name__ == "__main__":
    unittest.main()
