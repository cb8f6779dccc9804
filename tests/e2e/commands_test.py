"""The command line: help, wrong words, wrong files, and the commands that need only a run folder."""
import os
import shutil
import unittest

import support


class Usage(support.Folder):
    def test_every_command_has_help_with_an_exit_code_of_zero(self):
        for command in ("run", "validate", "plan", "judge", "report", "verify", "load", "selftest", "schema", "doctor"):
            done = self.shakedown(command, "--help")
            self.assertEqual(done.returncode, 0, command)
            self.assertIn(command, done.stdout)

    def test_unknown_words_are_a_usage_error(self):
        for words in (["frobnicate"], ["run"], ["run", "x.yaml", "--spwan", "2"], []):
            self.assertEqual(self.shakedown(*words).returncode, 64, words)

    def test_wrong_usage_names_the_nearest_word_and_the_next_step(self):
        for words, told in (
            (["runn"], "shakedown: there is no command `runn`; did you mean `run`? `shakedown --help` lists what there is\n"),
            (["run", "x.yaml", "--spwan", "2"],
             "shakedown: there is no option `--spwan`; did you mean `--spawn`? `shakedown run --help` shows how\n"),
            (["run"], "shakedown: FILE is required; `shakedown run --help` shows how\n"),
            (["certs", "isue"], "shakedown: there is no command `isue`; did you mean `issue`? `shakedown certs --help` lists what there is\n"),
            (["validate", "x.yaml", "--frobnicate"], "shakedown: there is no option `--frobnicate`; `shakedown validate --help` shows how\n"),
        ):
            self.assertEqual(self.shakedown(*words).stderr, told)
        told = self.shakedown().stderr
        for command in ("validate", "plan", "run"):
            self.assertIn(f"  shakedown {command} FILE ", told)

    def test_a_dry_run_is_a_plan(self):
        file = self.write("s.yaml", self.scenario(support.CRASH))
        self.assertEqual(self.shakedown("run", file, "--dry-run").stdout, self.shakedown("plan", file).stdout)
        self.assertFalse(os.path.exists(self.path("runs")))

    def test_the_last_run_has_a_name_of_its_own(self):
        file = self.write("s.yaml", self.scenario(support.STEADY.replace("duration: 3s", "duration: 200ms")))
        known = {"last"}
        for _ in range(2):
            self.shakedown("run", file, "-y", "--quiet")
            fresh = set(os.listdir(self.path("runs"))) - known
            self.assertEqual([os.readlink(self.path("runs/last"))], list(fresh))
            known |= fresh
        self.assertEqual(self.shakedown("verify", "runs/last").returncode, 0)

    def test_faults_need_yes_without_a_terminal(self):
        file = self.write("s.yaml", self.scenario(support.CRASH))
        done = self.shakedown("run", file, "--out", self.out)
        self.assertEqual(done.returncode, 64)
        self.assertIn("--yes", done.stderr)
        self.assertFalse(os.path.exists(self.out))

    def test_a_bad_scenario_names_every_mistake(self):
        file = self.write("s.yaml", self.scenario(support.STEADY.replace("duration", "durration").replace("200/s", "200")))
        done = self.shakedown("run", file, "--out", self.out)
        self.assertEqual(done.returncode, 65)
        self.assertIn("durration", done.stderr)
        self.assertIn("duration", done.stderr)
        self.assertIn("200", done.stderr)
        self.assertEqual(self.shakedown("validate", file).returncode, 65)

    def test_a_missing_file_is_named(self):
        done = self.shakedown("validate", "nowhere.yaml")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("nowhere.yaml", done.stdout + done.stderr)

    def test_plan_tells_commands_and_evidence(self):
        done = self.shakedown("plan", self.write("s.yaml", self.scenario(support.CRASH)))
        self.assertEqual(done.returncode, 0, done.stderr)
        for words in ("SIGKILL", "recovery", "undo", "1 injections of kill-it"):
            self.assertIn(words, done.stdout)

    def test_the_readmes_first_scenario_is_valid_and_can_prove_what_it_asks(self):
        with open(os.path.join(support.SOURCE, "README.md")) as file:
            text = file.read().split("```yaml\n", 1)[1].split("```", 1)[0]
        first = self.write("first.yaml", text)
        done = self.shakedown("validate", first)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("TOO FEW", done.stdout)
        self.assertNotIn("TOO FEW", self.shakedown("plan", first).stdout)

    def test_validate_warns_of_evidence_that_will_be_too_little(self):
        with open(os.path.join(support.SOURCE, "README.md")) as file:
            text = file.read().split("```yaml\n", 1)[1].split("```", 1)[0]
        done = self.shakedown("validate", self.write("strict.yaml", text.replace('">= 99.9%"', '">= 99.999%"')))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("TOO FEW", done.stdout)

    def test_doctor_and_schema(self):
        self.assertIn("pidfd", self.shakedown("doctor").stdout)
        self.assertIn('"$schema"', self.shakedown("schema").stdout)


