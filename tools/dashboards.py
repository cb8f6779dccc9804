#!/usr/bin/python3
"""The dashboards keep to the conventions. Each rule is one function; `tools/dashboards.py --rules` lists them all."""

import json
import re
import sys

import house

RULES = {}  # name: (what it demands, function(boards or panel or expression ...) -> complaints)
UNITS = {"none", "short", "percentunit", "s", "reqps", "bytes", "dateTimeAsIso"}
COUNTER = re.compile(r"\b(shakedown_\w+(?:_total|_bucket|_sum|_count))\b(\{[^}]*\})?(\[[^\]]+\])?")
RATED = re.compile(r"\b(?:rate|irate|increase)\(\s*([a-zA-Z_:]+)(?:\{[^}]*\})?\[([^\]]+)\]")
METRIC = re.compile(r"\bshakedown_[a-z_]+")
SELECTOR = re.compile(r"\bshakedown_[a-z_]+\{[^}]*\}|\{__name__[^}]*\}|\bshakedown_[a-z_]+\b(?!\{)")


def rule(demand):
    def register(function):
        RULES[function.__name__.replace("_", "-")] = (demand, function)
        return function
    return register


def panels_of(board):
    return [panel for panel in board.get("panels", []) if panel.get("type") != "row"]


def named(panel):
    return f"panel {panel.get('id')} \"{panel.get('title', '')}\""


def each_panel(board, complaint):
    """The complaint of every panel that has one."""
    return [f"{named(panel)} {text}" for panel in panels_of(board) for text in [complaint(panel)] if text]


def expressions(board):
    return [(panel, target.get("expr", "")) for panel in panels_of(board) for target in panel.get("targets", [])]


@rule("a stable uid, id null, editable false, and a title")
def identity(board, _):
    wrong = [] if re.fullmatch(r"[a-z0-9-]{5,40}", board.get("uid") or "") else ["uid must be words with dashes"]
    wrong += [] if "id" in board and board["id"] is None else ["id must be null: it differs from Grafana to Grafana"]
    wrong += [] if board.get("editable") is False else ["editable must be false: the file is the truth"]
    return wrong + ([] if board.get("title") and board.get("description") else ["title and description must be there"])


@rule("classic schema, version 36 to 42")
def schema(board, _):
    fine = isinstance(board.get("schemaVersion"), int) and 36 <= board["schemaVersion"] <= 42 and "elements" not in board
    return [] if fine else ["schemaVersion must be 36 to 42, without elements of the second schema"]


@rule("exactly one data-source variable, first, named datasource, labelled Data Source")
def datasource_variable(board, _):
    listed = board.get("templating", {}).get("list", [])
    sources = [v for v in listed if v.get("type") == "datasource"]
    fine = len(sources) == 1 and listed[0] is sources[0] and sources[0].get("name") == "datasource" \
        and sources[0].get("label") == "Data Source" and sources[0].get("query") == "prometheus"
    return [] if fine else ["the first variable must be the only data source: name datasource, label Data Source"]


@rule("variables job, system, run and instance; several values, all = .+")
def variables(board, _):
    known = {v.get("name"): v for v in board.get("templating", {}).get("list", [])}
    missing = [name for name in ("job", "system", "run", "instance") if name not in known]
    wrong = [f"variable {name} is missing" for name in missing]
    return wrong + [f"variable {name} must be multi, with allValue .+" for name in ("job", "instance")
                    if name in known and not (known[name].get("multi") and known[name].get("allValue") == ".+")]


@rule("every query variable reloads when the time range changes")
def variable_refresh(board, _):
    return [f"variable {v.get('name')} must have refresh 2" for v in board.get("templating", {}).get("list", [])
            if v.get("type") == "query" and v.get("refresh") != 2]


@rule("every panel has a title")
def panel_title(board, _):
    return each_panel(board, lambda p: "" if p.get("title") else "has no title")


