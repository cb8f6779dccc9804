"""Targets that misbehave, processes that die, interrupts, full disks: each has an answer, and nothing stays behind."""
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import time
import unittest

import support


class Targets(support.Folder):
    def test_nobody_listens_at_the_start(self):
        done = self.run_scenario(self.scenario(support.STEADY, setup=False), expect=69)
        self.assertIn("not ready", done.stderr)
        verdicts = {row["verdict"] for row in self.scorecard()["requirements"]}
        self.assertEqual(verdicts, {"unknown"})
        self.assertNotEqual(self.scorecard()["decision"], "go")

    def without_ready(self, body, **options):
        return self.scenario(body, **options).replace("ready: {probe: front-door, limit: 10s}\n", "")

    def test_truth_a_dead_target_without_ready_blames_nobody(self):
        done = self.run_scenario(self.without_ready(support.STEADY, setup=False), expect=69)
        self.assertIn("Connection refused", done.stderr)
        self.assertEqual({row["verdict"] for row in self.scorecard()["requirements"]}, {"unknown"})
        self.assertEqual(self.scorecard()["decision"], "not-proven")

    def test_truth_a_target_that_hangs_meets_a_stop_condition(self):
        """Timeout and window are as long as each other: what has ended never shows a failure in the window."""
        self.start_target("--outage", "3s:1h:hang")
        body = support.STEADY.replace("duration: 3s", "duration: 60s").replace(
            "requirements:", 'stop_when: [{sli: {error_ratio: {over: 5s}}, when: "> 50%"}]\nrequirements:')
        text = self.without_ready(body, setup=False).replace("timeout: 500ms", "timeout: 5s")
        self.run_scenario(text, expect=1)
        run = self.scorecard()["run"]
        self.assertEqual(run["state"], "stopped", run)

    def outcomes(self, *flags):
        target = self.start_target(*flags)
        done = self.shakedown("load", f"http://127.0.0.1:{self.port}/health", "--rate", "100/s", "--duration", "2s",
                              "--timeout", "300ms", "--json")
        self.end(target)
        result = json.loads(done.stdout)
        self.assertEqual(result["offered"], 200)
        return result

    def test_garbage_is_reset(self):
        self.assertEqual(self.outcomes("--garbage")["reset"], 200)

    def test_silence_is_a_timeout(self):
        result = self.outcomes("--outage", "0s:1h:hang")
        self.assertEqual(result["timeout"] + result["dropped_by_target"], 200)
        self.assertGreater(result["timeout"], 100)
        self.assertIn("p50", result["latency"]["censored"])

    def test_a_target_that_closes_after_each_answer_is_no_failure(self):
        self.assertEqual(self.outcomes("--close-each")["ok"], 200)


