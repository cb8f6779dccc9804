"""Each rule of the dashboards lint can fail, and what is checked in passes and is what the generator writes."""

import copy
import json
import unittest

from sample import SOURCE, LintTest

import dashboards

BOARDS = sorted((SOURCE / "dashboards").glob("*.json"))
DOCUMENTS = (SOURCE / "docs/metrics.md").read_text()


def first(board, kind):
    return next(p for p in board["panels"] if p["type"] == kind)


def spoil_counter(board):
    first(board, "timeseries")["targets"][0]["expr"] = 'sum(shakedown_offered_total{job=~"$job",instance=~"$instance"})'


def spoil_selector(board):
    first(board, "timeseries")["targets"][0]["expr"] = 'shakedown_outages{job=~"$job"}'


def spoil_interval(board):
    target = first(board, "timeseries")["targets"][0]
    target["expr"] = target["expr"].replace("$__rate_interval", "5m")


def spoil_document(board):
    target = first(board, "timeseries")["targets"][0]
    target["expr"] = 'shakedown_nobody_knows_seconds{job=~"$job",instance=~"$instance"}'


def spoil_zero(board):
    first(board, "stat")["targets"][0]["expr"] = 'sum(shakedown_outages{job=~"$job",instance=~"$instance"}) or vector(0)'


def spoil_variable(board, name, **changes):
    next(v for v in board["templating"]["list"] if v["name"] == name).update(changes)


def spoil_datasource(board):
    first(board, "timeseries")["targets"][0]["datasource"] = {"type": "prometheus", "uid": "abc"}


SPOILED = {  # rule: what breaks it
    "identity": lambda b: b.update(id=7),
    "schema": lambda b: b.update(schemaVersion=2),
    "datasource-variable": lambda b: spoil_variable(b, "datasource", label="DS"),
    "variables": lambda b: spoil_variable(b, "instance", allValue=".*"),
    "variable-refresh": lambda b: spoil_variable(b, "run", refresh=1),
    "panel-title": lambda b: first(b, "stat").update(title=""),
    "panel-description": lambda b: first(b, "table").pop("description"),
    "panel-unit": lambda b: first(b, "stat")["fieldConfig"]["defaults"].update(unit="seconds"),
    "panel-target": lambda b: first(b, "stat").update(targets=[]),
    "panel-datasource": spoil_datasource,
    "rate-interval": spoil_interval,
    "counters": spoil_counter,
    "selectors": spoil_selector,
    "stacking": lambda b: first(b, "timeseries")["fieldConfig"]["defaults"]["custom"]["stacking"].update(mode="normal"),
    "no-data": lambda b: first(b, "stat")["fieldConfig"]["defaults"].update(mappings=[]),
    "invented-zero": spoil_zero,
    "colour-and-text": lambda b: first(b, "stat")["options"].update(textMode="none"),
    "one-instant": lambda b: first(b, "stat")["options"]["reduceOptions"].update(calcs=["lastNotNull"]),
    "verdict-first": lambda b: b["panels"].insert(1, dict(copy.deepcopy(first(b, "timeseries")), id=99,
                                                          gridPos={"x": 0, "y": 900, "w": 4, "h": 4})),
    "places": lambda b: b["panels"][2].update(gridPos=b["panels"][1]["gridPos"]),
    "bands": lambda b: b["annotations"].update(list=[]),
    "documented": spoil_document,
}


class DashboardsTest(LintTest):
    lint = "dashboards"

    def tree(self, board):
        files = {str(p.relative_to(SOURCE)): p.read_text() for p in (SOURCE / "dashboards/provisioning").rglob("*.yaml")}
        return files | {"dashboards/board.json": json.dumps(board), "docs/metrics.md": DOCUMENTS}

    def board(self):
        return json.loads((SOURCE / "dashboards/drill-live.json").read_text())

    def test_what_is_checked_in_passes(self):
        self.assertEqual(len(BOARDS), 3)
        for path in BOARDS:
            self.assert_clean(self.tree(json.loads(path.read_text())))

    def test_every_rule_has_a_board_that_breaks_it(self):
        self.assertEqual(set(SPOILED), set(dashboards.RULES))

    def test_every_rule_can_fail(self):
        for rule, spoil in SPOILED.items():
            with self.subTest(rule=rule):
                board = self.board()
                spoil(board)
                findings = self.find(self.tree(board))
                self.assertTrue(any(f": {rule}: " in f for f in findings), findings)

    def test_a_spoiled_board_breaks_little_else(self):
        for rule, spoil in SPOILED.items():
            with self.subTest(rule=rule):
                board = self.board()
                spoil(board)
                broken = {f.split(": ")[1] for f in self.find(self.tree(board))}
                self.assertLessEqual(len(broken), 2, broken)

    def test_two_boards_with_one_uid_are_found(self):
        tree = self.tree(self.board()) | {"dashboards/second.json": json.dumps(self.board() | {"title": "Another"})}
        self.assert_finds(tree, "dashboards/second.json: unique: uid")

    def test_a_board_that_may_be_changed_in_grafana_is_found(self):
        tree = self.tree(self.board())
        name = "dashboards/provisioning/dashboards/shakedown.yaml"
        tree[name] = tree[name].replace("allowUiUpdates: false", "allowUiUpdates: true")
        self.assert_finds(tree, "provisioning", "allowUiUpdates: false")

    def test_a_rate_of_a_gauge_is_found(self):
        board = self.board()
        first(board, "timeseries")["targets"][0]["expr"] = \
            'rate(shakedown_outages{job=~"$job",instance=~"$instance"}[$__rate_interval])'
        self.assert_finds(self.tree(board), "counters", "which is no counter")


class GeneratedTest(unittest.TestCase):
    def test_the_files_are_what_the_generator_writes(self):
        import sys
        sys.path.insert(0, str(SOURCE / "dashboards"))
        import generate
        texts = generate.texts()
        self.assertEqual({p.name for p in BOARDS}, set(texts))
        for path in BOARDS:
            self.assertEqual(path.read_text(), texts[path.name], f"{path}: run dashboards/generate.py")


if __name__ == "__main__":
    unittest.main()
