"""The parts of a dashboard in Grafana's classic schema: variables, panels by kind, and their places on a grid of 24."""

SCHEMA_VERSION = 39
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
OURS = 'job=~"$job",instance=~"$instance"'
NO_DATA = "No data"

GREEN, YELLOW, RED, GREY = "green", "orange", "red", "#9E9E9E"

# State words as text with a sign, so that colour is never alone.
VERDICTS = {"pass": ("✔ pass", GREEN), "fail": ("✖ fail", RED), "not_proven": ("? not proven", YELLOW),
            "unknown": ("▒ unknown", GREY)}
DECISIONS = {"go": ("✔ PASSED", GREEN), "no-go": ("✖ FAILED", RED), "not-proven": ("? NOT PROVEN", YELLOW)}
RUN_STATES = {"running": ("▶ running", "blue"), "completed": ("■ completed", GREEN), "stopped": ("■ stopped", YELLOW),
              "aborted": ("✖ aborted", RED), "interrupted": ("✖ interrupted", RED)}
WATERMELONS = {"none": ("nothing declared", GREY), "honest": ("✔ honest", GREEN), "optimistic": ("✖ watermelon", RED),
               "pessimistic": ("▽ pessimistic", YELLOW), "unverifiable": ("▒ unverifiable", GREY)}
YES_NO = {"0": ("– no", GREY), "1": ("● yes", RED)}


def value_mappings(words):
    """Grafana's mappings of values to text with colour, and of nothing to a visible word."""
    options = {key: {"index": i, "text": text, "color": color} for i, (key, (text, color)) in enumerate(words.items())}
    return [{"type": "value", "options": options},
            {"type": "special", "options": {"match": "null+nan",
                                            "result": {"index": len(options), "text": NO_DATA, "color": GREY}}}]


def query_variable(name, label, query, multi):
    variable = {"name": name, "label": label, "type": "query", "datasource": DATASOURCE, "query": {"query": query, "refId": name},
                "definition": query, "refresh": 2, "sort": 1, "multi": multi, "includeAll": multi, "hide": 0,
                "regex": "", "options": [], "current": {}, "skipUrlSync": False}
    if multi:
        variable |= {"allValue": ".+", "current": {"text": ["All"], "value": ["$__all"]}}
    return variable


def variables(*more):
    """The chain that every board begins with: data source, job, system, run, instance."""
    return [
        {"name": "datasource", "label": "Data Source", "type": "datasource", "query": "prometheus", "current": {},
         "hide": 0, "includeAll": False, "multi": False, "options": [], "refresh": 1, "regex": "", "skipUrlSync": False},
        query_variable("job", "Job", "label_values(shakedown_run_info, job)", True),
        query_variable("system", "System", 'label_values(shakedown_run_info{job=~"$job"}, service)', True),
        query_variable("run", "Run", 'label_values(shakedown_run_info{job=~"$job",service=~"$system"}, run_id)', True),
        query_variable("instance", "Instance", 'label_values(shakedown_run_info{job=~"$job",service=~"$system",'
                       'run_id=~"$run"}, instance)', True),
        *more]


def annotations():
    """The bands: from `shakedown annotate`, and from the series themselves where nobody may write annotations."""
    def tagged(name, color, *tags):
        return {"name": name, "enable": True, "iconColor": color, "datasource": {"type": "grafana", "uid": "-- Grafana --"},
                "target": {"type": "tags", "tags": list(tags), "matchAny": False, "limit": 200}}
    return {"list": [tagged("Phases", "blue", "shakedown", "phase"), tagged("Faults", "red", "shakedown", "fault"),
                     {"name": "Faults, from the series", "enable": True, "iconColor": "red", "datasource": DATASOURCE,
                      "expr": f"shakedown_fault_active{{{OURS}}} == 1", "step": "1s", "titleFormat": "{{fault}}",
                      "useValueForTime": False}]}