class Deaths(support.Folder):
    def begin(self, body, **options):
        file = self.write("scenario.yaml", self.scenario(body))
        return self.start(support.SHAKEDOWN, "run", file, "--yes", "--out", self.out, *options.pop("arguments", ()),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def wait_for_line(self, process, words):
        for line in process.stderr:
            if words in line:
                return
        self.fail(f"the run ended before it said {words}")

    def test_controller_killed_in_mid_run_leaves_nothing(self):
        process = self.begin(support.CRASH.replace("duration: 6s", "duration: 30s").replace("after: 500ms", "after: 20s"))
        self.wait_for_line(process, "phase crash")
        first = self.target_pid()
        support.wait_until(lambda: not support.alive(first), 15, "the fault's kill")
        watchdogs = support.children(process.pid)
        self.assertTrue(watchdogs)
        process.kill()
        process.wait()
        # Until it has ended it may start the target again to undo, and stop it: a moment without processes is no end.
        support.wait_until(lambda: not any(map(support.alive, watchdogs)), 30, "the watchdog's undo")
        self.assert_nothing_runs()

    def test_interrupted_once_undoes_and_writes_the_scorecard(self):
        process = self.begin(support.CRASH.replace("duration: 6s", "duration: 30s").replace("after: 500ms", "after: 25s"))
        self.wait_for_line(process, "phase crash")
        first = self.target_pid()
        support.wait_until(lambda: not support.alive(first), 15, "the fault's kill")
        support.interrupt(process)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3, out + err)
        card = self.scorecard()
        self.assertEqual(card["run"]["state"], "interrupted")
        self.assertNotEqual(card["decision"], "go")
        self.assert_nothing_runs()

    def test_interrupted_twice_undoes_and_leaves(self):
        process = self.begin(support.CRASH.replace("duration: 6s", "duration: 30s").replace("after: 500ms", "after: 25s"))
        self.wait_for_line(process, "phase crash")
        first = self.target_pid()
        support.wait_until(lambda: not support.alive(first), 15, "the fault's kill")
        support.interrupt(process)
        support.interrupt(process, signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3, out + err)
        self.assert_nothing_runs()

    def failing(self, seconds):
        """No request is answered as it should be: a certain NO-GO, however early it ends."""
        body = support.STEADY.replace("duration: 3s", f"duration: {seconds}s").replace("read: 1", "wrong: 1")
        return self.scenario(body).replace("probes:", '  wrong: {http: {target: api, path: "/health"}, expect: {status: 404}}\nprobes:')

    def left_standing(self):
        """A fault whose undo undoes nothing; begun, and at work."""
        body = support.STEADY.replace("duration: 3s, ", "duration: 5m, faults: [{name: stays, at: 1s, exec: {component: practice, "
                                      "command: [touch, flag], effect: [test, -e, flag]}, undo: [{exec: ['true']}]}], ")
        process = self.begin(body, env={**os.environ, "SHAKEDOWN_STATE_DIR": self.path("state")})
        self.wait_for_line(process, "phase steady")
        support.wait_until(lambda: os.path.exists(self.path("flag")), 60, "the fault")
        return process

    def assert_left_standing(self, process):
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 4, out + err)
        self.assertIn("AV-1", out)
        self.assertIn("may have left something standing", err)

    def test_truth_what_stands_is_told_after_a_second_interrupt(self):
        process = self.left_standing()
        support.interrupt(process)
        support.interrupt(process, signal.SIGTERM)
        self.assert_left_standing(process)

    def test_truth_what_stands_is_told_where_the_disk_is_full(self):
        process = self.left_standing()
        size = os.path.getsize(os.path.join(self.out, "journal.shk"))
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, size))
        self.assert_left_standing(process)

    def test_truth_no_signal_takes_the_last_words_of_a_drill(self):
        file = self.write("scenario.yaml", self.failing(seconds=300))
        process = self.start(support.SHAKEDOWN, "run", file, "--yes", "--out", self.out,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.wait_for_line(process, "phase steady")
        support.wait_until(lambda: os.path.getsize(os.path.join(self.out, "journal.shk")) > 12_000, 60, "some seconds of load")
        support.interrupt(process)
        while process.poll() is None:
            support.interrupt(process, signal.SIGTERM)
            time.sleep(0.001)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, out + err)
        self.assertIn("AV-1", out)
        self.assert_nothing_runs()

    def test_truth_a_full_disk_takes_no_verdict(self):
        """The page is by far the largest file."""
        def small_files():
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

        for text, code, word in ((self.failing(seconds=3), 1, "FAIL"), (self.scenario(support.STEADY), 74, "PASS")):
            with self.subTest(code):
                self.out = self.path(f"out-{code}")
                done = self.run_scenario(text, expect=code, preexec_fn=small_files,
                                         env={**os.environ, "SHAKEDOWN_STATE_DIR": self.path("state")})
                self.assertIn(word, done.stdout)
                self.assertIn("scorecard.html", done.stderr)
                self.assertEqual(self.row("AV-1")["verdict"], word.lower())
                again = self.shakedown("judge", self.out, preexec_fn=small_files)
                self.assertEqual((again.returncode, word in again.stdout), (code, True), again.stdout + again.stderr)
                self.assertTrue(os.path.exists(os.path.join(self.out, "junit.xml")))

    def interrupted_in_setup(self, setup, *arguments):
        """The step could take an hour; communicate() has a minute."""
        begun = self.path("begun")
        waits = json.dumps(["sh", "-c", f"touch {begun}; sleep 997; true"])
        text = self.scenario(support.STEADY).replace("setup: [{start: practice}]", f"setup: [{setup}]")
        text = re.sub(r"    start: .*", f"    start: {waits}", text).replace("WAITS", waits)
        file = self.write("scenario.yaml", text)
        process = self.start(support.SHAKEDOWN, "run", file, "--yes", "--out", self.out, *arguments,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        support.wait_until(lambda: os.path.exists(begun), 30, "the setup step")
        support.interrupt(process, signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3, out + err)
        self.assertIn("cut short: SIGTERM", err)
        self.assert_nothing_runs()

    def test_a_setup_command_is_cut_short_by_an_interrupt(self):
        self.interrupted_in_setup("{exec: WAITS, limit: 1h}")

    def test_a_start_that_does_not_come_about_is_cut_short_by_an_interrupt(self):
        self.interrupted_in_setup("{start: practice, limit: 1h}")

    def test_a_start_by_a_spawned_agent_is_cut_short_by_an_interrupt(self):
        self.interrupted_in_setup("{start: practice, limit: 1h}", "--spawn", "1")

    def test_a_state_folder_that_vanishes_in_a_pause_leaves_nobody_stopped(self):
        state = self.path("state")
        body = support.CRASH.replace("kill: {component: practice, signal: SIGKILL}", "pause: {component: practice, hold: 30s}")
        body = body.replace("        recover: [{start: practice, after: 500ms}]\n", "").replace("duration: 6s", "duration: 60s")
        process = self.begin(body.replace("<= 4s", "<= 20s"), env={**os.environ, "SHAKEDOWN_STATE_DIR": state})
        self.wait_for_line(process, "phase crash")
        target = self.target_pid()
        support.wait_until(lambda: self.process_state(target) == "T", 15, "the pause")
        shutil.rmtree(state)
        support.interrupt(process)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3, out + err)
        fault = self.scorecard()["faults"][0]
        self.assertEqual((fault["state"], fault["leftovers"]), ("clean", []))
        self.assert_nothing_runs()

    @staticmethod
    def process_state(pid):
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0]

    def test_agent_killed_in_mid_run(self):
        patient = support.CRASH.replace("duration: 6s", "duration: 40s").replace("<= 4s", "<= 25s")
        process = self.begin(patient.replace("after: 500ms", "after: 30s"), arguments=("--spawn", "1"))
        self.wait_for_line(process, "phase crash")
        first = self.target_pid()
        support.wait_until(lambda: not support.alive(first), 15, "the fault's kill")
        agents = support.children(process.pid, "shakedown-agent")
        self.assertEqual(len(agents), 1)
        watchdogs = support.children(agents[0])
        self.assertTrue(watchdogs)
        os.kill(agents[0], signal.SIGKILL)
        out, err = process.communicate(timeout=90)
        self.assertEqual(process.returncode, 4, out + err)  # nobody has said that the fault was undone
        self.assertIn("shakedown undo --list", out + err)
        self.assertIn("lost", err)
        self.assertNotEqual(self.scorecard()["decision"], "go")
        support.wait_until(lambda: not any(map(support.alive, watchdogs)), 30, "the watchdog's undo")
        self.assert_nothing_runs()

    def test_disk_full_while_the_journal_is_written(self):
        def small_files():
            resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)

        process = self.begin(support.STEADY.replace("duration: 3s", "duration: 30s"), preexec_fn=small_files,
                             env={**os.environ, "SHAKEDOWN_STATE_DIR": self.path("state")})
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 74, out + err)
        self.assertIn("journal", err)
        self.assert_nothing_runs()

    def test_a_run_folder_that_is_taken_away_ends_the_run_at_once(self):
        body = support.CRASH.replace("duration: 6s", "duration: 5m").replace("after: 500ms", "after: 4m").replace("<= 4s", "<= 4m30s")
        process = self.begin(body.replace("duration: 5m", "duration: 12m"))
        self.wait_for_line(process, "phase crash")
        first = self.target_pid()
        support.wait_until(lambda: not support.alive(first), 15, "the fault's kill")
        shutil.rmtree(self.out)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 74, out + err)
        self.assertIn("taken away", err)
        self.assertNotIn("not valid", err)
        self.assert_nothing_runs()

    def test_a_component_of_another_run_is_locked(self):
        process = self.begin(support.STEADY.replace("duration: 3s", "duration: 20s"))
        self.wait_for_line(process, "phase steady")
        second = self.shakedown("run", self.path("scenario.yaml"), "--yes", "--out", self.path("second"))
        self.assertEqual(second.returncode, 75, second.stdout + second.stderr)
        support.interrupt(process)
        process.communicate(timeout=60)


