#!/usr/bin/python3
"""`make bench`: every figure of the instrument against its bar, side by side, and one table at the end.

run.py [--quick] [FIGURE...]    FIGURE: load programs selftest outages losses stall leftovers capacity (default: all)
--quick takes a tenth of the trials and shorter loads: to see that the bench works, not to quote.
Programs named bench_* in the same folder are run as they are; each prints its figures as JSON lines (see README.md).
Exit: 0 every bar is reached, 1 one is missed or could not be measured."""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import load_figures
import rig
import trials

FIGURES = ("load", "programs", "selftest", *trials.KINDS)


def say(text):
    print(text, flush=True)


def row(figure, bar, measured, interval, reached):
    line = {"figure": figure, "bar": bar, "measured": measured, "interval": interval, "reached": bool(reached)}
    say(f"{'yes' if reached else 'NO ':4} {figure}: {measured} [{interval}], bar {bar}")
    return line


def unmeasured(figure, why):
    return row(figure, "-", f"not measured: {why}", "-", False)


def load_rows(options):
    missing = [name for name in ("nginx", "wrk") if not shutil.which(name)]
    if missing:
        yield unmeasured("load beside wrk", f"{', '.join(missing)} not installed")
        return
    try:
        for one in load_figures.rows(options.bin, options.quick):
            yield row(*one)
    except (rig.Trouble, OSError, ValueError) as trouble:
        yield unmeasured("the load figures that follow", trouble)


def number(value):
    return f"{value:.4g}"


def program_rows(options):
    """What bench_* programs measure: a JSON object a line with figure, value, low, high, bar, unit, reached and, for what
    is there only to compare with, a note."""
    for name in sorted(name for name in os.listdir(options.bin) if name.startswith("bench_")):
        path = os.path.join(options.bin, name)
        done = subprocess.run([path], capture_output=True, text=True, check=False)
        found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        if done.returncode != 0 or not found:
            yield unmeasured(name, f"exit {done.returncode}: {done.stderr.strip()[-200:]}")
        for one in found:
            bar = one.get("note") or f"<= {number(one['bar'])} {one['unit']}"
            yield row(one["figure"].replace("_", " "), bar, f"{number(one['value'])} {one['unit']}",
                      f"{number(one['low'])} .. {number(one['high'])} of {one['repeats']}", "note" in one or one["reached"])


def selftest_rows(options):
    words = [os.path.join(options.bin, "shakedown"), "selftest"] + (["--quick"] if options.quick else [])
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    say(done.stdout.rstrip() + done.stderr.rstrip())
    checks = [line for line in done.stdout.splitlines() if line.startswith(("pass", "FAIL"))]
    passed = sum(line.startswith("pass") for line in checks)
    yield row("selftest: planted truths given back", "all", f"{passed} of {len(checks)}", "-",
              done.returncode == 0 and checks)


def trial_rows(name, options):
    module, usual = trials.KINDS[name]
    work = tempfile.mkdtemp(prefix=f"shakedown-trials-{name}-")
    os.chmod(work, 0o755)
    chosen = trials.parse([name, "--bin", options.bin, "--trials", str(max(1, usual // 10) if options.quick else usual)])
    good, count, fine, lines = trials.conduct(name, chosen, rig.Programs(options.bin, work))
    for line in lines:
        say(f"     {line}")
    reached = good == count and fine
    if reached:
        shutil.rmtree(work, ignore_errors=True)
    yield row(module.TITLE, f"{count} of {count}", f"{good} of {count}", lines[0] if lines else "-", reached)


def rows_of(figure, options):
    if figure == "load":
        return load_rows(options)
    if figure == "programs":
        return program_rows(options)
    return selftest_rows(options) if figure == "selftest" else trial_rows(figure, options)


def table(rows):
    names = ("figure", "bar", "measured", "interval")
    widths = [max(len(str(one[name])) for one in [*rows, {name: name}]) for name in names]
    def line(cells, last):
        return "  ".join(str(cell).ljust(width) for cell, width in zip(cells, widths)) + f"  {last}"
    text = [line(names, "reached"), line(["-" * width for width in widths], "-------")]
    return "\n".join(text + [line([one[name] for name in names], "yes" if one["reached"] else "NO") for one in rows])


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=", ".join(FIGURES))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--bin", default=os.environ.get("SHAKEDOWN_BIN_DIR", "build/bin"), help="folder of the programs")
    options = parser.parse_args(arguments)
    unknown = set(options.figures) - set(FIGURES)
    if unknown:
        parser.error(f"no figure {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}")
    began, rows = time.monotonic(), []
    for figure in options.figures or FIGURES:
        say(f"--- {figure}")
        rows += rows_of(figure, options)
    say(f"\n{table(rows)}\n\n{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {time.monotonic() - began:.0f} s")
    return 0 if all(one["reached"] for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