class Board:
    """Places panels left to right, a new line where the width is used up or a row begins."""

    def __init__(self, uid, title, description, more_variables=()):
        self.board = {"id": None, "uid": uid, "title": title, "description": description, "tags": ["shakedown"],
                      "editable": False, "graphTooltip": 1, "schemaVersion": SCHEMA_VERSION, "version": 1, "style": "dark",
                      "timezone": "browser", "refresh": "5s", "time": {"from": "now-15m", "to": "now"}, "timepicker": {},
                      "fiscalYearStartMonth": 0, "liveNow": False, "weekStart": "", "links": [],
                      "annotations": annotations(), "templating": {"list": variables(*more_variables)}, "panels": []}
        self.x = self.y = self.line = 0

    def row(self, title):
        self.y, self.x, self.line = self.y + self.line, 0, 0
        self._put({"type": "row", "title": title, "collapsed": False, "panels": []}, 24, 1)

    def _put(self, panel, width, height):
        if self.x + width > 24:
            self.y, self.x, self.line = self.y + self.line, 0, 0
        panel["id"] = len(self.board["panels"]) + 1
        panel["gridPos"] = {"x": self.x, "y": self.y, "w": width, "h": height}
        self.x, self.line = self.x + width, max(self.line, height)
        self.board["panels"].append(panel)

    def panel(self, kind, title, description, unit, targets, size, **more):
        """targets: (expression, legend) pairs; an instant query where the kind shows one moment."""
        now = kind in ("stat", "table", "bargauge")
        listed = [{"refId": chr(ord("A") + i), "datasource": DATASOURCE, "expr": expression, "legendFormat": legend,
                   "editorMode": "code", "instant": now, "range": not now,
                   "format": "table" if kind == "table" else "time_series"}
                  for i, (expression, legend) in enumerate(targets)]
        defaults = {"unit": unit, "noValue": NO_DATA, "custom": more.pop("custom", {}),
                    "mappings": more.pop("mappings", value_mappings({})),
                    "thresholds": more.pop("thresholds", {"mode": "absolute", "steps": [{"color": "text", "value": None}]}),
                    "color": more.pop("color", {"mode": "palette-classic" if kind == "timeseries" else "thresholds"})}
        self._put({"type": kind, "title": title, "description": description, "datasource": DATASOURCE, "targets": listed,
                   "fieldConfig": {"defaults": defaults | more.pop("defaults", {}), "overrides": more.pop("overrides", [])},
                   "options": more.pop("options", {}), **more}, *size)

    def stat(self, title, description, unit, expression, legend="", words=None, size=(4, 4), text="value", **more):
        """One word or number. text: "name" shows the series' name, for states."""
        options = {"colorMode": "background" if words else "value", "graphMode": "none", "justifyMode": "center",
                   "orientation": "auto", "textMode": text, "wideLayout": True,
                   "reduceOptions": {"calcs": ["last"], "fields": "", "values": False}}
        self.panel("stat", title, description, unit, [(expression, legend)], size, options=options,
                   mappings=value_mappings(words or {}), **more)

    def state(self, title, description, expression, label, words, size=(4, 4)):
        """Which state of a set of 0/1 series holds, as a word: the state's label becomes the field that is shown."""
        options = {"colorMode": "background", "graphMode": "none", "justifyMode": "center", "orientation": "auto",
                   "textMode": "value", "wideLayout": True,
                   "reduceOptions": {"calcs": ["last"], "fields": f"/^{label}$/", "values": False}}
        self.panel("stat", title, description, "none", [(expression, "")], size, options=options,
                   mappings=value_mappings(words), transformations=[{"id": "labelsToFields", "options": {"mode": "columns"}}])

    def series(self, title, description, unit, targets, size=(12, 8), **more):
        custom = {"drawStyle": "line", "lineWidth": 1, "fillOpacity": 0, "showPoints": "never", "spanNulls": False,
                  "stacking": {"mode": "none", "group": "A"}} | more.pop("custom", {})
        options = {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
                   "tooltip": {"mode": "multi", "sort": "desc"}}
        self.panel("timeseries", title, description, unit, targets, size, custom=custom, options=options, **more)

    def bands(self, title, description, targets, words, size=(24, 5)):
        options = {"mergeValues": True, "showValue": "auto", "alignValue": "left", "rowHeight": 0.8,
                   "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
                   "tooltip": {"mode": "single", "sort": "none"}}
        self.panel("state-timeline", title, description, "none", targets, size, options=options,
                   mappings=value_mappings(words), custom={"fillOpacity": 70, "lineWidth": 0, "spanNulls": False})

    def table(self, title, description, unit, targets, names, by, size=(24, 8), words=None):
        """One line per label `by`; the queries become columns with these names."""
        hidden = {"Time": True, "job": True, "instance": True, "__name__": True}
        rename = {f"Value #{chr(ord('A') + i)}": name for i, name in enumerate(names)}
        self.panel("table", title, description, unit, targets, size, options={"showHeader": True, "cellHeight": "sm"},
                   mappings=value_mappings(words or {}), custom={"align": "auto", "filterable": False},
                   transformations=[{"id": "merge", "options": {}},
                                    {"id": "organize", "options": {"excludeByName": hidden, "renameByName": rename,
                                                                   "indexByName": {by: 0}}}])
