"""`shakedown rules` under promtool: the rules load, burn when they should, stay silent when they should, miss an absence."""

import json
import os
import subprocess
import tempfile
import unittest

SHAKEDOWN = os.path.join(os.environ["SHAKEDOWN_BIN_DIR"], "shakedown")

SCENARIO = """shakedown: v1
name: rules
service: shop
owner: owner@example.com
targets:
  api: {url: "http://127.0.0.1:1"}
operations:
  read: {http: {target: api, path: "/"}, timeout: 1s}
phases:
  - {name: steady, duration: 60s, load: {open: {rate: 100/s}}}
requirements:
  - {id: AV-1, area: availability, title: It answers, sli: {availability: {operations: [read]}}, objective: ">= 99.9%",
     reported: {prometheus: "http://127.0.0.1:1", count: 'sum(increase(shop_requests_total[$window]))',
                query: 'sum(rate(shop_requests_total{code!="500"}[$window])) / sum(rate(shop_requests_total[$window]))'}}
  - {id: PE-1, area: performance, title: It is quick, sli: {latency: {operation: read, quantile: 99%}}, objective: "<= 20ms"}
"""

LABELS = {"sloth_id": "shop-AV-1", "sloth_service": "shop", "sloth_slo": "AV-1"}
FAILED = 'shop_requests_total{code="500"}'
GOOD = 'shop_requests_total{code="200"}'
COUNT = 'shakedown_latency_seconds_count{operation="read",phase="steady"}'
WITHIN = 'shakedown_latency_seconds_bucket{operation="read",phase="steady",le="0.02"}'
QUICK = {COUNT: "0+1000x4000", WITHIN: "0+1000x4000"}


def fires(severity):
    return {"exp_labels": LABELS | {"sloth_severity": severity},
            "exp_annotations": {"title": f"({severity}) shop AV-1: the error budget burns too fast", "summary": "It answers"}}


ABSENT = {"exp_labels": LABELS | {"sloth_severity": "page"},
          "exp_annotations": {"title": "(page) shop AV-1: nothing is counted, which is as bad as 100 % errors",
                              "summary": "It answers"}}


class RulesTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.dir = holder.name
        self.write("scenario.yaml", SCENARIO)

    def write(self, name, text):
        with open(os.path.join(self.dir, name), "w") as file:
            file.write(text)

    def run_here(self, *argv):
        return subprocess.run(argv, cwd=self.dir, capture_output=True, text=True, timeout=120)

    def make_rules(self):
        done = self.run_here(SHAKEDOWN, "rules", "scenario.yaml", "--out", "rules")
        self.assertEqual(done.returncode, 0, done.stderr)

    def promtool(self, series, alerts=(), queries=()):
        """series: {name: values, a minute each}; alerts: (minutes, name, [expected]); queries: (minutes, expression, value)."""
        self.make_rules()
        test = {"interval": "1m", "input_series": [{"series": s, "values": v} for s, v in series.items()],
                "alert_rule_test": [{"eval_time": f"{at}m", "alertname": name, "exp_alerts": expected}
                                    for at, name, expected in alerts],
                "promql_expr_test": [{"expr": expr, "eval_time": f"{at}m", "exp_samples": [{"labels": "{}", "value": value}]}
                                     for at, expr, value in queries]}
        self.write("test.yaml", json.dumps({"rule_files": ["rules/slo-rules.yaml", "rules/drill-rules.yaml"], "evaluation_interval": "1m",
                                            "tests": [test]}))
        return self.run_here("promtool", "test", "rules", "test.yaml")

    def assert_promtool(self, *arguments, **more):
        done = self.promtool(*arguments, **more)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_rules_are_well_formed(self):
        self.make_rules()
        for name, rules in (("slo-rules.yaml", 17), ("drill-rules.yaml", 16)):
            done = self.run_here("promtool", "check", "rules", "rules/" + name)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn(f"{rules} rules found", done.stdout)

    def test_a_service_without_a_drill_pages_nobody(self):
        """Our own series are not there, theirs are well: all is silent."""
        self.assert_promtool({GOOD: "0+1000x300"}, alerts=[(200, "SLIAbsent", []), (200, "ErrorBudgetBurn", [])])

    def test_a_fast_burn_pages(self):
        self.assert_promtool({GOOD: "0+950x300", FAILED: "0+50x300", **QUICK},
                             alerts=[(90, "ErrorBudgetBurn", [fires("page"), fires("ticket")]), (90, "SLIAbsent", [])])

    def test_a_slow_burn_is_a_ticket(self):
        self.assert_promtool({GOOD: "0+9960x600", FAILED: "0+40x600", **QUICK},
                             alerts=[(500, "ErrorBudgetBurn", [fires("ticket")])])

    def test_within_the_budget_all_is_silent(self):
        self.assert_promtool({GOOD: "0+9995x900", FAILED: "0+5x900", **QUICK},
                             alerts=[(m, "ErrorBudgetBurn", []) for m in (10, 100, 900)] + [(900, "SLIAbsent", [])])

    def test_a_wrong_expectation_is_noticed(self):
        done = self.promtool({GOOD: "0+9995x300", FAILED: "0+5x300", **QUICK}, alerts=[(90, "ErrorBudgetBurn", [fires("page")])])
        self.assertNotEqual(done.returncode, 0)

    def test_a_burn_that_ended_stops_paging(self):
        self.assert_promtool({GOOD: "0+950x60 58000+1000x120", FAILED: "0+50x60 3000+0x120", **QUICK},
                             alerts=[(59, "ErrorBudgetBurn", [fires("page"), fires("ticket")]),
                                     (150, "ErrorBudgetBurn", [fires("ticket")])])

    def test_an_sli_that_vanishes_pages_in_time(self):
        """A total outage that takes the counters away, and one that only stops them."""
        for name, values in (("gone", "0+1000x60 stale"), ("stopped", "0+1000x60 60000+0x60")):
            with self.subTest(name=name):
                self.assert_promtool({GOOD: values, **QUICK},
                                     alerts=[(60, "SLIAbsent", []), (70, "SLIAbsent", [ABSENT])])

    def test_an_sli_that_never_was_pages(self):
        self.assert_promtool(QUICK, alerts=[(2, "SLIAbsent", []), (5, "SLIAbsent", [ABSENT])])

    def test_ratios_weigh_by_traffic(self):
        """An hour with 60 requests that all fail, then one with 5 940 that all succeed: 1 %, not the mean of 100 % and 0 %."""
        self.assert_promtool({FAILED: "0+1x60 60+0x60", GOOD: "0+0x60 0+99x60", **QUICK},
                             queries=[(120, 'round(max(slo:sli_error:ratio_rate2h{sloth_slo="AV-1"}), 0.001)', 0.01)])

    def test_latency_burns_by_what_is_over_the_limit(self):
        self.assert_promtool({GOOD: "0+1000x200", COUNT: "0+1000x200", WITHIN: "0+980x200"},
                             queries=[(100, 'round(max(slo:sli_error:ratio_rate1h{sloth_slo="PE-1"}), 0.001)', 0.02),
                                      (100, 'round(max(slo:current_burn_rate:ratio{sloth_slo="PE-1"}), 0.01)', 2),
                                      (100, 'round(max(slo:objective:ratio{sloth_slo="PE-1"}), 0.001)', 0.99)])

    def test_an_objective_that_can_never_page_is_left_out_and_said(self):
        self.write("scenario.yaml", SCENARIO.replace(">= 99.9%", ">= 90%"))
        done = self.run_here(SHAKEDOWN, "rules", "scenario.yaml")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("left out: AV-1: the page alert at burn rate 14.4 can never fire", done.stderr)
        self.assertIn("faster than 10", done.stderr)
        self.assertIn("sloth_slo: \"PE-1\"", done.stdout)

    def test_nothing_but_objectives_that_can_never_page_is_refused(self):
        self.write("scenario.yaml", SCENARIO.replace(">= 99.9%", ">= 90%").replace("99%}}", "90%}}"))
        done = self.run_here(SHAKEDOWN, "rules", "scenario.yaml")
        self.assertEqual(done.returncode, 65, done.stdout)
        self.assertIn("can never fire", done.stderr)


if __name__ == "__main__":
    unittest.main()