@rule("every panel has a description")
def panel_description(board, _):
    return each_panel(board, lambda p: "" if p.get("description") else "has no description")


@rule("every panel has a unit that Grafana knows")
def panel_unit(board, _):
    return each_panel(board, lambda p: "" if defaults(p).get("unit") in UNITS else
                      f"has the unit {defaults(p).get('unit')}, expected one of {', '.join(sorted(UNITS))}")


@rule("every panel has a target with an expression")
def panel_target(board, _):
    return each_panel(board, lambda p: "" if p.get("targets") and all(t.get("expr") for t in p["targets"])
                      else "has no expression")


@rule("panels and targets take the data source from the variable")
def panel_datasource(board, _):
    def templated(part):
        return (part.get("datasource") or {}).get("uid") == "${datasource}"
    return each_panel(board, lambda p: "" if templated(p) and all(templated(t) for t in p.get("targets", []))
                      else "must use ${datasource}")


@rule("ranges of rate and increase are $__rate_interval, or $__range for the time shown")
def rate_interval(board, _):
    return [f"{named(panel)} has the range {window} in {expr}" for panel, expr in expressions(board)
            for _, window in RATED.findall(expr) if window not in ("$__rate_interval", "$__range")]


@rule("counters stand only in rate, irate or increase, and nothing else does")
def counters(board, _):
    wrong = []
    for panel, expr in expressions(board):
        rated = [name for name, _ in RATED.findall(expr)]
        found = [match.group(1) for match in COUNTER.finditer(expr)]
        wrong += [f"{named(panel)} shows the counter {name} as it is" for name in found if name not in rated]
        wrong += [f"{named(panel)} takes the rate of {name}, which is no counter" for name in rated if name not in found]
    return wrong


@rule("every series of ours is narrowed by $job and $instance")
def selectors(board, _):
    return [f"{named(panel)} must narrow {selector} by $job and $instance" for panel, expr in expressions(board)
            for selector in SELECTOR.findall(expr) if "$job" not in selector or "$instance" not in selector]


@rule("nothing is stacked")
def stacking(board, _):
    return each_panel(board, lambda p: "is stacked" if
                      defaults(p).get("custom", {}).get("stacking", {}).get("mode", "none") != "none" else "")


@rule("no data is a visible text with a colour, never blank")
def no_data(board, _):
    def nothing(panel):
        return any(m.get("type") == "special" and m["options"].get("match") == "null+nan" and
                   m["options"]["result"].get("text") and m["options"]["result"].get("color")
                   for m in defaults(panel).get("mappings", []))
    return each_panel(board, lambda p: "" if defaults(p).get("noValue") and nothing(p)
                      else "must map null and NaN to a text with a colour, and set noValue")


@rule("no zero is invented for missing data (`or vector(0)`): nothing is green without evidence")
def invented_zero(board, _):
    return [f"{named(panel)} shows a number where there are no data: {expr}" for panel, expr in expressions(board)
            if re.search(r"\bor\s+vector\(", expr)]


@rule("a colour never stands without a text")
def colour_and_text(board, _):
    def bare(panel):
        options = [o for m in defaults(panel).get("mappings", []) if m.get("type") == "value" for o in m["options"].values()]
        return any(o.get("color") and not o.get("text") for o in options) or panel.get("options", {}).get("textMode") == "none"
    return each_panel(board, lambda p: "shows a colour without a text" if bare(p) else "")


@rule("stats and tables ask for one instant; a stat never takes an older value for a newer one (last, not lastNotNull)")
def one_instant(board, _):
    def stale(panel):
        if panel.get("type") not in ("stat", "table", "gauge", "bargauge"):
            return False
        calcs = panel.get("options", {}).get("reduceOptions", {}).get("calcs", ["last"])
        return calcs != ["last"] or any(not t.get("instant") or t.get("range") for t in panel.get("targets", []))
    return each_panel(board, lambda p: "must ask for one instant and show `last`" if stale(p) else "")


