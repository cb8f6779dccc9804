"""Every planted watermelon is named rightly, end to end: practice targets whose metrics lie in a known way, a real
Prometheus that believes them, and drills that measure them from outside."""
import unittest

import support
import watched

WINDOW = "$window"


def ratio(name):
    return (f'sum(increase(slo_requests_good_total{{svc="{name}"}}[$window])) / '
            f'sum(increase(slo_requests_total{{svc="{name}"}}[$window]))')


def count(name):
    return f'sum(increase(slo_requests_total{{svc="{name}"}}[$window]))'


def burns(name):
    return (f'1 - sum(rate(slo_requests_good_total{{svc="{name}"}}[3s])) / '
            f'sum(rate(slo_requests_total{{svc="{name}"}}[3s])) > 0.5')


RULES = f"""groups:
  - name: slo
    rules:
      - {{alert: MovedBurns, expr: {watched.quoted(burns("moved"))}}}
      - {{alert: KilledBurns, expr: {watched.quoted(burns("killed"))}}}
"""

# One target for each lie. The script begins when the test does, the steady phase 2 to 8 s later and lasts 15 s; what
# is to happen in it happens from 9 s on, and what is to happen in the phase after it from 26 s on.
TARGETS = {
    "honest": ["--error-ratio", "20%"],
    "answered": ["--outage", "9s:3s:hang", "--metrics-count-only", "answered"],
    "goodonly": ["--error-ratio", "20%", "--metrics-count-only", "ok"],
    "filter": ["--error-ratio", "20%", "--metrics-good", "2xx,3xx,4xx,5xx", "--outage", "26s:8s:error"],
    "lastvalue": ["--outage", "9s:4s:error"],
    "average": ["--delay", "lognormal:20ms:0.5"],
    "stale": ["--error-ratio", "20%", "--metrics-stale-after", "9s"],
    "moved": ["--outage", "26s:8s:error"],
    "silent": ["--outage", "26s:8s:error", "--metrics-silent-when-down", "sli"],
}


