#!/usr/bin/env python3
"""An agent's own policy outranks the controller: what it does not allow is refused before the first phase, all at once."""
import datetime
import json
import os
import subprocess
import unittest

import support

NAMED = """components:
  practice:
    agent: far
    process: {pidfile: target.pid, exe: shakedown-target, scope: group}
    start: start-practice
setup: [{start: practice}]
teardown: [{stop: practice}]
"""


class Policy(support.Folder):
    def setUp(self):
        """A host of its own: what other tests break at this time would count as standing here too."""
        super().setUp()
        before = os.environ["SHAKEDOWN_STATE_DIR"]
        self.addCleanup(os.environ.__setitem__, "SHAKEDOWN_STATE_DIR", before)
        os.environ["SHAKEDOWN_STATE_DIR"] = self.path("state")

    def policy(self, text="", components=True, faults="[kill]", scope="group", **keys):
        """A policy that allows what the scenario asks for, less or more what the test says."""
        argv = ", ".join(f'"{word}"' for word in
                         [support.TARGET, "--port", str(self.port), "--truth", self.path("truth.jsonl")])
        allowed = f"""components:
  practice: {{process: {{pidfile: {self.path("target.pid")}, exe: shakedown-target, scope: {scope}}}}}
""" if components else ""
        more = "".join(f"{key}: {value}\n" for key, value in keys.items())
        return self.write("policy.yaml", f"""shakedown-agent: v1
{allowed}faults: {faults}
commands:
  start-practice: [{argv}]
{more}{text}""")

    def policy_with_go(self, **keys):
        """The same, and a command whose argument is relative."""
        file = self.policy(**keys)
        with open(file) as before:
            text = before.read()
        return self.write("policy.yaml", text.replace("commands:\n", "commands:\n  go: [bash, go.sh]\n"))

    def drill(self, body=support.CRASH):
        """The scenario on an agent `far` whose commands have names only."""
        text = self.scenario(body)
        begin, end = text.index("components:"), text.index("ready:")
        text = text[:begin] + NAMED + text[end:]
        return text.replace("targets:\n", "agents: {far: {}}\ntargets:\n", 1)

    def run_with(self, *agent_arguments, text=None, name="scenario.yaml", meanwhile=None):
        file = self.write(name, text or self.drill())
        controller = self.start(support.SHAKEDOWN, "run", file, "--yes", "--quiet", "--out", self.out,
                                "--listen", "unix:" + self.path("agents"), "--expect", "1",
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        address = controller.stdout.readline().split()[-1]
        token_file = controller.stdout.readline().split("--token-file ")[1].split()[0]
        agent = self.start(support.AGENT, "--connect", address, "--token-file", token_file, *agent_arguments,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if meanwhile:
            meanwhile()
        out, err = controller.communicate(timeout=120)
        agent.communicate(timeout=30)
        return controller.returncode, out, err

    def test_commands_by_name_run_with_the_policys_program_and_arguments(self):
        code, out, err = self.run_with("--policy", self.policy())
        self.assertEqual(code, 0, out + err)
        self.assertEqual(self.row("DR-1")["verdict"], "pass")
        self.assert_nothing_runs()

    def test_an_agent_without_a_policy_refuses_everything_and_says_what_to_write(self):
        code, out, err = self.run_with()
        self.assertEqual(code, 77, out + err)
        self.assertIn("--policy FILE", err)
        self.assertIn("fault kill-it: this agent has no policy; to allow it add `faults: [kill]`", err)
        self.assertIn(f"pidfile: {self.path('target.pid')}, exe: shakedown-target", err)
        self.assertFalse(os.path.exists(self.path("target.pid")), "nothing was started")

    def test_every_denial_is_told_before_the_first_phase(self):
        policy = self.policy(components=False, faults="[pause]", addresses="[10.0.0.0/8]")
        code, out, err = self.run_with("--policy", policy)
        self.assertEqual(code, 77, out + err)
        for part in (policy, "component practice: it is not among the policy's components",
                     "fault kill-it: faults of the kind `kill` are not allowed; to allow it add `faults: [kill]`",
                     "add to `addresses`: `127.0.0.1`"):
            self.assertIn(part, err)
        self.assertFalse(os.path.exists(self.path("target.pid")), "nothing was started")

    def test_inline_commands_run_only_where_the_policy_says_so(self):
        text = self.scenario(support.CRASH)
        code, out, err = self.run_with("--policy", self.policy(), text=text)
        self.assertEqual(code, 77, out + err)
        self.assertIn("start of practice: its command stands in the scenario", err)
        self.out = self.path("out-2")
        code, out, err = self.run_with("--policy", self.policy(inline="true"), text=text)
        self.assertEqual(code, 0, out + err)

    def test_a_protected_component_is_not_touched(self):
        code, out, err = self.run_with("--policy", self.policy(protected=f"[{self.path('target.pid')}]"))
        self.assertEqual(code, 77, out + err)
        self.assertIn("fault kill-it: component practice is protected", err)

    def with_command(self, more=""):
        """The drill, with a command of the policy in its setup, in a folder that is the controller's own."""
        os.makedirs(self.path("theirs"), exist_ok=True)
        self.write("theirs/go.sh", f"touch {self.path('theirs-ran')}\n")
        self.write("go.sh", f"touch {self.path('ours-ran')}\n")
        text = self.drill().replace("pidfile: target.pid", f"pidfile: {self.path('target.pid')}")
        return more + text.replace("setup: [", "setup: [{exec: go, agent: far}, ")

    def test_the_folder_of_a_command_is_the_policys(self):
        code, out, err = self.run_with("--policy", self.policy_with_go(), text=self.with_command(), name="theirs/scenario.yaml")
        self.assertEqual(code, 0, out + err)
        self.assertTrue(os.path.exists(self.path("ours-ran")))
        self.assertFalse(os.path.exists(self.path("theirs-ran")), "the controller chose what runs")
        with open(self.path("state/audit/audit.log")) as file:
            self.assertIn(f"exec go: bash go.sh in {self.dir}", file.read())

    def test_no_variable_of_the_scenario_reaches_a_command_of_the_policy(self):
        stolen = self.path("stolen")
        text = self.with_command('env: {BASH_ENV: "$(touch %s)", LEDGER_URL: x}\n' % stolen)
        file = self.write("theirs/scenario.yaml", text)
        done = self.shakedown("plan", file, "--policy", self.policy_with_go())
        self.assertEqual(done.returncode, 77, done.stdout + done.stderr)
        self.assertIn("DENIED to agent far: variable BASH_ENV of `env`", done.stdout)
        code, out, err = self.run_with("--policy", self.policy_with_go(), text=text, name="theirs/scenario.yaml")
        self.assertEqual(code, 77, out + err)
        self.assertIn("variable LEDGER_URL of `env`: commands get no variable of the scenario that the policy does not list; to "
                      "allow it add `environment: [LEDGER_URL]`", err)
        self.assertFalse(os.path.exists(stolen))
        self.assertFalse(os.path.exists(self.path("ours-ran")), "nothing was run")

    def test_what_stops_a_component_is_a_fault(self):
        text = self.drill().replace("setup: [{start: practice}]\nteardown: [{stop: practice}]", "setup: [{stop: practice}]")
        file = self.write("scenario.yaml", text)
        done = self.shakedown("plan", file, "--policy", self.policy())
        self.assertEqual(done.returncode, 77, done.stdout + done.stderr)
        self.assertIn("DENIED to agent far: setup: stop practice: it stops a component", done.stdout)
        self.assertIn("DENIED to agent far: setup: stop practice: no later step starts practice again", done.stdout)

    def test_a_scope_beyond_the_process_needs_leave(self):
        code, out, err = self.run_with("--policy", self.policy(scope="one"))
        self.assertEqual(code, 77, out + err)
        self.assertIn("component practice: its scope is group, the policy allows one", err)

    def test_a_policy_that_is_gone_allows_nothing_new(self):
        policy = self.policy()

        def meanwhile():
            support.wait_until(lambda: os.path.exists(self.path("target.pid")), 30, "the target is started")
            os.unlink(policy)

        code, out, err = self.run_with("--policy", policy, meanwhile=meanwhile)
        self.assertNotEqual(code, 0, out + err)
        fault = self.scorecard()["faults"][0]
        self.assertEqual(fault["state"], "failed", fault)
        self.assert_nothing_runs()

    def test_outside_the_allowed_hours_nothing_is_injected(self):
        days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        day = days[(datetime.datetime.now(datetime.timezone.utc).weekday() + 3) % 7]
        code, out, err = self.run_with("--policy", self.policy(hours=f"{{allow: [{{days: [{day}]}}]}}"))
        self.assertEqual(code, 77, out + err)
        self.assertIn(f"faults are allowed {day} UTC", err)

    def test_a_fault_ends_when_it_stands_for_longer_than_the_policy_allows(self):
        body = support.CRASH.replace("        recover: [{start: practice, after: 500ms}]\n", "")
        code, out, err = self.run_with("--policy", self.policy(longest="1s"), text=self.drill(body))
        self.assertIn(code, (1, 2), out + err)
        fault = self.scorecard()["faults"][0]
        self.assertEqual(fault["state"], "clean", fault)
        stood = float(fault["undone_at"]) - float(fault["effective_at"])
        self.assertLess(stood, 3, fault)

    def test_a_bad_policy_is_told_with_its_places(self):
        policy = self.write("policy.yaml", "shakedown-agent: v1\nfaults: [quake]\nsurprise: 1\n")
        done = subprocess.run([support.AGENT, "--connect", "127.0.0.1:1", "--token-file", self.token(), "--policy", policy],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertIn(f"{policy}:2:10: item 1 of `faults`", done.stderr)
        self.assertIn(f"{policy}:3:1: unknown key `surprise`", done.stderr)

    def token(self):
        path = self.write("token", "0" * 64)
        os.chmod(path, 0o600)
        return path

    def test_the_local_policy_is_for_a_controller_of_this_host(self):
        done = subprocess.run([support.AGENT, "--connect", "192.0.2.1:7000", "--token-file", self.token(), "--local-policy"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 64, done.stderr)

    def test_plan_shows_the_rules_and_what_they_deny(self):
        file = self.write("scenario.yaml", self.drill())
        done = self.shakedown("plan", file, "--policy", self.policy())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for part in ("Policy: " + self.path("policy.yaml"), f"component practice: the process of {self.path('target.pid')}",
                     "faults kill; 1 at once", "command start-practice: " + support.TARGET, "inline commands are refused",
                     "targets in 127.0.0.0/8"):
            self.assertIn(part, done.stdout)
        done = self.shakedown("plan", file, "--policy", self.policy(faults="[pause]"))
        self.assertEqual(done.returncode, 77, done.stdout + done.stderr)
        self.assertIn("DENIED to agent far: fault kill-it: faults of the kind `kill`", done.stdout)
        local = self.write("local.yaml", self.scenario(support.CRASH))
        done = self.shakedown("plan", local)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Policy: the local one", done.stdout)


    def test_the_example_is_a_policy(self):
        example = os.path.join(support.SOURCE, "deploy", "policy.example.yaml")
        done = self.shakedown("plan", self.write("scenario.yaml", self.drill()), "--policy", example)
        self.assertEqual(done.returncode, 77, done.stdout + done.stderr)
        self.assertIn("component practice: it is not among the policy's components", done.stdout)
        self.assertIn("command fail-over: /opt/ledger/bin/fail-over --to standby", done.stdout)

    def test_what_was_done_is_in_the_audit(self):
        state = self.path("state")
        environment = dict(os.environ, SHAKEDOWN_STATE_DIR=state)
        self.run_scenario(self.scenario(support.CRASH), expect=0, env=environment)
        log = os.path.join(state, "audit", "audit.log")
        with open(log) as file:
            records = [json.loads(line) for line in file]
        what = [record["what"] for record in records]
        for kind in ("plan", "command", "injection", "effect", "undo", "end"):
            self.assertIn(kind, what, records)
        self.assertTrue(all(record["run"] for record in records), records)
        self.assertTrue(all(record["who"].startswith("local user ") for record in records), records)
        self.assertIn("fault kill-it: kill of practice", [record["text"] for record in records])
        self.assertEqual(os.stat(log).st_mode & 0o777, 0o600)
        done = self.shakedown("verify", "--audit", log)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(f"{len(records)} records, chain intact", done.stdout)
        with open(log) as file:
            lines = file.read().replace("kill of practice", "kill of nobody", 1)
        with open(log, "w") as file:
            file.write(lines)
        done = self.shakedown("verify", "--audit", log)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("NOT intact: line", done.stdout)

    def test_nothing_is_done_that_cannot_be_in_the_audit(self):
        state = self.path("state")
        os.makedirs(os.path.join(state, "audit", "audit.log"))
        os.chmod(state, 0o700)
        done = self.run_scenario(self.scenario(support.CRASH), env=dict(os.environ, SHAKEDOWN_STATE_DIR=state))
        self.assertEqual(done.returncode, 74, done.stdout + done.stderr)
        self.assertFalse(os.path.exists(self.path("target.pid")), "nothing was started")


if __name__ == "__main__":
    unittest.main()
