"""Drill live: is it going well, what is being broken, and is the instrument itself fit."""

from panels import DECISIONS, GREEN, OURS, RED, RUN_STATES, YES_NO, Board, query_variable

PHASE = OURS + ',phase=~"$phase"'
BAD = 'outcome=~"failed|refused|reset|timeout|dropped_by_target"'


def rate(name, selector, by=""):
    return f"sum{by} (rate({name}{{{selector}}}[$__rate_interval]))"


def quantile(q, name, selector):
    return f"histogram_quantile({q}, {rate(name + '_bucket', selector, ' by (le)')})"


def verdict_row(board):
    board.row("Verdict")
    board.state("Run", "State of the run.", f"shakedown_run_state{{{OURS}}} == 1", "state", RUN_STATES)
    board.state("Decision", "What the evidence says. Not proven while the run goes on.",
                f"shakedown_decision{{{OURS}}} == 1", "state", DECISIONS)
    board.stat("Evidence valid", "Whether anything speaks against the run's own evidence.", "none",
               f"min(shakedown_run_valid{{{OURS}}})", words={"1": ("✔ valid", GREEN), "0": ("✖ not valid", RED)})
    board.state("Phase", "The phase that runs now.", f"shakedown_phase_active{{{OURS}}} == 1", "phase", {})
    board.stat("Faults standing", "Injections that have not been undone yet.", "none", f"sum(shakedown_fault_active{{{OURS}}})")
    board.stat("Probes down", "Probes whose last checks failed.", "none", f"sum(shakedown_probe_down{{{OURS}}})")


def measured_row(board):
    board.row("Measured against its limit")
    board.table("Requirements so far", "What each requirement has measured so far, with its bounds, beside its limit. "
                "The unit is in the metric's name: ratio, seconds, per second, events, writes.", "short",
                [(f'{{__name__=~"shakedown_requirement_{what}_.+",__name__!~".*timestamp.*|.*_status",{OURS}}}', "")
                 for what in ("limit", "measured", "lower", "upper")] +
                [(f"shakedown_requirement_samples{{{OURS}}}", "")],
                ["limit", "measured", "lower bound", "upper bound", "samples"], "requirement")


def red_row(board):
    board.row("Rate, errors, duration")
    board.series("Offered, good and bad", "Arrivals that the schedule asked for, and what became of them.", "reqps",
                 [(rate("shakedown_offered_total", PHASE), "offered"),
                  (rate("shakedown_outcomes_total", PHASE + ',outcome="ok"'), "ok"),
                  (rate("shakedown_outcomes_total", PHASE + "," + BAD), "bad")])
    board.series("Outcomes that are not ok", "By kind. Our own (dropped by us, client error) gate validity.", "reqps",
                 [(rate("shakedown_outcomes_total", PHASE + ',outcome!="ok"', " by (outcome)"), "{{outcome}}")])
    board.series("Latency as the user of the schedule feels it", "Quantiles over all arrivals: what was not answered well is "
                 "above every bound. The limits are those of the requirements.", "s",
                 [(quantile(q, "shakedown_latency_seconds", PHASE), f"p{q * 100:g}") for q in (0.5, 0.99, 0.999)] +
                 [(f"shakedown_requirement_limit_seconds{{{OURS}}} and on (job, instance, requirement) "
                   f'shakedown_requirement_info{{{OURS},sli="latency"}}', "limit {{requirement}}")])
    board.series("Where the time goes", "p99 of latency and its parts: our lag, the wait for a connection, the target's service.",
                 "s", [(quantile(0.99, f"shakedown_{part}_seconds", PHASE), part) for part in ("latency", "service", "wait", "lag")])


def fault_row(board):
    board.row("What is being broken")
    board.bands("Faults and outages", "Injections that stand, and probes that are down.",
                [(f"shakedown_fault_active{{{OURS}}}", "fault {{fault}}"), (f"shakedown_probe_down{{{OURS}}}", "probe {{probe}} down")],
                YES_NO)
    board.series("Checks of the probes", "The cadence of each probe; a gap is time that nobody observed.", "reqps",
                 [(f"rate(shakedown_probe_checks_total{{{OURS}}}[$__rate_interval])", "{{probe}}")])
    board.series("Time since the last injection", "Age of the latest injection of each fault.", "s",
                 [(f"time() - (shakedown_fault_injected_timestamp_seconds{{{OURS}}} > 0)", "{{fault}}")])


def use_row(board):
    limit = {"mode": "absolute", "steps": [{"color": "text", "value": None}, {"color": RED, "value": 1}]}
    board.row("The instrument itself")
    board.series("Saturation of the agents", "Worst lag over the lag that validity allows. Above 1 our own delay may show in "
                 "latencies.", "percentunit", [(f"shakedown_agent_saturation_ratio{{{OURS}}}", "{{agent}}")], thresholds=limit,
                 custom={"thresholdsStyle": {"mode": "line"}})
    board.series("CPU", "Cores used by agents and controller.", "none",
                 [(f"rate(shakedown_agent_cpu_seconds_total{{{OURS}}}[$__rate_interval])", "{{agent}}"),
                  (f"rate(shakedown_controller_cpu_seconds_total{{{OURS}}}[$__rate_interval])", "controller")])
    board.series("Outstanding and connections", "Arrivals not yet done, and open connections.", "short",
                 [(f"shakedown_agent_outstanding{{{OURS}}}", "outstanding {{agent}}"),
                  (f"shakedown_agent_open_connections{{{OURS}}}", "connections {{agent}}")])
    board.series("Memory", "Resident memory of the agents.", "bytes",
                 [(f"shakedown_agent_resident_memory_bytes{{{OURS}}}", "{{agent}}")])
    board.stat("Agents lost", "Agents that went away before they were told to.", "none", f"sum(shakedown_agent_lost{{{OURS}}})")


def dashboard():
    phase = query_variable("phase", "Phase", f"label_values(shakedown_phase_active{{{OURS}}}, phase)", True)
    board = Board("shakedown-drill-live", "Shakedown / Drill live",
                  "Is the drill going well, what is being broken, and is the instrument itself fit?", [phase])
    for row in (verdict_row, measured_row, red_row, fault_row, use_row):
        row(board)
    return board.board