class Causes(watched.Watched):
    """One drill against all of them; each test looks at one row of its scorecard."""

    def rows(self):
        """id, target, SLI, objective, `reported` beside its Prometheus, more keys of the requirement."""
        av, p90 = "availability", "latency"
        gauge = 'last_over_time(slo_success_ratio_last{svc="lastvalue"}[$window])'
        mean = ('sum(increase(http_request_duration_seconds_sum{svc="average"}[$window])) / '
                'sum(increase(http_request_duration_seconds_count{svc="average"}[$window]))')
        quantile = 'histogram_quantile(0.9, sum by (le) (rate(http_request_duration_seconds_bucket{svc="average"}[$window])))'

        def simple(name, more=""):
            return f"query: {watched.quoted(ratio(name))}, count: {watched.quoted(count(name))}{more}"

        return [
            ("HONEST", "honest", av, simple("honest"), ""),
            ("ANSWERED", "answered", av, simple("answered"), ""),
            ("GOODONLY", "goodonly", av, simple("goodonly"), ""),
            ("FILTER", "filter", av, simple("filter"), ""),
            ("LAST", "lastvalue", av, f"query: {watched.quoted(gauge)}", ""),
            ("AVERAGE", "average", p90, f"query: {watched.quoted(mean)}", ""),
            ("QUANTILE", "average", p90, f"query: {watched.quoted(quantile)}, tolerance: 15ms", ""),
            ("STALE", "stale", av, simple("stale", ', tolerance: "15%"'), ""),
            ("ABSENT", "honest", av, f"query: {watched.quoted(ratio('nobody'))}", ""),
            ("NAN", "honest", av, 'query: "vector(0) / vector(0)"', ""),
            ("MANY", "honest", av, "query: 'http_requests_total{svc=\"honest\"}'", ""),
            ("REFUSED", "honest", av, "query: up", ""),
            ("RETENTION", "honest", av, simple("honest"), ', declared: {value: "80%", over: 30d}'),
            ("MOVED", "moved", av, simple("moved", f", alert: MovedBurns, alert_within: 7s, alertmanager: \"{watched.url(self.alertmanager)}\""), ""),
            ("SILENT", "silent", av, simple("silent"), ""),
            ("KILLED", "killed", av, simple("killed", ", alert: KilledBurns, alert_within: 5s"), ""),
            ("BOUND", "killed", av, simple("killed", ", token: prom"), ""),
        ]

    def requirement(self, row):
        identifier, name, sli, reported, more = row
        prometheus = watched.url(support.free_port() if identifier == "REFUSED" else self.prometheus)
        what = (f"{{availability: {{operations: {name}, phases: steady}}}}, objective: \">= 99%\"" if sli == "availability"
                else f"{{latency: {{operation: {name}, quantile: 90%, phases: steady}}}}, objective: \"<= 100ms\"")
        return (f"  - {{id: {identifier}, area: availability, title: It answers, sli: {what}{more}, "
                f"reported: {{prometheus: \"{prometheus}\", {reported}}}}}\n")

    def scenario_text(self):
        names = [*TARGETS, "killed"]
        argv = ", ".join(watched.quoted(word) for word in self.killed)
        return f"""shakedown: v1
name: watermelons
secrets: {{prom: {{env: PLANTED_TOKEN}}}}
targets:
{"".join(f'  {n}: {{url: "{watched.url(self.targets[n][0])}"}}' + chr(10) for n in names)}components:
  killed: {{process: {{pidfile: killed.pid, exe: shakedown-target, scope: group}}, start: [{argv}, --pidfile, killed.pid]}}
setup: [{{start: killed}}]
ready: {{probe: killed, limit: 20s}}
teardown: [{{stop: killed}}]
operations:
{"".join(f'  {n}: {{http: {{target: {n}, path: /entries/a}}, expect: {{status: [200, 404]}}, timeout: 500ms}}' + chr(10) for n in names)}probes:
{"".join(f'  {n}: {{operation: {n}, every: 200ms, timeout: 400ms, up_after: 2}}' + chr(10) for n in ("killed", "moved", "silent", "filter"))}phases:
  - {{name: warm-up, duration: 2s, measured: false, load: {{open: {{rate: 300/s}}, mix: {self.mix(names)}}}}}
  - {{name: steady, duration: 15s, load: {{open: {{rate: 500/s}}, mix: {self.mix(names)}}}}}
  - name: away
    duration: 22s
    load: {{open: {{rate: 200/s}}, mix: {self.mix(names)}}}
    faults:
      - {{name: kill, at: 4s, kill: {{component: killed}}, recover: [{{start: killed, after: 8s}}], recover_within: 20s}}
requirements:
{"".join(self.requirement(row) for row in self.rows())}"""

    @staticmethod
    def mix(names):
        return "{" + ", ".join(f"{n}: 1" for n in names) + "}"

    def test_each_cause(self):
        for name, flags in TARGETS.items():
            self.add_target(name, *flags)
        self.killed = self.add_target("killed", start=False)
        self.alertmanager = self.start_alertmanager()
        self.start_prometheus(RULES, alertmanager=self.alertmanager)
        environment = dict(support.os.environ, PLANTED_TOKEN="planted-secret-token")
        done = self.run_scenario(self.scenario_text(), env=environment)
        self.assertIn(done.returncode, (1, 2), done.stdout + done.stderr)
        self.assertTrue(self.scorecard()["run"]["valid"], self.scorecard()["run"]["reasons"])
        for identifier, kind, *words in EXPECTED:
            with self.subTest(identifier):
                row = self.row(identifier)
                reason = row["watermelon_reason"] or ""
                print(f"{identifier:10} {row['watermelon']:13} {reason}")
                self.assertEqual(row["watermelon"], kind, reason)
                for word in words:
                    self.assertIn(word, reason)
        self.assertEqual(self.shakedown("verify", self.out).returncode, 0)
        self.assert_no_secret()

    def assert_no_secret(self):
        for folder, _, files in support.os.walk(self.out):
            for name in files:
                with open(support.os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(b"planted-secret-token", file.read(), name)


EXPECTED = [
    ("HONEST", "honest", "Reported"),
    ("ANSWERED", "optimistic", "it counts only answered requests"),
    ("GOODONLY", "optimistic", "it counts only good requests"),
    ("FILTER", "optimistic", "it counts answers with a failed status as good", "it did not move while the service was away"),
    ("LAST", "optimistic", "it shows the last value instead of the whole window"),
    ("AVERAGE", "optimistic", "it shows the average, not the 90 % quantile"),
    ("QUANTILE", "honest", "Reported"),
    ("STALE", "unverifiable", "it is stale"),
    ("ABSENT", "unverifiable", "its query gives no series"),
    ("NAN", "unverifiable", "its query gives nan"),
    ("MANY", "unverifiable", "series, expected one value"),
    ("REFUSED", "unverifiable", "not known"),
    ("RETENTION", "unverifiable", "its source keeps samples for 15 d, 30 d are claimed"),
    ("MOVED", "honest", "Reported"),
    ("SILENT", "unverifiable", "it went silent while the service was away"),
    ("KILLED", "optimistic", "it went silent while the service was away", "alert KilledBurns did not fire"),
    ("BOUND", "unverifiable", "it went silent while the service was away"),
]


class Downstream(watched.Watched):
    def test_calls_are_measured_at_load_and_in_a_fault(self):
        self.add_target("ledger")
        bank = self.add_target("bank", start=False)
        service = self.add_target(
            "service", "--calls", f"ledger=http://127.0.0.1:{self.targets['ledger'][0]}/health@2.5",
            "--calls", f"bank=http://127.0.0.1:{self.targets['bank'][0]}/health@1", "--retries", "3")
        self.assertTrue(service)
        self.start_prometheus()
        self.await_scrapes("service")
        sent = 'sum(increase(dependency_requests_total{svc="service",dependency="NAME"}[$window]))'
        counter = {name: f'{{prometheus: "{watched.url(self.prometheus)}", query: {watched.quoted(sent.replace("NAME", name))}}}'
                   for name in ("ledger", "bank")}
        argv = ", ".join(watched.quoted(word) for word in bank)
        done = self.run_scenario(f"""shakedown: v1
name: downstream
owner: shop
targets: {{api: {{url: "{watched.url(self.targets['service'][0])}"}}, bank: {{url: "{watched.url(self.targets['bank'][0])}"}}}}
components:
  bank: {{process: {{pidfile: bank.pid, exe: shakedown-target, scope: group}}, start: [{argv}, --pidfile, bank.pid]}}
setup: [{{start: bank}}]
ready: {{probe: door, limit: 20s}}
teardown: [{{stop: bank}}]
operations:
  buy: {{http: {{target: api, path: /entries/a}}, expect: {{status: [200, 404]}}}}
  look: {{http: {{target: bank, path: /health}}}}
probes:
  door: {{operation: look, every: 200ms, timeout: 200ms, up_after: 2}}
forecast: {{rate: 1000/s, by: "2027-03-01"}}
dependencies:
  ledger: {{owner: dba, calls: {{service: 1}}, capacity: 2000/s, counter: {counter["ledger"]}, commitment: {{who: dba, rate: 9000/s, date: "2026-11-01"}}}}
  bank: {{owner: payments, calls: {{service: 1}}, capacity: 9000/s, counter: {counter["bank"]}, commitment: {{who: payments, rate: 9000/s, date: "2026-11-01"}}}}
  mail: {{owner: post, calls: {{service: 0.1}}}}
phases:
  - {{name: steady, duration: 12s, load: {{open: {{rate: 200/s}}, mix: {{buy: 1}}}}}}
  - name: crash
    duration: 16s
    load: {{open: {{rate: 200/s}}, mix: {{buy: 1}}}}
    faults:
      - {{name: kill, at: 2s, kill: {{component: bank}}, recover: [{{start: bank, after: 10s}}], recover_within: 20s}}
requirements:
  - {{id: LEDGER, area: downstream, title: It keeps up, sli: {{downstream: {{dependencies: ledger}}}}, objective: ">= 20%"}}
  - {{id: BANK, area: downstream, title: It keeps up, sli: {{downstream: {{dependencies: bank}}}}, objective: ">= 20%"}}
  - {{id: MAIL, area: downstream, title: It keeps up, sli: {{downstream: {{dependencies: mail}}}}, objective: ">= 20%"}}
  - {{id: ALL, area: downstream, title: They keep up, sli: {{downstream: {{}}}}, objective: ">= 20%"}}
""")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        ledger, bank, mail, everything = (self.row(i) for i in ("LEDGER", "BANK", "MAIL", "ALL"))
        for row in (ledger, bank, mail, everything):
            print(f"{row['id']:7} {row['verdict']:8} {row['watermelon']} {row['reason']} | {row['watermelon_reason']}")
        self.assertEqual((ledger["verdict"], ledger["watermelon"]), ("fail", "optimistic"))
        self.assertIn("ledger breaks first", ledger["reason"])
        self.assertIn("owner dba", ledger["reason"])
        self.assertIn("declared 1 calls for each request, measured 2.", ledger["watermelon_reason"])
        self.assertEqual((bank["verdict"], bank["watermelon"]), ("pass", "optimistic"))  # 9000/s for nearly 4 x 1000/s
        self.assertIn("in faults", bank["watermelon_reason"])
        self.assertLess(bank["measured"]["value"], 3)  # it would be 8 by the declared calls
        self.assertEqual(mail["verdict"], "unknown")
        self.assertEqual(everything["verdict"], "fail")


class Scenario(watched.Watched):
    """scenarios/watermelon.yaml as its first lines say to run it."""

    def test_the_watermelon_is_named(self):
        config = support.os.path.join(support.SOURCE, "scenarios/watermelon/prometheus.yml")
        with open(self.path("prometheus.log"), "w") as log:
            self.start(watched.PROMETHEUS, f"--config.file={config}", f"--storage.tsdb.path={self.path('tsdb')}",
                       "--web.listen-address=127.0.0.1:19090", stdout=log, stderr=log)
        self.prometheus = 19090
        support.wait_until(self.is_ready, 60, "Prometheus is ready")
        done = self.shakedown("run", support.os.path.join(support.SOURCE, "scenarios/watermelon.yaml"), "--yes", "--out", self.out)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        for identifier, kind, word in (("AV-1", "optimistic", "it counts answers with a failed status as good"),
                                       ("PE-1", "honest", "Reported")):
            row = self.row(identifier)
            self.assertEqual(row["watermelon"], kind, row["watermelon_reason"])
            self.assertIn(word, row["watermelon_reason"])
        self.assertEqual(self.row("DS-1")["watermelon"], "optimistic")


if __name__ == "__main__":
    unittest.main()