@rule("verdicts come first: the first panels under the first row are stats")
def verdict_first(board, _):
    listed = board.get("panels", [])
    fine = len(listed) > 1 and listed[0].get("type") == "row" and listed[1].get("type") == "stat"
    return [] if fine else ["the first row must begin with a stat that tells the verdict"]


@rule("panel ids are unique and places on the grid do not overlap")
def places(board, _):
    wrong, taken, ids = [], {}, set()
    for panel in board.get("panels", []):
        if panel.get("id") in ids:
            wrong.append(f"{named(panel)} repeats an id")
        ids.add(panel.get("id"))
        at = panel.get("gridPos", {})
        cells = {(x, y) for x in range(at.get("x", 0), at.get("x", 0) + at.get("w", 0))
                 for y in range(at.get("y", 0), at.get("y", 0) + at.get("h", 0))}
        if not cells or at["x"] + at["w"] > 24 or any(cell in taken for cell in cells):
            wrong.append(f"{named(panel)} lies on another or outside the 24 columns")
        taken |= dict.fromkeys(cells)
    return wrong


@rule("phases and faults show as bands: annotations by tag")
def bands(board, _):
    tags = [set(a.get("target", {}).get("tags", [])) for a in board.get("annotations", {}).get("list", [])]
    return [f"annotations with the tags shakedown, {kind} are missing" for kind in ("phase", "fault")
            if not any({"shakedown", kind} <= t for t in tags)]


@rule("every series of ours is described in docs/metrics.md")
def documented(board, documents):
    described = set(METRIC.findall(documents))
    wrong = set()
    for panel, expr in expressions(board):
        for name in METRIC.findall(re.sub(r'__name__[=!]~"[^"]*"', "", expr)):
            base = re.sub(r"_(?:bucket|count|sum)$", "", name)
            if name not in described and base not in described:
                wrong.add(f"{named(panel)} asks for {name}, which docs/metrics.md does not describe")
    return sorted(wrong)


def defaults(panel):
    return panel.get("fieldConfig", {}).get("defaults", {})


PROVISIONING = {  # file: lines that must be there
    "dashboards/provisioning/datasources/shakedown.yaml": ["apiVersion: 1", "uid: shakedown-prometheus", "type: prometheus",
                                                            "editable: false"],
    "dashboards/provisioning/dashboards/shakedown.yaml": ["apiVersion: 1", "type: file", "disableDeletion: true",
                                                          "updateIntervalSeconds: 60", "allowUiUpdates: false", "path: /"],
}


def check_provisioning(root):
    """provisioning: files of version 1 with a fixed data-source uid and read-only boards."""
    found = []
    for name, demanded in PROVISIONING.items():
        text = (root / name).read_text() if (root / name).exists() else ""
        found += [f"{name}: provisioning: `{line}` is missing" for line in demanded if line not in text]
    return found


def check(root):
    found, seen = [], {}
    boards = [path for path in house.files(root) if path.parts[0] == "dashboards" and path.suffix == ".json"]
    documents = (root / "docs/metrics.md").read_text() if (root / "docs/metrics.md").exists() else ""
    for path in boards:
        board = json.loads(house.read(root, path))
        for name, (_, function) in RULES.items():
            found += [f"{path}: {name}: {complaint}" for complaint in function(board, documents)]
        for key in ("uid", "title"):
            if board.get(key) in seen:
                found.append(f"{path}: unique: {key} {board.get(key)} is also that of {seen[board.get(key)]}")
            seen[board.get(key)] = path
    return found + (check_provisioning(root) if boards else [])


if __name__ == "__main__":
    if "--rules" in sys.argv:
        for rule_name, (text, _) in RULES.items():
            print(f"{rule_name}: {text}")
        print("unique: no two boards share a uid or a title")
        print("provisioning: files of version 1 with a fixed data-source uid and read-only boards")
        sys.exit(0)
    house.main(check)
