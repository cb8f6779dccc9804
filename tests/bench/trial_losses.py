"""Planted losses: after each SIGKILL the set of lost ids equals the target's own, among those that were acknowledged."""
import os

from rig import Trouble, read_bytes

PER_BATCH = 5
LANES = 2
TITLE = "set of lost ids equals truth's among the acknowledged"

BODY = """ledgers:
  entries:
    write: {{http: {{target: api, method: PUT, path: "/entries/{{id}}", body: "{{payload}}"}}}}
    read: {{http: {{target: api, method: GET, path: "/entries/{{id}}"}}}}
    present: {{body: {{contains: "{{checksum}}"}}}}
    absent: {{status: [404]}}
    rate: {rate}/s
    settle: 200ms
    verify_rate: 1000/s
phases:
  - name: crash
    duration: 4s
    repeat: {repeat}
    load: {{open: {{rate: 50/s}}, mix: {{read: 1}}}}
    faults:
      - name: kill
        at: {at}ms
        kill: {{component: practice, signal: SIGKILL}}
        recover: [{{start: practice, after: {after}ms}}]
requirements:
  - {{id: R-1, area: disaster-recovery, title: Loss, sli: {{rpo: {{fault: kill, ledger: entries}}}}, objective: "<= 0 writes"}}
"""


def number(text):
    """The ledger's sequence number in an id of the wire, `<8 hex digits>-<number>`."""
    return int(text.rsplit("-", 1)[1])


def acknowledged(trial):
    """Ids whose write was answered, from the agent's own file: "A <id> <instant>"."""
    for folder, _, names in os.walk(trial.path("out")):
        for name in names:
            if name == "ledger-entries.log":
                lines = read_bytes(os.path.join(folder, name)).decode().splitlines()
                return {int(line.split()[1]) for line in lines if line.startswith("A ")}
    raise Trouble("the run folder has no ledger-entries.log")


def batch(trial, random):
    lose = random.randint(1, 40)
    body = BODY.format(rate=random.randint(50, 300), repeat=PER_BATCH, at=random.randint(800, 1800),
                       after=random.randint(100, 600))
    flags = ["--data", "data", "--ack", "early", "--lose-last", str(lose)]
    card = trial.drill(trial.scenario(body, flags), 60 + PER_BATCH * 20)
    truths = trial.truth("lost")
    ledger = card["ledgers"][0]
    if not len(truths) == len(ledger["injections"]) == PER_BATCH:
        raise Trouble(f"{len(truths)} losses planted, {len(ledger['injections'])} judged, expected {PER_BATCH}")
    acked, found = acknowledged(trial), set(ledger["lost_ids"])
    results, expected_in_all = [], set()
    for truth, injection in zip(truths, sorted(ledger["injections"], key=lambda one: one["n"])):
        expected = {number(text) for text in truth["ids"]} & acked
        expected_in_all |= expected
        what = (f"injection {injection['n']}, --lose-last {lose}: {len(truth['ids'])} lost, {len(expected)} of them "
                f"acknowledged, measured {injection['lost']} + {injection['undecided']} undecided")
        missed = None
        if not expected <= found:
            missed = f"not found: {sorted(expected - found)[:10]}"
        elif injection["lost"] != len(expected) or injection["undecided"]:
            missed = "the counts differ"
        results.append({"what": what, "missed": missed, "lost": len(expected)})
    if found != expected_in_all and found > expected_in_all:
        results[-1]["missed"] = f"lost ids that are not: {sorted(found - expected_in_all)[:10]}"
    return results


def summary(results):
    lost = sorted(one["lost"] for one in results if "lost" in one)
    return ([f"acknowledged writes lost per injection: {lost[0]} to {lost[-1]}, {sum(lost)} in all"] if lost else []), True
