#!/usr/bin/python3
"""The published JSON schema and the decoder agree: on every scenario, on the good and bad examples, and on every
kind of single change of a rich example. YAML is loaded with the core types of YAML 1.2 only, as the decoder does."""

import copy
import json
import os
import pathlib
import random
import re
import subprocess
import tempfile
import unittest

import jsonschema
import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TOOL = os.environ.get("CONFIG_TOOL", str(ROOT / "build/dev/tests/config_tool"))

# What a schema cannot see: the text itself ...
TEXT_LEVEL = """alias-in-itself comment-only duplicate-key empty laughs merge-key second-colon tab tags two-documents unclosed
unquoted-bearer unquoted-brace unquoted-folded unquoted-folded-flow""".split()
# ... and what needs the meaning of another part. The test demands that the schema accepts each of them.
DECODER_ONLY = """attested-dates check-objective check-of-nothing check-of-plain-target check-remote-command check-with-credentials
backoff-reversed bad-date bad-regex regex-look-around declared-other-unit declared-unit duplicate-ids exec-without-undo
fault-after-phase fewer-places-than-agents from-without-role hole-without-filling impact-without-ledger keys-reversed kill-without-process
ledger-holes mix-missing mix-of-unknown no-probes objective-presence search-misnamed no-undo nobody-loads nobody-owns objective-count objective-direction
objective-direction-rto objective-empty-promise objective-too-fine objective-unit objective-unit-rpo objective-zero
owner-cannot-inject pause-too-long recover-after-phase recovery-does-not-fit remote-command scale-remote requirement-ledger
requirement-names requirement-operation secret-without-letter spike-too-late start-without-command steps-too-long stop-without-means
tls-for-http dependency-called-service dependency-counter dependency-cycle dependency-of-itself dependency-unknown-caller
downstream-without-dependency downstream-without-forecast reported-count-without-window reported-of-what-cannot-be
reported-other-unit reported-placeholders reported-unknown-secret unknown-agent unknown-hole unknown-names zero-confidence
kill-by-hangup ready-shorter-than-its-probe-needs recover-within-shorter-than-a-probe-needs recover-within-too-short
tcp-greeting tcp-ledger-without-expect""".split()


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2 core types: no yes/no, no dates, no sexagesimal numbers, no merge keys."""


CoreLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
        ("null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
        ("bool", r"^(true|True|TRUE|false|False|FALSE)$", list("tTfF")),
        ("int", r"^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
        ("float", r"^([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$",
         list("-+.0123456789"))):
    CoreLoader.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile(pattern), first)


def load(path):
    return yaml.load(pathlib.Path(path).read_text(), Loader=CoreLoader)  # a SafeLoader


def accepted(paths):
    """The decoder's verdict on many files, one process."""
    done = subprocess.run([TOOL, "verdicts", *map(str, paths)], capture_output=True, text=True, check=True)
    verdicts = [line.split(" ", 1)[0] == "ok" for line in done.stdout.splitlines()]
    assert len(verdicts) == len(paths), done.stdout
    return verdicts


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = json.loads(subprocess.run([TOOL, "schema"], capture_output=True, text=True, check=True).stdout)
        cls.validator = jsonschema.Draft202012Validator(cls.schema)

    def valid(self, document):
        return self.validator.is_valid(document)

    def test_schema_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(self.schema)

    def test_every_scenario_validates(self):
        files = sorted((ROOT / "scenarios").glob("*.yaml"))
        self.assertGreaterEqual(len(files), 7)
        for path in files:
            with self.subTest(path.name):
                self.assertEqual([f"{list(e.path)}: {e.message}" for e in self.validator.iter_errors(load(path))], [])

    def test_good_examples(self):
        files = sorted((HERE / "good").glob("*.yaml"))
        self.assertEqual(accepted(files), [True] * len(files))
        for path in files:
            self.assertTrue(self.valid(load(path)), path)

    def test_bad_examples(self):
        files = sorted((HERE / "bad").glob("*.yaml"))
        self.assertEqual(accepted(files), [False] * len(files))
        names = {path.stem for path in files}
        self.assertLessEqual(set(TEXT_LEVEL) | set(DECODER_ONLY), names)
        for path in files:
            if path.stem in TEXT_LEVEL:
                continue
            with self.subTest(path.name):
                self.assertEqual(self.valid(load(path)), path.stem in DECODER_ONLY)

    def test_words_of_yaml_1_1_are_text(self):
        self.assertEqual(yaml.load("[yes, no, on, off, 1:30, 2026-12-15, 0b1, 1_000]", Loader=CoreLoader),
                         ["yes", "no", "on", "off", "1:30", "2026-12-15", "0b1", "1_000"])


WRONG = [None, True, -1, 3.5, 10**30, "", "x y", "10ms", "5", [], ["a", 1], {}, {"frobnicate": 1}]
REMOVED, ADDED = object(), object()
SAMPLE = 1500  # of all changes; the same ones each time


def places(document, path=()):
    """Every place of a document."""
    yield path
    items = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    for key, value in items:
        yield from places(value, path + (key,))


def at(document, path):
    for key in path:
        document = document[key]
    return document


def changes(document):
    """Every single change, as (place, value): a value replaced, a key removed (REMOVED), a key added (ADDED)."""
    for path in places(document):
        if not path:
            continue
        yield from ((path, wrong) for wrong in WRONG)
        yield path, REMOVED
        if isinstance(at(document, path), dict):
            yield path, ADDED


def changed(document, path, value):
    """The document with one change; copied for each that is tried only: there are ten thousand."""
    document = copy.deepcopy(document)
    if value is ADDED:
        at(document, path)["frobnicate"] = 1
    elif value is REMOVED:
        del at(document, path[:-1])[path[-1]]
    else:
        at(document, path[:-1])[path[-1]] = value
    return document


class Agreement(unittest.TestCase):
    """Whatever the schema refuses, the decoder refuses; and what only the decoder refuses is a matter of meaning."""

    # How the decoder says that the form is wrong, when the schema ought to have said so too.
    FORM = re.compile(r"unknown key|is reserved|expected (a list|a mapping|true or false|a whole number|a number|a text,)|"
                      r" without `[^`]*`(?!, but)|needs (exactly|at least) one of|a unit is missing: expected|exclude each other|beside it")

    def test_single_changes(self):
        schema = json.loads(subprocess.run([TOOL, "schema"], capture_output=True, text=True, check=True).stdout)
        validator = jsonschema.Draft202012Validator(schema)
        document = load(HERE / "rich.yaml")
        self.assertTrue(validator.is_valid(document))
        cases = list(changes(document))
        self.assertGreater(len(cases), 2 * SAMPLE)
        cases = [(case, changed(document, *case)) for case in random.Random(1).sample(cases, SAMPLE)]
        with tempfile.TemporaryDirectory() as folder:
            files = []
            for i, (_, variant) in enumerate(cases):
                files.append(pathlib.Path(folder) / f"{i}.yaml")
                files[-1].write_text(json.dumps(variant))
            done = subprocess.run([TOOL, "verdicts", *map(str, files)], capture_output=True, text=True, check=True)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), len(cases))
        refused = 0
        for (what, variant), line in zip(cases, lines):
            by_decoder, by_schema = not line.startswith("ok "), not validator.is_valid(variant)
            refused += by_schema
            if by_schema:
                self.assertTrue(by_decoder, f"only the schema refuses {what}")
            elif by_decoder:
                self.assertNotRegex(line, self.FORM, f"only the decoder refuses the form of {what}")
        self.assertGreater(refused, SAMPLE / 2)


if __name__ == "__main__":
    unittest.main()