class RunFolder(support.Folder):
    def setUp(self):
        super().setUp()
        self.run_scenario(self.scenario(support.STEADY), expect=0)

    def test_judge_gives_the_same_bytes_and_verify_agrees(self):
        before = {name: self.bytes(name) for name in ("scorecard.json", "scorecard.html", "scorecard.md", "junit.xml")}
        self.assertEqual(self.shakedown("judge", self.out).returncode, 0)
        for name, content in before.items():
            self.assertEqual(self.bytes(name), content, name)
        self.assertEqual(self.shakedown("verify", self.out).returncode, 0)
        again = self.shakedown("report", self.out, "--format", "html,md,json,junit")
        self.assertEqual(again.returncode, 0, again.stderr)
        for name, content in before.items():
            self.assertEqual(self.bytes(name), content, name)

    def test_verify_names_an_edited_journal_and_an_edited_scorecard(self):
        journal = os.path.join(self.out, "journal.shk")
        content = bytearray(self.bytes("journal.shk"))
        content[len(content) // 2] ^= 1
        with open(journal, "r+b") as file:
            file.write(content)
        done = self.shakedown("verify", self.out)
        self.assertEqual(done.returncode, 1)
        self.assertIn("record", done.stdout)
        content[len(content) // 2] ^= 1
        with open(journal, "r+b") as file:
            file.write(content)
        self.assertEqual(self.shakedown("verify", self.out).returncode, 0)
        with open(os.path.join(self.out, "scorecard.json")) as file:
            text = file.read()
        with open(os.path.join(self.out, "scorecard.json"), "w") as file:
            file.write(text.replace('"go"', '"no-go"', 1))
        done = self.shakedown("verify", self.out)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no-go", done.stdout)

    def test_a_journal_cut_short_is_never_green(self):
        cut = self.path("cut")
        shutil.copytree(self.out, cut)
        size = os.path.getsize(os.path.join(cut, "journal.shk"))
        with open(os.path.join(cut, "journal.shk"), "r+b") as file:
            file.truncate(size - 100)
        done = self.shakedown("judge", cut)
        self.assertIn(done.returncode, (2, 3), done.stdout + done.stderr)
        self.assertNotIn('"verdict": "pass"', self.bytes("scorecard.json", cut).decode())

    def test_another_scenario_is_at_most_not_proven(self):
        eased = self.write("eased.yaml", self.scenario(support.STEADY.replace(">= 99%", ">= 90%")))
        done = self.shakedown("judge", self.out, "--scenario", eased)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("objectives changed", done.stdout)
        folder = [name for name in os.listdir(self.out) if name.startswith("rejudged-")]
        self.assertEqual(len(folder), 1)

    def test_a_used_folder_is_refused_and_kept(self):
        before = self.bytes("journal.shk")
        done = self.run_scenario(self.scenario(support.STEADY), expect=73)
        self.assertIn("already holds a run", done.stderr)
        self.assertEqual(self.bytes("journal.shk"), before)

    def bytes(self, name, folder=None):
        with open(os.path.join(folder or self.out, name), "rb") as file:
            return file.read()


class OutputFolder(support.Folder):
    def test_a_folder_that_cannot_be_made(self):
        self.write("file", "")
        file = self.write("s.yaml", self.scenario(support.STEADY))
        done = self.shakedown("run", file, "--yes", "--out", self.path("file/out"))
        self.assertEqual(done.returncode, 73, done.stderr)
        self.assertIn("cannot be written", done.stderr)
        self.assert_nothing_runs()


class Load(support.Folder):
    def test_load_prints_one_object_that_adds_up(self):
        import json
        self.start_target("--delay", "5ms")
        done = self.shakedown("load", f"http://127.0.0.1:{self.port}/health", "--rate", "100/s", "--duration", "2s", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        outcomes = ("ok failed refused reset timeout unfinished dropped_by_target dropped_by_us client_error").split()
        self.assertEqual(result["offered"], 200)
        self.assertEqual(result["offered"], sum(result[name] for name in outcomes))
        self.assertGreaterEqual(result["latency"]["p50"], 0.0049)
        self.assertLess(result["latency"]["p50"], 0.5)
        self.assertGreaterEqual(result["latency"]["mean"], 0.0049)
        self.assertLessEqual(result["latency"]["mean"], result["latency"]["max"])

    def test_nobody_there(self):
        done = self.shakedown("load", f"http://127.0.0.1:{self.port}/", "--rate", "50/s", "--duration", "1s", "--json")
        self.assertEqual(done.returncode, 69, done.stdout + done.stderr)
        self.assertIn("refused", done.stderr)

    def test_wrong_words(self):
        for words in (["not-a-url"], ["http://127.0.0.1:1/", "--rate", "5"], ["http://127.0.0.1:1/", "--duration", "0s"]):
            done = self.shakedown("load", *words)
            self.assertIn(done.returncode, (64, 65), done.stderr)
            self.assertTrue(done.stderr)


if __name__ == "__main__":
    unittest.main()
