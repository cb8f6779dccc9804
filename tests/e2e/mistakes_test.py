"""What people get wrong in their first hour, each on real processes: told at once, with what to do, and nobody is blamed."""
import os
import unittest

import support

KV = """shakedown: v1
name: kv
targets: {{api: {{url: "http://127.0.0.1:{port}"}}}}
{secrets}
components:
  kv:
    process: {{pidfile: {pidfile}, exe: {exe}}}
    start: {start}
setup: [{{start: kv, limit: 2s}}]
ready: {{probe: front-door, limit: {ready}}}
teardown: [{{stop: kv}}]
operations:
  health: {{http: {{target: api, path: /health}}, timeout: 500ms}}
  read: {{http: {{target: api, path: /entries/1{headers}}}, expect: {{status: [200, 404]}}, timeout: 500ms}}
probes:
  front-door: {{operation: {probed}, every: 20ms, timeout: 200ms, down_after: 3, up_after: 5}}
phases:
  - {{name: steady, duration: 2s, load: {{open: {{rate: 50/s}}, mix: {{read: 1}}}}}}
requirements:
  - {{id: AV-1, area: availability, title: Works, sli: {{availability: {{phases: [steady]}}}}, objective: ">= 90%"}}
"""

SECRET = {"secrets": "secrets: {TOKEN: {env: KV_TOKEN}}", "headers": ", headers: {Authorization: \"Bearer {TOKEN}\"}"}


class Mistakes(support.Folder):
    def setUp(self):
        super().setUp()
        self.environment = dict(os.environ, SHAKEDOWN_STATE_DIR=self.path("state"))
        self.addCleanup(self.end_daemon)

    def end_daemon(self):
        if self.daemon() and support.alive(self.daemon()):
            os.kill(self.daemon(), 9)

    def daemon(self):
        try:
            with open(self.path("real.pid")) as file:
                return int(file.read())
        except (OSError, ValueError):
            return 0

    def kv(self, start, pidfile="kv.pid", exe="shakedown-target", ready="10s", probed="health", secrets="", headers=""):
        return self.write("kv.yaml", KV.format(port=self.port, start=start, pidfile=pidfile, exe=exe, ready=ready, probed=probed,
                                               secrets=secrets, headers=headers))

    def target(self, *flags):
        return "[" + ", ".join([support.TARGET, "--port", f'"{self.port}"', *flags]) + "]"

    def script(self, text):
        self.write("start.sh", text)
        return "[sh, start.sh]"

    def goes_into_background(self, how):
        return self.script(f"{how} {support.TARGET} --port {self.port} >/dev/null 2>&1 &\necho $! >real.pid\n")

    def run_kv(self, file, *words):
        return self.shakedown("run", file, "--yes", "--out", self.out, *words, env=self.environment)

    def test_what_a_failed_start_left_is_ended(self):
        done = self.run_kv(self.kv(self.goes_into_background("setsid"), pidfile="wrong.pid"))
        self.assertEqual(done.returncode, 69, done.stdout + done.stderr)
        self.assertIn(f"ended what it had left running: {self.daemon()}", done.stderr)
        self.assertFalse(support.alive(self.daemon()))
        listed = self.shakedown("undo", "--list", env=self.environment)
        self.assertIn("nothing stands", listed.stdout)

    def test_what_cannot_be_proven_to_be_ours_is_left_and_told(self):
        done = self.run_kv(self.kv(self.goes_into_background("setsid env -i"), pidfile="wrong.pid"))
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        pid = self.daemon()
        self.assertTrue(support.alive(pid))
        self.assertRegex(done.stdout, rf"LEFT BEHIND: .*process {pid} ")
        self.assertIn(f"process {pid} ", self.shakedown("undo", "--list", env=self.environment).stdout + done.stderr)
        again = self.shakedown("undo", "--all", env=self.environment)
        self.assertEqual(again.returncode, 4, again.stdout)
        self.assertTrue(support.alive(pid), "it is never touched")
        os.kill(pid, 9)
        support.wait_until(lambda: not support.alive(pid), 10, "its end")
        self.assertEqual(self.shakedown("undo", "--all", env=self.environment).returncode, 0)

    def test_a_pidfile_of_another_service_is_not_touched(self):
        other = self.start("sleep", "1000")
        self.write("other.pid", f"{other.pid}\n")
        done = self.run_kv(self.kv(self.target(), pidfile="other.pid"))
        self.assertEqual(done.returncode, 69, done.stdout + done.stderr)
        self.assertRegex(done.stderr, rf"names process {other.pid}, which runs \S*sleep; expected shakedown-target; nothing was touched")
        with open(self.path("other.pid")) as file:
            self.assertEqual(file.read(), f"{other.pid}\n")
        self.assertIsNone(other.poll())

    def test_a_service_that_runs_already_is_not_measured_in_place_of_ours(self):
        self.start_target()
        start = self.script(f"sleep 1\n{support.TARGET} --port {self.port}\nexit $?\n")
        done = self.run_kv(self.kv(start, exe="sh"))
        self.assertEqual(done.returncode, 69, done.stdout + done.stderr)
        self.assertRegex(done.stderr, r"kv, which setup started, does not run any more: .*it ended with exit code \d+; output: .*in use")
        self.assertIn(f"yet 127.0.0.1:{self.port} answers, so something else does", done.stderr)
        self.assertIn("at api answers shakedown-targe (process ", done.stderr)
        self.assertNotIn("FAILED", done.stdout)

    def test_ready_tells_what_it_saw(self):
        nobody = support.free_port()
        file = self.kv(self.target(), ready="3s")
        with open(file) as scenario:
            text = scenario.read()
        self.write("kv.yaml", text.replace(f"127.0.0.1:{self.port}\"", f"127.0.0.1:{nobody}\""))
        done = self.run_kv(file)
        self.assertEqual(done.returncode, 69, done.stdout + done.stderr)
        self.assertRegex(done.stderr, rf"\d+ checks, the last one: 127.0.0.1:{nobody}: refused")

    def test_ready_names_the_secret_that_is_turned_away(self):
        self.environment["KV_TOKEN"] = "wrong"
        done = self.run_kv(self.kv(self.target("--require-token", "right"), ready="3s", probed="read", **SECRET))
        self.assertEqual(done.returncode, 69, done.stdout + done.stderr)
        self.assertRegex(done.stderr, r"the last one: 127.0.0.1:\d+: 401, status not as expected; is the secret TOKEN right\?")

    def test_a_secret_that_is_turned_away_is_hinted_at_and_excuses_nobody(self):
        file = self.kv(self.target("--require-token", "right"), **SECRET)
        self.assertIn("secret TOKEN: env KV_TOKEN is not set here", self.shakedown("plan", file, env=self.environment).stdout)
        self.environment["KV_TOKEN"] = "wrong"
        self.assertNotIn("KV_TOKEN is", self.shakedown("plan", file, env=self.environment).stdout)
        done = self.run_kv(file)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("Every answer to read was 401: is the secret TOKEN right?", done.stdout)
        with open(os.path.join(self.out, "scorecard.html")) as page:
            self.assertIn("is the secret TOKEN right?", page.read())


if __name__ == "__main__":
    unittest.main()
