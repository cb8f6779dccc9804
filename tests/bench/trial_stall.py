"""A target that stands still for T under r requests a second owes r x T^2 / 2 seconds of latency: is it all measured?"""
import json
import os
import signal
import subprocess
import time

from rig import Trouble, free_port, process_state, wait_until

PER_BATCH = 1
LANES = 1
TITLE = "stall of T at rate r: summed excess latency against r x T^2 / 2, within 8 %"
RATE, SECONDS = 500, 6
BAR = 0.08


def stop_for(pid, length):
    """SIGSTOPs the process and returns how long it stood."""
    os.kill(pid, signal.SIGSTOP)
    if not wait_until(lambda: process_state(pid) == "T", 1):
        raise Trouble("the target did not stop")
    begin = time.monotonic()
    time.sleep(length)
    os.kill(pid, signal.SIGCONT)
    return time.monotonic() - begin


def excess(load):
    """Latency over that of an undisturbed request. More than half of the requests are undisturbed: p50 is one of them."""
    latency = load["latency"]
    return load["ok"] * (latency["mean"] - latency["p50"])


def batch(trial, random):
    port, length = free_port(), random.uniform(0.8, 1.5)
    target = trial.start(trial.programs.target, "--port", str(port), stdout=subprocess.PIPE, text=True)
    load = None
    try:
        if "listening on" not in target.stdout.readline():
            raise Trouble("the target does not listen")
        load = trial.start(trial.programs.shakedown, "load", f"http://127.0.0.1:{port}/health", "--rate", f"{RATE}/s",
                           "--duration", f"{SECONDS}s", "--timeout", "5s", "--json", stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True)
        time.sleep(random.uniform(2.0, 3.0))
        stood = stop_for(target.pid, length)
        out = json.loads(load.communicate(timeout=60)[0])
    finally:
        trial.end()
        for process in filter(None, (load, target)):
            process.wait()
            process.stdout.close()
    if out["ok"] != out["offered"]:
        raise Trouble(f"{out['ok']} of {out['offered']} requests were ok")
    expected, found = RATE * stood ** 2 / 2, excess(out)
    error = found / expected - 1
    what = f"stood {stood:.3f} s: {found:.1f} s of excess, {expected:.1f} s expected, {error:+.2%}"
    return [{"what": what, "missed": None if abs(error) <= BAR else "more than 8 % off", "error": error}]


def summary(results):
    errors = sorted(one["error"] for one in results if "error" in one)
    if not errors:
        return [], False
    return [f"error: min {errors[0]:+.2%}, median {errors[len(errors) // 2]:+.2%}, max {errors[-1]:+.2%}"], True
