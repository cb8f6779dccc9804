#!/usr/bin/python3
"""Runs ctest in a build folder and ends with one line: `N passed, N failed`.

The count is of single test cases: GoogleTest cases from their JSON reports, unittest cases from their summary, and
one for every other ctest entry. An entry that failed without naming a case (a crash, a time limit, a missing program)
counts as one failed case. Skipped cases are in neither number and are listed above the line.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml


class Count:
    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped


def count_gtest(report):
    """Counts the cases of one GoogleTest JSON report."""
    count = Count()
    for suite in report.get("testsuites", []):
        for case in suite.get("testsuite", []):
            if case.get("failures"):
                count.failed += 1
            elif case.get("status") == "NOTRUN" or case.get("result") in ("SKIPPED", "SUPPRESSED"):
                count.skipped += 1
            else:
                count.passed += 1
    return count


def count_unittest(output):
    """Counts the cases in unittest's closing lines; None when there are none."""
    runs = re.findall(r"^Ran (\d+) tests? in ", output, re.MULTILINE)
    ends = re.findall(r"^(?:OK|FAILED)(?: \((.*)\))?$", output, re.MULTILINE)
    if not runs or not ends:
        return None
    notes = dict(part.split("=") for part in (ends[-1] or "").split(", ") if "=" in part)
    failed = sum(int(notes.get(key, 0)) for key in ("failures", "errors", "unexpected successes"))
    skipped = int(notes.get("skipped", 0))
    # Failing subtests and class set-ups are not in "Ran N": never below zero.
    return Count(max(0, int(runs[-1]) - failed - skipped), failed, skipped)


def count_entry(entry, gtest_folder):
    """Counts one <testcase> of ctest's JUnit file."""
    ok = entry.get("status") == "run"
    report = gtest_folder / (entry.get("name") + ".json")
    count = None
    if report.exists():
        try:
            count = count_gtest(json.loads(report.read_text()))
        except json.JSONDecodeError:
            count = None  # it died while writing
    else:
        count = count_unittest(entry.findtext("system-out") or "")
    if count is None:
        if entry.get("status") in ("disabled", "notrun") and entry.find("skipped") is not None:
            missing = "Unable to find executable" in (entry.find("skipped").get("message") or "")
            return Count(failed=1) if missing else Count(skipped=1)
        return Count(passed=1) if ok else Count(failed=1)
    if not ok and count.failed == 0:
        count.failed = 1
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--jobs", default="2")
    parser.add_argument("ctest", nargs="*", help="passed on to ctest, after --")
    arguments = parser.parse_args()

    folder = arguments.build.resolve() / "test-reports"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    junit = folder / "ctest.xml"
    environment = dict(os.environ, GTEST_OUTPUT=f"json:{folder}/")
    status = subprocess.run(
        ["ctest", "--test-dir", str(arguments.build), "--output-on-failure", "-j", arguments.jobs,
         "--no-tests=error", "-LE", "bench", "--output-junit", str(junit),
         "--test-output-size-passed", "1000000", "--test-output-size-failed", "1000000",
         *arguments.ctest],
        env=environment, check=False).returncode

    total = Count()
    if junit.exists():
        for entry in xml.parse(junit).getroot().iter("testcase"):
            count = count_entry(entry, folder)
            total.passed += count.passed
            total.failed += count.failed
            total.skipped += count.skipped
            if count.skipped:
                print(f"skipped: {count.skipped} in {entry.get('name')}")
    if status != 0 and total.failed == 0:
        total.failed = 1
    print(f"{total.passed} passed, {total.failed} failed", flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
