import json
import pathlib
import tempfile
import unittest
import xml.etree.ElementTree as xml

from sample import LintTest  # noqa: F401  (finds tools/)

import run_tests


class CountTest(unittest.TestCase):
    def counts(self, status, output="", report=None, skipped=None):
        entry = xml.Element("testcase", name="one", status=status)
        xml.SubElement(entry, "system-out").text = output
        if skipped is not None:
            xml.SubElement(entry, "skipped", message=skipped)
        with tempfile.TemporaryDirectory() as folder:
            if report is not None:
                (pathlib.Path(folder) / "one.json").write_text(report)
            count = run_tests.count_entry(entry, pathlib.Path(folder))
        return count.passed, count.failed, count.skipped

    def gtest(self, *cases):
        return json.dumps({"testsuites": [{"name": "S", "testsuite": list(cases)}]})

    def test_plain_entries_count_as_one(self):
        self.assertEqual(self.counts("run"), (1, 0, 0))
        self.assertEqual(self.counts("fail"), (0, 1, 0))

    def test_gtest_cases(self):
        good = {"status": "RUN", "result": "COMPLETED"}
        bad = dict(good, failures=[{"failure": "x"}])
        self.assertEqual(self.counts("fail", report=self.gtest(good, good, bad, {"status": "NOTRUN"})), (2, 1, 1))
        self.assertEqual(self.counts("run", report=self.gtest(good, {"status": "RUN", "result": "SKIPPED"})), (1, 0, 1))

    def test_a_failed_entry_never_counts_as_all_passed(self):
        good = {"status": "RUN", "result": "COMPLETED"}
        self.assertEqual(self.counts("fail", report=self.gtest(good)), (1, 1, 0))
        self.assertEqual(self.counts("fail", report="{ torn"), (0, 1, 0))
        self.assertEqual(self.counts("fail", "Ran 3 tests in 0.1s\n\nOK\n"), (3, 1, 0))

    def test_unittest_cases(self):
        self.assertEqual(self.counts("run", "Ran 5 tests in 0.1s\n\nOK (skipped=2)\n"), (3, 0, 2))
        self.assertEqual(self.counts("fail", "Ran 5 tests in 1s\n\nFAILED (failures=1, errors=2)\n"), (2, 3, 0))

    def test_a_missing_program_is_a_failure(self):
        self.assertEqual(self.counts("notrun", skipped="Unable to find executable"), (0, 1, 0))
        self.assertEqual(self.counts("disabled", skipped="Disabled"), (0, 0, 1))


if __name__ == "__main__":
    unittest.main()
