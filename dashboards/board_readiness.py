"""Readiness: what holds, what does not, what nobody knows, and whose green is red inside."""

from panels import DECISIONS, GREEN, OURS, RED, VERDICTS, WATERMELONS, YES_NO, Board, value_mappings


def verdict_row(board):
    board.row("What the evidence says")
    board.state("Decision", "Of the run shown. Only a closed run decides.", f"shakedown_decision{{{OURS}}} == 1", "state",
                DECISIONS, size=(6, 4))
    board.stat("Evidence valid", "Whether anything speaks against the run's own evidence.", "none",
               f"min(shakedown_run_valid{{{OURS}}})", words={"1": ("✔ valid", GREEN), "0": ("✖ not valid", RED)}, size=(6, 4))
    board.stat("Must rows that fail", "Requirements that stop a launch and are not met.", "none",
               f'sum(shakedown_requirement_verdict{{{OURS},state="fail"}} and on (job, instance, requirement) '
               f'shakedown_requirement_info{{{OURS},must="true"}})', size=(6, 4))
    board.stat("Must rows without proof", "Not proven or unknown: they block like a failure.", "none",
               f'sum(shakedown_requirement_verdict{{{OURS},state=~"not_proven|unknown"}} and on (job, instance, requirement) '
               f'shakedown_requirement_info{{{OURS},must="true"}})', size=(6, 4))


def declared_row(board):
    board.row("Declared beside measured")
    board.table("What is declared, what was measured, what must hold", "The unit is in the metric's name: ratio, seconds, per "
                "second, events, writes.", "short",
                [(f'{{__name__=~"shakedown_requirement_{what}_.+",__name__!~".*timestamp.*|.*_status",{OURS}}}', "")
                 for what in ("declared", "limit", "measured", "lower", "upper")],
                ["declared", "limit", "measured", "lower bound", "upper bound"], "requirement")
    board.panel("table", "Watermelons and honest rows", "How the declaration compares with the measurement. Optimistic = green "
                "outside, red inside.", "none", [(f"shakedown_requirement_watermelon{{{OURS}}} == 1", "")], (12, 8),
                options={"showHeader": True, "cellHeight": "sm"}, mappings=value_mappings(WATERMELONS),
                custom={"align": "auto", "cellOptions": {"type": "color-text"}}, transformations=only("requirement", "state"))
    board.panel("table", "Verdicts", "Pass, fail, not proven or unknown, per requirement.", "none",
                [(f"shakedown_requirement_verdict{{{OURS}}} == 1", "")], (12, 8),
                options={"showHeader": True, "cellHeight": "sm"}, mappings=value_mappings(VERDICTS),
                custom={"align": "auto", "cellOptions": {"type": "color-text"}}, transformations=only("requirement", "state"))


def only(*columns):
    return [{"id": "filterFieldsByName", "options": {"include": {"names": list(columns)}}}]


def time_row(board):
    board.row("Over time")
    board.series("Requirements by verdict", "How many rows are in each state.", "short",
                 [(f"sum by (state) (shakedown_requirement_verdict{{{OURS}}})", "{{state}}")])
    board.series("Age of the evidence", "Time since each requirement was last judged on samples. Old evidence proves little.", "s",
                 [(f"time() - (shakedown_requirement_evidence_timestamp_seconds{{{OURS}}} > 0)", "{{requirement}}")])
    board.bands("Signals against the evidence", "What speaks against the run's own evidence.",
                [(f"shakedown_validity_signal{{{OURS}}}", "{{signal}}")], YES_NO, size=(24, 9))


def recovery_row(board):
    board.row("Recovery")
    board.series("Recovery time", "Worst injection so far, with both bounds, beside the limit.", "s",
                 [(f"shakedown_rto_lower_seconds{{{OURS}}}", "{{fault}} lower"),
                  (f"shakedown_rto_upper_seconds{{{OURS}}}", "{{fault}} upper"),
                  (f"shakedown_requirement_limit_seconds{{{OURS}}} and on (job, instance, requirement) "
                   f'shakedown_requirement_info{{{OURS},sli="rto"}}', "limit {{requirement}}")])
    board.series("Writes lost", "Confirmed writes that the worst injection lost, and those of which it is not known.", "short",
                 [(f"shakedown_rpo_lost_writes{{{OURS}}}", "{{ledger}} {{fault}} lost"),
                  (f"shakedown_rpo_undecided_writes{{{OURS}}}", "{{ledger}} {{fault}} undecided")])
    board.series("Outages", "By probe and cause.", "short", [(f"shakedown_outages{{{OURS}}}", "{{probe}} {{cause}}")])
    board.series("Time down", "Length of all outages together, both bounds.", "s",
                 [(f"shakedown_repair_lower_seconds{{{OURS}}}", "{{probe}} {{cause}} lower"),
                  (f"shakedown_repair_upper_seconds{{{OURS}}}", "{{probe}} {{cause}} upper")])


def dashboard():
    board = Board("shakedown-readiness", "Shakedown / Readiness",
                  "What holds, what does not, what nobody knows, and whose green is red inside?")
    for row in (verdict_row, declared_row, time_row, recovery_row):
        row(board)
    return board.board
