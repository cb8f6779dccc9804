"""Several agents over gRPC: started here, or dialling in."""
import json
import os
import shutil
import subprocess
import unittest

import certificates
import support


def listening(pid):
    """The TCP addresses at which this process listens, as the kernel writes them."""
    inodes = set()
    for descriptor in os.listdir(f"/proc/{pid}/fd"):
        try:
            inodes.add(os.readlink(f"/proc/{pid}/fd/{descriptor}"))
        except OSError:
            continue
    found = []
    for table in ("tcp", "tcp6"):
        with open(f"/proc/{pid}/net/{table}") as file:
            rows = [line.split() for line in file.readlines()[1:]]
        found += [row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in inodes]
    return found


class Agents(support.Folder):
    def test_the_same_arrivals_for_1_2_and_5_agents(self):
        self.start_target()
        offered = []
        for count in (1, 2, 5):
            self.out = self.path(f"out-{count}")
            text = self.scenario("seed: 7\n" + support.STEADY.replace("rate: 200/s", "rate: 201/s, arrivals: poisson"),
                                 setup=False)
            self.run_scenario(text, "--spawn", str(count), expect=0)
            card = self.scorecard()
            self.assertEqual(len(card["agents"]), count)
            offered.append(card["accounting"]["offered"])
        self.assertEqual(len(set(offered)), 1, offered)

    def several(self, component, fault, requirement, recover=""):
        """The practice target and another component, which one fault breaks together."""
        text = self.scenario(f"""phases:
  - name: crash
    duration: 6s
    load: {{open: {{rate: 100/s}}, mix: {{read: 1}}}}
    faults:
      - name: break-all
        at: 1s
        {fault}
{recover}requirements:
  - {{id: DR-1, area: disaster-recovery, title: Back soon, {requirement}}}
""")
        roles = "agents:\n  local: {roles: [load, inject]}\n  other: {roles: [inject]}\n"
        roles = roles if "agent: other" in component else ""
        return text.replace("components:\n", roles + "components:\n" + component, 1)

    def breaks_all(self, text, *arguments):
        self.run_scenario(text, *arguments, expect=0)
        fault = self.scorecard()["faults"][0]
        self.assertEqual((fault["component"], fault["state"], fault["leftovers"]), ("practice, worker", "clean", []))
        for words in ("practice: ", "worker: ", "all changed within "):
            self.assertIn(words, fault["bite"])
        self.assertEqual(self.row("DR-1")["verdict"], "pass", self.row("DR-1"))
        self.assert_nothing_runs()
        self.assertEqual(self.shakedown("verify", self.out).returncode, 0)

    def test_two_components_of_one_agent_are_killed_at_one_instant(self):
        worker = """  worker:
    agent: local
    process: {pidfile: worker.pid, exe: sleep}
    start: [sleep, "1000"]
"""
        text = self.several(worker, "kill: {component: [practice, worker]}",
                            'sli: {rto: {fault: break-all, probe: front-door, injections: 1}}, objective: "<= 4s"',
                            "        recover: [{start: practice, after: 500ms}, {start: worker}]\n")
        text = text.replace("setup: [", "setup: [{start: worker}, ").replace("teardown: [", "teardown: [{stop: worker}, ")
        self.breaks_all(text)
        self.assertGreater(self.row("DR-1")["measured"]["upper"], 0.5, "the service was away")

    def test_two_components_of_two_agents_are_paused_at_one_instant(self):
        worker = self.start("sleep", "1000")
        self.write("worker.pid", str(worker.pid))
        component = "  worker:\n    agent: other\n    process: {pidfile: worker.pid, exe: sleep}\n"
        text = self.several(component, "pause: {component: [practice, worker], hold: 1s}",
                            'sli: {availability: {}}, objective: ">= 90%"')
        self.breaks_all(text, "--spawn", "2")
        with open(f"/proc/{worker.pid}/stat") as stat:
            self.assertNotEqual(stat.read().rsplit(")", 1)[1].split()[0], "T", "it runs again")
        self.assertEqual(len(self.scorecard()["agents"]), 2)

    def test_agents_that_dial_in(self):
        self.start_target()
        file = self.write("scenario.yaml", self.scenario(support.STEADY, setup=False))
        controller = self.start(support.SHAKEDOWN, "run", file, "--yes", "--quiet", "--out", self.out,
                                "--listen", "127.0.0.1:0", "--plain", "--expect", "2",
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        address = controller.stdout.readline().split()[-1]
        token_file = controller.stdout.readline().split()[-1]
        agents = [self.start(support.AGENT, "--connect", address, "--token-file", token_file, "--policy", self.policy())
                  for _ in range(2)]
        out, err = controller.communicate(timeout=60)
        self.assertEqual(controller.returncode, 0, out + err)
        for agent in agents:
            self.assertEqual(agent.wait(timeout=20), 0)
        self.assertEqual(len(self.scorecard()["agents"]), 2)

    def test_agents_that_dial_a_socket_that_is_ours_only(self):
        self.start_target()
        file = self.write("scenario.yaml", self.scenario(support.STEADY, setup=False))
        controller = self.start(support.SHAKEDOWN, "run", file, "--yes", "--quiet", "--out", self.out,
                                "--listen", "unix:" + self.path("agents"), "--expect", "1",
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        address = controller.stdout.readline().split()[-1]
        self.assertEqual(address, "unix:" + self.path("agents"))
        self.assertEqual(os.stat(self.path("agents")).st_mode & 0o777, 0o600)
        token_file = controller.stdout.readline().split()[-1]
        agent = self.start(support.AGENT, "--connect", address, "--token-file", token_file, "--policy", self.policy())
        out, err = controller.communicate(timeout=60)
        self.assertEqual(controller.returncode, 0, out + err)
        self.assertEqual(agent.wait(timeout=20), 0)

    def policy(self):
        """Allows the scenario's component; its commands stand in the scenario."""
        return self.write("policy.yaml", f"""shakedown-agent: v1
components:
  practice: {{process: {{pidfile: {self.path("target.pid")}, exe: shakedown-target, scope: group}}}}
inline: true
""")

    def test_spawned_agents_are_reached_by_no_other_user_of_the_host(self):
        """Nobody without a right to our files can open a connection, so that nobody can flood one."""
        self.start_target()
        file = self.write("scenario.yaml", self.scenario(support.STEADY, setup=False))
        controller = self.start(support.SHAKEDOWN, "run", file, "--yes", "--quiet", "--out", self.out, "--spawn", "2",
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        socket = os.path.join(self.out, "work", "agents")
        support.wait_until(lambda: os.path.exists(socket) or controller.poll() is not None, 60, "the socket is there")
        self.assertEqual(listening(controller.pid), [])
        out, err = controller.communicate(timeout=60)
        self.assertEqual(controller.returncode, 0, out + err)
        self.assertEqual(len(self.scorecard()["agents"]), 2)

    def test_a_wrong_token_is_refused(self):
        file = self.write("scenario.yaml", self.scenario(support.STEADY, setup=False))
        controller = self.start(support.SHAKEDOWN, "run", file, "--yes", "--quiet", "--out", self.out,
                                "--listen", "127.0.0.1:0", "--plain", "--expect", "1",
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        address = controller.stdout.readline().split()[-1]
        wrong = self.write("wrong-token", "0" * 64)
        agent = subprocess.run([support.AGENT, "--connect", address, "--token-file", wrong], capture_output=True,
                               text=True, timeout=60)
        self.assertNotEqual(agent.returncode, 0)
        self.assertIn("token", agent.stderr)
        support.interrupt(controller)
        controller.communicate(timeout=60)

    def test_an_agent_that_ends_before_it_joins_is_not_waited_for(self):
        os.mkdir(self.path("bin"))
        program = shutil.copy(support.SHAKEDOWN, self.path("bin"))
        with open(self.path("bin/shakedown-agent"), "w") as file:
            file.write("#!/bin/sh\nexit 3\n")
        os.chmod(self.path("bin/shakedown-agent"), 0o755)
        file = self.write("scenario.yaml", self.scenario(support.STEADY, setup=False))
        done = subprocess.run([program, "run", file, "--yes", "--quiet", "--out", self.out, "--spawn", "1"],
                              capture_output=True, text=True, timeout=200, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 69, done.stdout + done.stderr)
        self.assertIn("ended before it joined", done.stderr)

    def test_only_loopback_without_tls(self):
        file = self.write("scenario.yaml", self.scenario(support.STEADY, setup=False))
        done = self.shakedown("run", file, "--yes", "--out", self.out, "--listen", "0.0.0.0:0", "--expect", "1")
        self.assertEqual(done.returncode, 77, done.stderr)
        done = self.shakedown("run", file, "--yes", "--out", self.out, "--listen", "0.0.0.0:0", "--plain", "--expect", "1")
        self.assertEqual(done.returncode, 77, done.stderr)
        done = self.shakedown("run", file, "--yes", "--out", self.out, "--listen", "127.0.0.1:0", "--expect", "1")
        self.assertEqual(done.returncode, 64, done.stderr)
        self.assertIn("--certs", done.stderr)
        self.assertIn("--plain", done.stderr)
        self.assertFalse(os.path.exists(self.out), "nothing was begun")


class Certificates(certificates.Folder):
    AGENTS = "agents: {east: {roles: [load]}, west: {roles: [load]}}\n"

    def begin(self):
        return self.listen(self.write("scenario.yaml", self.load_only(self.AGENTS + support.STEADY)), "--quiet")

    def refused(self, address, *arguments, expect=77):
        done = subprocess.run([support.AGENT, "--connect", address, *arguments], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stderr

    def test_a_drill_of_two_with_what_is_refused_before(self):
        self.start_target()
        self.certs("issue", self.path("pki"), "--name", "north", "--roles", "load")
        self.certs("init", self.path("foreign"))
        self.certs("issue", self.path("foreign"), "--name", "east", "--roles", "load")
        shutil.copytree(self.path("pki"), self.path("weak"))
        shutil.rmtree(self.path("weak/west"))
        self.certs("issue", self.path("weak"), "--name", "west", "--roles", "check")
        controller, address = self.begin()
        self.assertIn("one of --certs", self.refused(address, expect=64))
        token = self.write("token", "0" * 64)
        os.chmod(token, 0o600)
        self.assertIn("--certs", self.refused(address, "--token-file", token, expect=69))
        self.assertIn("not believed", self.refused(address, "--certs", self.path("foreign/east")))
        self.assertIn("expects east, west", self.refused(address, "--certs", self.path("pki/north")))
        self.assertIn("expected --name west", self.refused(address, "--certs", self.path("pki/west"), "--name", "east"))
        self.assertIn("allows check", self.refused(address, "--certs", self.path("weak/west")))
        self.assertIn("found the one of controller", self.refused(address, "--certs", self.path("pki/main"), expect=64))
        east = self.start(support.AGENT, "--connect", address, "--certs", self.path("pki/east"))
        west = self.start(support.AGENT, "--connect", address, "--cert", self.path("pki/west/identity.crt"),
                          "--key", self.path("pki/west/identity.key"), "--ca", self.path("pki/west/authority.crt"))
        out, err = controller.communicate(timeout=60)
        self.assertEqual(controller.returncode, 0, out + err)
        self.assertEqual((east.wait(timeout=20), west.wait(timeout=20)), (0, 0))
        self.assertEqual(sorted(agent["name"] for agent in self.scorecard()["agents"]), ["east", "west"])
        for why in ("expects east, west", "expected --name west", "allows check", "certificate"):
            self.assertIn(why, err, "the controller's side tells it too")

    def test_the_audit_names_the_controllers_certificate(self):
        self.start_target()
        self.certs("issue", self.path("pki"), "--name", "north", "--roles", "load,inject,check")
        text = self.scenario("agents: {north: {}}\n" + support.STEADY, setup=False)
        text = text[:text.index("components:")] + "setup: [{exec: hello, agent: north}]\n" + text[text.index("ready:"):]
        controller = self.start(support.SHAKEDOWN, "run", self.write("scenario.yaml", text), "--yes", "--quiet", "--out", self.out,
                                "--listen", "127.0.0.1:0", "--certs", self.path("pki/main"), "--expect", "1",
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        address = controller.stdout.readline().split()[-1]
        policy = self.write("policy.yaml", 'shakedown-agent: v1\ncommands: {hello: ["true"]}\n')
        state = self.path("state")
        north = self.start(support.AGENT, "--connect", address, "--certs", self.path("pki/north"), "--policy", policy,
                           "--state-dir", state)
        out, err = controller.communicate(timeout=60)
        self.assertEqual((controller.returncode, north.wait(timeout=20)), (0, 0), out + err)
        log = os.path.join(state, "audit", "audit.log")
        with open(log) as file:
            records = [json.loads(line) for line in file]
        self.assertEqual({record["who"] for record in records}, {"controller main"}, records)
        self.assertIn("command", [record["what"] for record in records])
        self.assertEqual(self.shakedown("verify", "--audit", log).returncode, 0)

    def test_what_is_shown_and_what_is_refused(self):
        shown = self.certs("show", self.path("pki"))
        for words in ("authority shakedown-authority", "agent east, roles load", "controller main, for 127.0.0.1", "days left"):
            self.assertIn(words, shown)
        self.assertEqual(os.stat(self.path("pki/authority.key")).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(self.path("pki/east/identity.key")).st_mode & 0o777, 0o600)
        self.certs("init", self.path("pki"), expect=73)
        self.certs("issue", self.path("pki"), "--name", "east", "--roles", "load", expect=73)
        self.certs("issue", self.path("pki"), "--name", "a", "--roles", "everything", expect=64)
        self.certs("issue", self.path("pki"), "--name", "../a", "--roles", "load", expect=64)
        self.certs("issue", self.path("pki"), "--name", "b", "--controller", expect=64)
        self.certs("issue", self.path("nowhere"), "--name", "b", "--roles", "load", expect=69)
        self.certs("show", self.path("nowhere"), expect=69)


if __name__ == "__main__":
    unittest.main()
