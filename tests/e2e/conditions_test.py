#!/usr/bin/env python3
"""A drill in a shared environment depends on its state: before it begins, before each injection, while it runs and afterwards."""
import datetime
import http.server
import json
import threading
import unittest

import support

FAULT = """phases:
  - name: crash
    duration: 8s
    load: {open: {rate: 100/s}, mix: {read: 1}}
    faults:
      - name: kill-it
        at: 3s
        kill: {component: practice, signal: SIGKILL}
        recover: [{start: practice, after: 300ms}]
        recover_within: 6s
        EXTRA
requirements:
  - {id: DR-1, area: disaster-recovery, title: Back soon, sli: {rto: {fault: kill-it, probe: front-door, injections: 1}}, objective: "<= 4s"}
"""


class World(http.server.ThreadingHTTPServer):
    """What the environment says of itself: an answer that the test chooses, to every question."""
    daemon_threads = True

    def __init__(self):
        self.status, self.body, self.asked = 200, '{"state": "calm"}', []
        self.posted = []
        self.told = threading.Event()
        self.hang = threading.Event()
        self.hang.set()
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        world = self.server
        world.asked.append(self.path)
        world.told.set()
        world.hang.wait(60)
        body = world.body(self.path) if callable(world.body) else world.body
        self.send_response(world.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body.encode())
        except OSError:
            pass  # whoever asked waits no longer

    def do_POST(self):
        self.server.posted.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Announcements(support.Folder):
    def setUp(self):
        super().setUp()
        self.world = World()
        self.addCleanup(self.world.server_close)
        self.addCleanup(self.world.shutdown)

    def drill(self, places):
        return self.scenario(f"decision: {{informed: [support@example.com]}}\nannounce: {places}\n" + support.CRASH)

    def test_start_injection_and_end_are_told(self):
        heard = self.path("heard")
        places = f'[{{webhook: "{self.world.url}/hook"}}, {{command: [sh, -c, \'echo "$SHAKEDOWN_ANNOUNCEMENT" >> {heard}\']}}]'
        self.run_scenario(self.drill(places), expect=0)
        told = [json.loads(body) for body in self.world.posted]
        self.assertEqual([one["event"] for one in told], ["started", "injection", "ended"])
        self.assertEqual(told[1]["text"], "fault kill-it: kill of practice")
        self.assertEqual(told[0]["informed"], ["support@example.com"])
        self.assertEqual({one["run"] for one in told}, {self.scorecard()["run"]["id"]})
        with open(heard) as file:
            self.assertEqual([json.loads(line)["event"] for line in file], ["started", "injection", "ended"])

    def test_an_aborted_run_is_told(self):
        file = self.write("scenario.yaml", self.drill(f'[{{webhook: "{self.world.url}/hook"}}]').replace("duration: 6s", "duration: 60s"))
        run = self.start(support.SHAKEDOWN, "run", file, "--yes", "--quiet", "--out", self.out,
                         stdout=support.subprocess.PIPE, stderr=support.subprocess.PIPE, text=True)
        support.wait_until(lambda: len(self.world.posted) > 1, 60, "the injection is told")
        support.interrupt(run)
        run.communicate(timeout=60)
        self.assertEqual([json.loads(body)["event"] for body in self.world.posted][2:], ["aborted", "ended"])

    def test_the_drill_goes_on_without_its_webhook_and_the_page_says_so(self):
        secret = "T0K3N-in-the-path"
        self.world.status = 500
        places = (f'[{{webhook: "{self.world.url}/{secret}"}}, {{webhook: "http://127.0.0.1:1/{secret}"}}, {{command: ["false"]}}]')
        done = self.run_scenario(self.drill(places), expect=0)
        with open(self.out + "/scorecard.html") as page:
            html = page.read()
        self.assertTrue("3 not delivered" in html and "status 500" in html, [w for w in html.split("<") if "deliver" in w])
        for text in (html, done.stdout, done.stderr, self.shakedown("plan", self.path("scenario.yaml")).stdout):
            self.assertFalse(secret in text, text[:200])


SILENCE = """silence: {url: "URL", matchers: {service: practice, alertname: Errors}}
"""


