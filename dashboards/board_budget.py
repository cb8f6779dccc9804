"""SLI and error budget: the objectives under load, and the rules that `shakedown rules` writes."""

from panels import OURS, RED, Board, query_variable

SLO = 'sloth_service=~"$system",sloth_slo=~"$slo"'
JUDGED = 'outcome=~"ok|failed|refused|reset|timeout|dropped_by_target"'
BAD = 'outcome=~"failed|refused|reset|timeout|dropped_by_target"'


def verdict_row(board):
    board.row("Is the promise kept")
    board.stat("Budget left at the end of the time shown", "Share of the 30-day error budget; below zero the promise is broken.",
               "percentunit", f"slo:period_error_budget_remaining:ratio{{{SLO}}}", "{{sloth_slo}}", size=(8, 5),
               text="value_and_name")
    board.stat("Burn rate now", "1 = the budget lasts exactly its period; 14.4 spends 2 % of it in an hour.", "short",
               f"slo:current_burn_rate:ratio{{{SLO}}}", "{{sloth_slo}}", size=(8, 5), text="value_and_name")
    board.stat("Alerts firing", "Burn rate and absence alerts; no data when the rules are not loaded.", "none",
               f'count(ALERTS{{alertname=~"ErrorBudgetBurn|SLIAbsent",alertstate="firing",{SLO}}}) or 0 * count(slo:objective:ratio{{{SLO}}})', size=(8, 5))


def objective_row(board):
    board.row("Declared beside measured")
    board.table("Objectives", "Objective, budget, and the error ratio over an hour, per SLO.", "percentunit",
                [(f"slo:objective:ratio{{{SLO}}}", ""), (f"slo:error_budget:ratio{{{SLO}}}", ""),
                 (f"slo:sli_error:ratio_rate1h{{{SLO}}}", "")],
                ["objective", "budget", "errors, 1 h"], "sloth_slo", size=(24, 6))


def ratio_row(board):
    board.row("Errors")
    board.series("Error ratio by window", "Bad over all, both summed over the window; the short one moves first.", "percentunit",
                 [(f"slo:sli_error:ratio_rate{window}{{{SLO}}}", "{{sloth_slo}} " + window) for window in ("5m", "30m", "1h", "6h")] +
                 [(f"slo:error_budget:ratio{{{SLO}}}", "budget {{sloth_slo}}")])
    board.series("Burn rate", "Against the factor at which the fast page alert fires.", "short",
                 [(f"slo:sli_error:ratio_rate5m{{{SLO}}} / on (sloth_id, sloth_slo, sloth_service) group_left "
                   f"slo:error_budget:ratio{{{SLO}}}", "{{sloth_slo}} 5m"),
                  (f"slo:sli_error:ratio_rate1h{{{SLO}}} / on (sloth_id, sloth_slo, sloth_service) group_left "
                   f"slo:error_budget:ratio{{{SLO}}}", "{{sloth_slo}} 1h")],
                 thresholds={"mode": "absolute", "steps": [{"color": "text", "value": None}, {"color": RED, "value": 14.4}]},
                 custom={"thresholdsStyle": {"mode": "line"}})
    board.series("Alerts", "1 while an alert is pending or firing.", "none",
                 [(f'ALERTS{{alertname=~"ErrorBudgetBurn|SLIAbsent",{SLO}}}', "{{sloth_severity}} {{sloth_slo}} {{alertstate}}")])
    board.series("Budget left", "Over the 30 days that end at each instant. Before the window is full it rests on what there is.",
                 "percentunit", [(f"slo:period_error_budget_remaining:ratio{{{SLO}}}", "{{sloth_slo}}")])


def drill_row(board):
    board.row("The same from the drill's own counts")
    board.series("Error ratio of the drill", "Bad over judged arrivals, per operation, straight from the counters.", "percentunit",
                 [(f"sum by (operation) (rate(shakedown_outcomes_total{{{OURS},{BAD}}}[$__rate_interval])) / "
                   f"sum by (operation) (rate(shakedown_outcomes_total{{{OURS},{JUDGED}}}[$__rate_interval]))", "{{operation}}")])
    board.stat("Error ratio over the time shown", "Computed over the whole range, never the last value of a ratio.", "percentunit",
               f"sum(increase(shakedown_outcomes_total{{{OURS},{BAD}}}[$__range])) / "
               f"sum(increase(shakedown_outcomes_total{{{OURS},{JUDGED}}}[$__range]))", size=(12, 8))


def dashboard():
    slo = query_variable("slo", "SLO", 'label_values(slo:objective:ratio{sloth_service=~"$system"}, sloth_slo)', True)
    board = Board("shakedown-sli-and-budget", "Shakedown / SLI and error budget",
                  "Are the promises kept, how fast is the budget spent, and would anybody be told?", [slo])
    for row in (verdict_row, objective_row, ratio_row, drill_row):
        row(board)
    return board.board
