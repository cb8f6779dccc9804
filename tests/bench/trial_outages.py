"""Planted outages: the measured length must contain the true one, in bounds no wider than twice (cadence + timeout)."""
from rig import Trouble

PER_BATCH = 10
LANES = 2
TITLE = "known outage inside [lower, upper], width <= 2 x (cadence + timeout)"
EVERY, TIMEOUT = 0.010, 0.100
WIDTH = 2 * (EVERY + TIMEOUT)

BODY = """phases:
  - {{name: steady, duration: {length:.1f}s, load: {{open: {{rate: 50/s}}, mix: {{read: 1}}}}}}
requirements:
  - {{id: O-1, area: availability, title: Outages, sli: {{outages: {{probe: watch}}}}, objective: "<= 1000"}}
"""


def plan(random):
    """[(at, for, mode)] in seconds from the target's start: the phase has begun by the first one."""
    outages, at = [], 4.0
    for _ in range(PER_BATCH):
        length = random.uniform(0.2, 2.0)
        outages.append((at, length, random.choice(("refuse", "hang", "error", "close"))))
        at += length + random.uniform(1.0, 1.6)
    return outages


def pair(truths, measured):
    """[(truth, its measured outage or None)] and the measured ones left over.

    Truth is on the host's monotonic clock, measured starts on the run's: the offset that pairs most is the right one."""
    best = {}
    for truth in truths[:3]:
        for seen in measured:
            offset = truth["from_ns"] * 1e-9 - seen["start"]
            pairs, free = {}, list(range(len(measured)))
            for i, one in enumerate(truths):
                near = [j for j in free if abs(one["from_ns"] * 1e-9 - offset - measured[j]["start"]) <= WIDTH]
                if near:
                    pairs[i] = near[0]
                    free.remove(near[0])
            if len(pairs) > len(best):
                best = pairs
    matched = [(truth, measured[best[i]] if i in best else None) for i, truth in enumerate(truths)]
    return matched, [one for j, one in enumerate(measured) if j not in best.values()]


def judge(truth, seen):
    """One trial: what was true, what was seen, and why it missed (None: it did not)."""
    length = (truth["to_ns"] - truth["from_ns"]) * 1e-9
    result = {"what": f"{truth['mode']} for {length:.4f} s", "missed": None}
    if seen is None:
        result["missed"] = "not seen"
        return result
    lower, upper = seen["lower_seconds"], seen["upper_seconds"]
    result["what"] += f", measured [{lower}, {upper}]"
    if lower is None or upper is None:
        result["missed"] = "no bounds"
        return result
    result["width"] = upper - lower
    if not lower <= length <= upper:
        result["missed"] = "outside its bounds"
    elif upper - lower > WIDTH:
        result["missed"] = f"width {upper - lower:.4f} s, more than {WIDTH:.3f} s"
    return result


def batch(trial, random):
    planned = plan(random)
    flags = []
    for at, length, mode in planned:
        flags += ["--outage", f"{at:.3f}s:{length:.3f}s:{mode}"]
    length = planned[-1][0] + planned[-1][1] + 1
    card = trial.drill(trial.scenario(BODY.format(length=length), flags, f"{EVERY * 1e3:.0f}ms", f"{TIMEOUT * 1e3:.0f}ms"),
                       length + 60)
    truths = trial.truth("outage")
    if len(truths) != len(planned):
        raise Trouble(f"the target planted {len(truths)} outages, expected {len(planned)}")
    matched, others = pair(truths, sorted(card["outages"], key=lambda one: one["start"]))
    results = [judge(truth, seen) for truth, seen in matched]
    for one in others:
        results[-1].setdefault("extra", []).append(f"at {one['start']}: [{one['lower_seconds']}, {one['upper_seconds']}]")
    return results


def summary(results):
    widths = sorted(one["width"] for one in results if "width" in one)
    extra = [text for one in results for text in one.get("extra", ())]
    lines = [f"seen but not planted: {len(extra)} {extra if extra else ''}".rstrip()]
    if widths:
        lines.append(f"width: median {widths[len(widths) // 2]:.4f} s, max {widths[-1]:.4f} s, bar {WIDTH:.3f} s")
    return lines, not extra