class Text(support.Folder):
    SECRET = "s3cret-7f1c9d"

    def test_a_secret_is_never_written_and_script_is_escaped(self):
        body = support.STEADY.replace("title: It answers", 'title: "<script>alert(1)</script>"')
        text = self.scenario(body).replace('path: "/health"}', 'path: "/health", headers: {X-Token: "{token}"}}')
        text = text.replace("owner: owner@example.com", 'owner: "<script>alert(2)</script>"')
        text = text.replace("targets:", "secrets: {token: {env: E2E_TOKEN}}\ntargets:")
        done = self.run_scenario(text, expect=0, env={**os.environ, "E2E_TOKEN": self.SECRET})
        self.assertNotIn(self.SECRET, done.stdout + done.stderr)
        for folder, _, names in os.walk(self.dir):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    content = file.read()
                self.assertNotIn(self.SECRET.encode(), content, name)
                if name.endswith(".html"):
                    self.assertNotIn(b"<script>alert", content)

    def test_a_secret_that_every_command_prints_is_never_written(self):
        leak = self.write("leak", f"{self.SECRET}\nczNjcmV0LTdmMWM5ZA==\n")
        # Printed from where it is handed to them, and noted where it may stand, so that each is known to have run.
        said = self.path("said")

        def command(name, code):
            script = f'printf "%s %s\\n" {name} "$TOKEN" >> {said}; cat {leak}; echo "$TOKEN" | tee /dev/stderr; {code}'
            return f"[sh, -c, '{script}']"

        text = self.scenario(support.STEADY).replace("targets:", f"""secrets: {{token: {{file: secret}}}}
env: {{TOKEN: "{{token}}"}}
checks: {{printed: {{command: {{exec: {command("check", "exit 1")}}}}}}}
targets:""", 1)
        text = text.replace("setup: [", f'setup: [{{exec: {command("setup", "exit 0")}}}, ', 1)
        text = text.replace("teardown: [", f'teardown: [{{exec: {command("teardown", "exit 3")}}}, ', 1)
        text = text.replace("mix: {read: 1}}}", f"""mix: {{read: 1}}}}, faults: [{{name: broken, at: 500ms,
      exec: {{component: practice, command: {command("inject", "touch broken")}, effect: {command("effect", "test -e broken")}}},
      recover: [{{exec: {command("recover", "exit 4")}}}], recover_within: 2s,
      undo: [{{exec: {command("undo", "rm -f broken; exit 5")}}}]}}]}}""", 1)
        self.write("secret", self.SECRET + "\n")
        text = text.replace("requirements:", """requirements:
  - {id: CO-1, area: security, title: Checked, sli: {check: {name: printed}}, owner: a@b.example}""", 1)
        # A failed undo is a leftover: it stands in records of this test's own.
        done = self.run_scenario(text, env={**os.environ, "SHAKEDOWN_STATE_DIR": self.path("state")})
        self.assertNotIn(self.SECRET, done.stdout + done.stderr)
        self.assertIn("{token}", str(self.scorecard()), done.stdout + done.stderr)
        with open(said) as file:
            lines = set(file.read().splitlines())
        kinds = ("check", "setup", "teardown", "inject", "effect", "recover", "undo")
        self.assertEqual(lines, {f"{kind} {self.SECRET}" for kind in kinds}, done.stdout + done.stderr)
        for folder, _, names in os.walk(self.out):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    content = file.read()
                for spelled in (self.SECRET.encode(), b"czNjcmV0LTdmMWM5ZA"):
                    self.assertNotIn(spelled, content, name)

    def test_a_missing_secret_is_named(self):
        text = self.scenario(support.STEADY).replace('path: "/health"}', 'path: "/health", headers: {X-Token: "{token}"}}')
        text = text.replace("targets:", "secrets: {token: {env: E2E_NOT_SET}}\ntargets:")
        done = self.run_scenario(text)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("E2E_NOT_SET", done.stderr)


if __name__ == "__main__":
    unittest.main()
