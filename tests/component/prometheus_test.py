"""A drill under a real Prometheus: the page is clean, every query of every panel finds data, and Prometheus ends up
knowing what the scorecard says."""

import json
import os
import re
import subprocess
import tempfile
import time
import unittest

from prometheus_rig import Prometheus, await_true, fetch, free_port

BIN = os.environ["SHAKEDOWN_BIN_DIR"]
SOURCE = os.environ["SHAKEDOWN_SOURCE_DIR"]
SHAKEDOWN = os.path.join(BIN, "shakedown")
AGENT = os.path.join(BIN, "shakedown-agent")
TARGET = os.path.join(BIN, "shakedown-target")

SCENARIO = """shakedown: v1
name: watched
service: ledger
owner: owner@example.com
environment: {{name: staging}}
targets:
  api: {{url: "http://127.0.0.1:{port}"}}
components:
  ledger:
    process: {{pidfile: run/ledger.pid, exe: shakedown-target, scope: group}}
    start: ["{target}", --port={port}, --pidfile=run/ledger.pid, --data=run/data, --ack=fsync]
setup:
  - {{exec: [mkdir, -p, run/data]}}
  - {{start: ledger}}
ready: {{probe: front-door, limit: 30s}}
teardown:
  - {{stop: ledger}}
operations:
  read:
    http: {{target: api, path: "/entries/{{key}}"}}
    key: {{uniform: [1, 1000]}}
    expect: {{status: [200, 404]}}
probes:
  front-door: {{operation: read, every: 20ms, timeout: 200ms, down_after: 3, up_after: 10}}
ledgers:
  entries:
    write: {{http: {{target: api, method: PUT, path: "/entries/ledger-{{id}}", body: "{{payload}}"}}}}
    read: {{http: {{target: api, path: "/entries/ledger-{{id}}"}}}}
    present: {{status: 200, body: {{contains: "{{checksum}}"}}}}
    absent: {{status: 404}}
    rate: 20/s
    noun: entry
phases:
  - {{name: steady, duration: 8s, load: {{open: {{rate: 100/s}}}}}}
  - name: crash
    duration: 10s
    load: {{open: {{rate: 100/s}}}}
    faults:
      - name: kill-ledger
        at: 3s
        kill: {{component: ledger, signal: SIGKILL}}
        recover: [{{start: ledger, after: 1s}}]
requirements:
  - id: AV-1
    area: availability
    title: Entries can be read
    sli: {{availability: {{operations: [read]}}}}
    objective: ">= 99.9%"
    declared: {{status: green, value: "99.95%"}}
  - {{id: PE-1, area: performance, title: Reads are quick, sli: {{latency: {{operation: read, quantile: 99%}}}}, objective: "<= 250ms"}}
  - {{id: DR-1, area: disaster-recovery, title: Back soon, sli: {{rto: {{fault: kill-ledger, probe: front-door, injections: 1}}}}, objective: "<= 5s", declared: {{value: "2s"}}}}
  - {{id: DR-2, area: disaster-recovery, title: No entry is lost, sli: {{rpo: {{fault: kill-ledger, ledger: entries, injections: 1}}}}, objective: "<= 0 entries"}}
"""


def substituted(expression):
    """What Grafana puts in for `all` of every variable, at a scrape interval of a second."""
    expression = expression.replace("$__rate_interval", "4s").replace("$__range", "60s")
    return re.sub(r"\$(?:job|system|run|instance|phase|slo)\b", ".+", expression)


def boards():
    folder = os.path.join(SOURCE, "dashboards")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            with open(os.path.join(folder, name)) as file:
                yield name, json.load(file)