class Alertmanager(http.server.ThreadingHTTPServer):
    """Keeps silences as version 2 of its API does; `fails` answers everything with 500."""
    daemon_threads = True

    def __init__(self):
        self.silences, self.orders, self.deleted, self.fails = {}, [], [], False
        super().__init__(("127.0.0.1", 0), Silences)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Silences(http.server.BaseHTTPRequestHandler):
    def reply(self, status, body=""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def do_POST(self):
        manager = self.server
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if manager.fails or self.path != "/api/v2/silences" or order.get("id", "") not in ("", *manager.silences):
            return self.reply(500)
        order["id"] = order.get("id") or f"silence-{len(manager.silences) + 1}"
        order["heard"] = datetime.datetime.now(datetime.timezone.utc)
        manager.silences[order["id"]] = order
        manager.orders.append(order)
        self.reply(200, json.dumps({"silenceID": order["id"]}))

    def do_DELETE(self):
        manager = self.server
        name = self.path.rsplit("/", 1)[1]
        if manager.fails or self.path != f"/api/v2/silence/{name}" or name not in manager.silences:
            return self.reply(404)
        manager.deleted.append((name, datetime.datetime.now(datetime.timezone.utc)))
        self.reply(200)

    def log_message(self, *_):
        pass


class Silenced(support.Folder):
    LEASE = datetime.timedelta(seconds=10)

    def setUp(self):
        super().setUp()
        self.manager = Alertmanager()
        self.addCleanup(self.manager.server_close)
        self.addCleanup(self.manager.shutdown)

    def drill(self, url=None, body=support.CRASH):
        return self.scenario(SILENCE.replace("URL", url or self.manager.url) + body)

    def test_a_silence_for_each_injection_never_longer_than_the_lease(self):
        hold = "duration: 14s\n" + support.CRASH.split("duration: 6s\n")[1].replace("after: 500ms", "after: 6s").replace("<= 4s", "<= 8s")
        self.run_scenario(self.drill(body=support.CRASH.split("duration: 6s\n")[0] + hold), expect=0)
        self.assertEqual(list(self.manager.silences), ["silence-1"])
        self.assertGreaterEqual(len(self.manager.orders), 2, "it is renewed")
        for order in self.manager.orders:
            ends = datetime.datetime.fromisoformat(order["endsAt"].replace("Z", "+00:00"))
            self.assertLessEqual(ends - order["heard"], self.LEASE)
            self.assertEqual({one["name"]: one["value"] for one in order["matchers"]}, {"service": "practice", "alertname": "Errors"})
            self.assertEqual({(one["isRegex"], one["isEqual"]) for one in order["matchers"]}, {(False, True)})
            self.assertIn(self.scorecard()["run"]["id"], order["createdBy"])
        started = datetime.datetime.fromisoformat(self.scorecard()["run"]["started"].replace("Z", "+00:00"))
        at = lambda name: started + datetime.timedelta(seconds=self.scorecard()["faults"][0][name])
        self.assertLess(self.manager.orders[0]["heard"], at("injected_at"))
        [(name, when)] = self.manager.deleted
        self.assertEqual(name, "silence-1")
        self.assertGreater(when, at("undone_at") - datetime.timedelta(seconds=0.5))
        self.assertIn("alertname=Errors", self.shakedown("plan", self.path("scenario.yaml")).stdout)

    def test_the_drill_goes_on_without_its_alertmanager_and_the_page_says_so(self):
        self.manager.fails = True
        for number, url in enumerate((self.manager.url, "http://127.0.0.1:1")):
            self.out = self.path(f"out-{number}")
            self.run_scenario(self.drill(url), expect=0)
            with open(self.out + "/scorecard.html") as page:
                self.assertIn("calls of the Alertmanager failed", page.read())


class Conditions(support.Folder):
    def setUp(self):
        super().setUp()
        self.world = World()
        self.addCleanup(self.world.server_close)
        self.addCleanup(self.world.shutdown)
        self.addCleanup(self.world.hang.set)

    def drill(self, extra="", conditions=None, ready="", stop=""):
        calm = conditions or f'calm: {{http: {{url: "{self.world.url}/state", json: /state}}, is: calm, every: 200ms, missing_for: 2s}}'
        text = self.scenario(f"conditions:\n  {calm}\n{stop}" + FAULT.replace("EXTRA", extra))
        return text.replace("limit: 10s}", f"limit: 10s{ready}}}")

    def test_a_drill_that_needs_nothing_of_the_world_but_that_it_holds(self):
        text = self.drill("conditions: [calm]\n        afterwards: [calm]", ready=", conditions: [calm]",
                          stop="stop_when: [{condition: calm}]\n")
        self.run_scenario(text, expect=0)
        self.assertIn("/state", self.world.asked)
        plan = self.shakedown("plan", self.path("scenario.yaml"))
        self.assertIn(f"calm (over HTTP, every 200ms): {self.world.url}/state is calm", plan.stdout)

    def test_it_does_not_begin_while_one_does_not_hold(self):
        self.world.body = '{"state": "incident"}'
        text = self.drill(ready=", conditions: [calm]").replace("limit: 10s,", "limit: 2s,")
        done = self.run_scenario(text, expect=69)
        self.assertIn("condition calm does not hold: incident, expected calm", done.stderr)

    def test_an_injection_is_called_off_while_one_does_not_hold(self):
        self.world.body = '{"state": "incident"}'
        self.run_scenario(self.drill("conditions: [calm]"), expect=2)
        fault = self.scorecard()["faults"][0]
        self.assertEqual(fault["state"], "not_run", fault)
        self.assertIn("condition calm does not hold: incident, expected calm", json.dumps(self.scorecard()))

    def test_the_run_ends_when_one_no_longer_holds_and_the_fault_is_undone(self):
        self.started = self.start_run(self.drill(stop="stop_when: [{condition: calm}]\n").replace(
            "recover: [{start: practice, after: 300ms}]", "recover: [{start: practice, after: 4s}]"))
        support.wait_until(lambda: self.killed(), 60, "the fault stands")
        self.world.body = '{"state": "incident"}'
        out, err = self.started.communicate(timeout=60)
        self.assertEqual(self.started.returncode, 3, out + err)
        card = self.scorecard()
        self.assertEqual(card["run"]["state"], "stopped")
        self.assertIn("stop_when: condition calm does not hold: incident, expected calm", card["run"]["ended_by"])
        self.assertEqual(card["faults"][0]["state"], "clean")
        self.assert_nothing_runs()

    def start_run(self, text):
        file = self.write("scenario.yaml", text)
        return self.start(support.SHAKEDOWN, "run", file, "--yes", "--quiet", "--out", self.out,
                          stdout=support.subprocess.PIPE, stderr=support.subprocess.PIPE, text=True)

    def killed(self):
        try:
            pid = self.target_pid()
        except (OSError, ValueError):
            return False
        return not support.alive(pid)

    def test_one_that_cannot_be_read_stops_the_drill(self):
        for name, breaks in (("nonsense", lambda: setattr(self.world, "body", "<html>")),
                             ("status", lambda: setattr(self.world, "status", 500)),
                             ("hangs", lambda: self.world.hang.clear())):
            with self.subTest(name):
                self.world.status, self.world.body = 200, '{"state": "calm"}'
                self.world.hang.set()
                self.world.told.clear()
                self.out = self.path("out-" + name)
                run = self.start_run(self.drill().replace("duration: 8s", "duration: 60s").replace("at: 3s", "at: 50s"))
                self.assertTrue(self.world.told.wait(60))
                breaks()
                out, err = run.communicate(timeout=60)
                self.assertEqual(run.returncode, 3, out + err)
                self.assertIn("condition calm could not be read for 2s", self.scorecard()["run"]["ended_by"])

    def test_one_that_does_not_hold_again_after_the_undo_stops_the_run(self):
        run = self.start_run(self.drill("afterwards: [calm]"))
        support.wait_until(self.killed, 60, "the fault stands")
        self.world.body = '{"state": "degraded"}'
        out, err = run.communicate(timeout=90)
        self.assertEqual(run.returncode, 3, out + err)
        self.assertIn("after fault kill-it: condition calm does not hold: degraded, expected calm",
                      self.scorecard()["run"]["ended_by"])

    def test_a_prometheus_an_alertmanager_and_a_command(self):
        def say(path):
            if path.startswith("/api/v2/alerts"):
                return "[]"
            return json.dumps({"status": "success", "data": {"resultType": "vector", "result": [
                {"metric": {}, "value": [1700000000, "3"]}]}})
        self.world.body = say
        conditions = (f'few: {{prometheus: {{url: "{self.world.url}", query: "sum(jobs)"}}, is: "< 5", every: 200ms}}\n'
                      f'  no-incident: {{alertmanager: {{url: "{self.world.url}", alert: Incident}}, every: 200ms}}\n'
                      f'  free: {{command: {{exec: [test, -d, "{self.dir}"]}}, every: 200ms}}')
        self.run_scenario(self.drill("conditions: [few, no-incident, free]", conditions), expect=0)
        self.out = self.path("out-2")
        conditions = conditions.replace("< 5", "< 3")
        self.run_scenario(self.drill("conditions: [few, no-incident, free]", conditions), expect=2)
        self.assertIn("condition few does not hold: 3, expected < 3", json.dumps(self.scorecard()))


if __name__ == "__main__":
    unittest.main()
