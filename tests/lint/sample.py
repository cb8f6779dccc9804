"""A throw-away tree of files for a lint to look at, and the lints themselves."""

import importlib
import pathlib
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "tools"))


class LintTest(unittest.TestCase):
    """lint: the name of the lint under test. find({path: text}) gives its findings on such a tree."""

    lint = ""

    def find(self, tree):
        module = importlib.import_module(self.lint)
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in tree.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return module.check(root)

    def assert_clean(self, tree):
        self.assertEqual(self.find(tree), [])

    def assert_finds(self, tree, *parts):
        findings = self.find(tree)
        self.assertEqual(len(findings), 1, findings)
        for part in parts:
            self.assertIn(part, findings[0])