def drill_in(folder, *arguments):
    """A started drill and the port of its page."""
    scenario = os.path.join(folder, "scenario.yaml")
    with open(scenario, "w") as file:
        file.write(SCENARIO.format(port=free_port(), target=TARGET))
    process = subprocess.Popen(
        [SHAKEDOWN, "run", scenario, "--yes", "--quiet", "--out", os.path.join(folder, "out"), "--metrics", "127.0.0.1:0",
         *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    first = process.stderr.readline()
    match = re.match(r"metrics on http://127\.0\.0\.1:(\d+)/metrics$", first)
    if not match:
        raise AssertionError(first + process.stderr.read())
    return process, int(match.group(1))


def promtool_check(page):
    return subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True, timeout=60)


class WatchedDrill(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = holder.name
        cls.start = time.time()
        cls.process, port = drill_in(cls.folder, "--metrics-linger", "60s")
        cls.addClassCleanup(cls.end_drill)
        cls.first_page = fetch(port, "/metrics")[1]
        rules = subprocess.run([SHAKEDOWN, "rules", "scenario.yaml", "--out", "rules"], cwd=cls.folder, capture_output=True,
                               text=True, timeout=60)
        if rules.returncode != 0:
            raise AssertionError(rules.stderr)
        cls.prometheus = Prometheus(cls.folder, port, os.path.join(cls.folder, "rules/drill-rules.yaml"))
        cls.addClassCleanup(cls.prometheus.stop)
        cls.page = await_true(lambda: cls.page_in_the_crash(port), 120, "the fault stands")
        cls.stdout, cls.stderr = cls.process.communicate(timeout=200)
        with open(os.path.join(cls.folder, "out/scorecard.json")) as file:
            cls.card = json.load(file)
        wanted = f'shakedown_run_info{{run_id="{cls.card["run"]["id"]}"}}'
        await_true(lambda: cls.prometheus.over(wanted, cls.start, time.time()), 30, "Prometheus has scraped the run")
        # A range is asked in steps of a second: one of them falls between the last scrape and the next, which finds nobody.
        cls.stop = time.time() + 1

    @classmethod
    def end_drill(cls):
        if cls.process.poll() is None:
            cls.process.kill()
        cls.process.wait()
        cls.process.stdout.close()
        cls.process.stderr.close()

    @classmethod
    def page_in_the_crash(cls, port):
        if cls.process.poll() is not None:
            raise AssertionError(cls.process.stderr.read())
        page = fetch(port, "/metrics")[1]
        return page if 'shakedown_fault_active{fault="kill-ledger"} 1' in page else None

    def over(self, expression):
        return self.prometheus.over(expression, self.start, self.stop)

    def last(self, expression):
        return self.prometheus.last(expression, self.start, self.stop)

    def test_every_query_of_every_panel_finds_data(self):
        panels = queries = 0
        empty = []
        for name, board in boards():
            for panel in board["panels"]:
                targets = panel.get("targets", [])
                panels += bool(targets)
                for target in targets:
                    queries += 1
                    expression = substituted(target["expr"])
                    points = [v for s in self.over(expression) for _, v in s["values"] if v != "NaN"]
                    if not points:
                        empty.append(f"{name}: {panel['title']}: {expression}")
                    else:
                        print(f"{name}: {panel['title']}: {target['refId']}: {len(points)} points, last {points[-1]}")
        print(f"{panels} panels, {queries} queries, {len(empty)} empty")
        self.assertEqual(empty, [])
        self.assertGreater(queries, 60)

    def test_every_variable_offers_something(self):
        for name, board in boards():
            for variable in board["templating"]["list"]:
                match = re.fullmatch(r"label_values\((.+), (\w+)\)", variable.get("definition", ""))
                if not match:
                    continue
                found = self.prometheus.api("series", **{"match[]": substituted(match.group(1)), "start": self.start,
                                                         "end": self.stop})
                values = {series.get(match.group(2)) for series in found}
                self.assertTrue(values and None not in values, f"{name}: {variable['name']}: {values}")

    def test_annotations_from_the_series_find_the_fault(self):
        for name, board in boards():
            for annotation in board["annotations"]["list"]:
                if "expr" in annotation:
                    self.assertTrue(self.over(substituted(annotation["expr"])), name)

    def test_the_page_is_clean(self):
        for page in (self.first_page, self.page):
            done = promtool_check(page)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_every_series_is_there_before_the_run_begins(self):
        def names(page):
            return {re.match(r"[^ ]+", line).group(0) for line in page.splitlines()
                    if not line.startswith("#") and "_info{" not in line}
        self.assertEqual(names(self.first_page), names(self.page))

    def test_every_series_is_described_with_its_type(self):
        with open(os.path.join(SOURCE, "docs/metrics.md")) as file:
            described = {}
            for line in file:
                cells = [cell.strip() for cell in line.split("|")]
                if len(cells) > 4:
                    for name in re.findall(r"`(\w+)`", cells[1]):
                        described[name] = cells[2]
        for line in self.page.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split()
                self.assertEqual(described.get(name), kind, name)

    def test_prometheus_knows_what_the_scorecard_says(self):
        verdicts = {dict(k)["requirement"]: dict(k)["state"] for k, v in self.last("shakedown_requirement_verdict").items() if v == 1}
        self.assertEqual(verdicts, {row["id"]: row["verdict"] for row in self.card["requirements"]})
        decision = [dict(k)["state"] for k, v in self.last("shakedown_decision").items() if v == 1]
        self.assertEqual(decision, [self.card["decision"]])
        for row in self.card["requirements"]:
            unit = {"AV-1": "ratio", "PE-1": "seconds", "DR-1": "seconds", "DR-2": "writes"}[row["id"]]
            for key, name in (("value", "measured"), ("lower", "lower"), ("upper", "upper")):
                found = self.last(f'shakedown_requirement_{name}_{unit}{{requirement="{row["id"]}"}}')
                self.assertAlmostEqual(list(found.values())[0] / max(row["measured"][key], 1e-9),
                                       row["measured"][key] / max(row["measured"][key], 1e-9), places=4, msg=(row["id"], name))

    def test_the_accounting_identity_holds_in_prometheus(self):
        offered = sum(self.last("shakedown_offered_total").values())
        outcomes = sum(self.last("shakedown_outcomes_total").values())
        self.assertGreater(offered, 1700)
        self.assertEqual(offered, outcomes)

    def test_the_exact_bucket_is_the_sli(self):
        within = self.last('sum(shakedown_latency_seconds_bucket{le="0.25"})')
        good = self.last('sum(shakedown_outcomes_total{outcome="ok"})')
        count = self.last("sum(shakedown_latency_seconds_count)")
        self.assertLessEqual(within[()], good[()])
        self.assertLess(good[()], count[()], "what the outage refused is above every bound")

    def test_rules_are_evaluated_and_the_burn_is_noticed(self):
        groups = self.prometheus.api("rules")["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        self.assertEqual(len(rules), 32)
        self.assertEqual([r for r in rules if r["health"] != "ok"], [])
        burning = self.over('ALERTS{alertname="ErrorBudgetBurn",alertstate="firing",sloth_slo="AV-1",sloth_severity="page"}')
        self.assertTrue(burning, "an outage of seconds burns the budget of 99.9 %")

    def test_the_fault_and_the_outage_are_seen(self):
        active = [float(v) for s in self.over("shakedown_fault_active") for _, v in s["values"]]
        self.assertEqual(set(active), {0.0, 1.0})
        self.assertEqual(self.last('shakedown_outages{cause="injected"}'),
                         {(("cause", "injected"), ("probe", "front-door")): len(self.card["outages"])})

    def test_live_verdicts_decide_nothing(self):
        self.assertIn('shakedown_decision{state="not-proven"} 1', self.page)
        self.assertIn('shakedown_run_state{state="running"} 1', self.page)


class Refusals(unittest.TestCase):
    def test_an_open_page_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            scenario = os.path.join(folder, "s.yaml")
            with open(scenario, "w") as file:
                file.write(SCENARIO.format(port=1, target=TARGET))
            for address, code, reason in (("9464", 64, "names no host"), (":9464", 64, "names no host"), ("0.0.0.0:0", 77, "no password")):
                done = subprocess.run([SHAKEDOWN, "run", scenario, "--yes", "--out", os.path.join(folder, "out"), "--metrics", address],
                                      capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(reason, done.stderr)
                self.assertFalse(os.path.exists(os.path.join(folder, "out")), "nothing was begun")


class AgentPage(unittest.TestCase):
    def test_an_agent_tells_its_health(self):
        with tempfile.TemporaryDirectory() as folder:
            drill, port = drill_in(folder, "--listen", "127.0.0.1:0", "--plain", "--expect", "1")
            try:
                connect, token = re.search(r"--connect (\S+) --token-file (\S+)",
                                           drill.stdout.readline() + drill.stdout.readline()).groups()
                policy = os.path.join(folder, "policy.yaml")
                with open(policy, "w") as file:
                    file.write(f"""shakedown-agent: v1
components: {{ledger: {{process: {{pidfile: {folder}/run/ledger.pid, exe: shakedown-target, scope: group}}}}}}
faults: [kill, pause, stop]
inline: true
""")
                agent = subprocess.Popen([AGENT, "--connect", connect, "--token-file", token, "--policy", policy, "--state-dir",
                                          os.path.join(folder, "state"), "--metrics", "127.0.0.1:0"], cwd=folder,
                                         stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                try:
                    page_port = int(re.search(r":(\d+)/metrics", agent.stderr.readline()).group(1))

                    def page_with_load():
                        self.assertIsNone(agent.poll(), "the agent goes on")
                        page = fetch(page_port, "/metrics")[1]
                        sent = re.search(r"^shakedown_self_snapshots_total (\d+)$", page, re.M)
                        busy = re.search(r"^shakedown_self_cpu_seconds_total (\S+)$", page, re.M)
                        return page if sent and int(sent.group(1)) >= 3 and float(busy.group(1)) > 0 else None
                    page = await_true(page_with_load, 120, "the agent has sent snapshots")
                    done = promtool_check(page)
                    self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))
                    drill.communicate(timeout=200)
                    agent.communicate(timeout=60)
                finally:
                    if agent.poll() is None:
                        agent.kill()
                    agent.wait()
            finally:
                if drill.poll() is None:
                    drill.kill()
                drill.wait()


if __name__ == "__main__":
    unittest.main()
