#!/usr/bin/python3
"""Every file in bad/ and good/ gives exactly the diagnostics committed beside it, and the exit code of its folder.

UPDATE=1 writes the .expected files instead; read the difference before committing it.
"""

import os
import pathlib
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TOOL = os.environ.get("CONFIG_TOOL", str(ROOT / "build/dev/tests/config_tool"))


def check(path):
    done = subprocess.run([TOOL, "check", str(path)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


class Golden(unittest.TestCase):
    maxDiff = None

    def compare(self, folder, code):
        files = sorted((HERE / folder).glob("*.yaml"))
        self.assertGreater(len(files), 5)
        for path in files:
            with self.subTest(path.name):
                got, out, err = check(path)
                self.assertEqual(err, "")
                expected = path.with_suffix(".expected")
                if os.environ.get("UPDATE"):
                    expected.write_text(out)
                self.assertEqual(out, expected.read_text())
                self.assertEqual(got, code)

    def test_bad_files(self):
        self.compare("bad", 65)

    def test_good_files(self):
        self.compare("good", 0)

    def test_no_expected_file_without_its_scenario(self):
        for path in HERE.glob("*/*.expected"):
            self.assertTrue(path.with_suffix(".yaml").exists(), path)

    def test_every_bad_file_names_a_place_and_every_line_has_the_form(self):
        for path in (HERE / "bad").glob("*.expected"):
            lines = path.read_text().splitlines()
            self.assertTrue(lines, path)
            for line in lines:
                self.assertRegex(line, rf"^{path.stem}\.yaml:\d+:\d+: \S.*", path)

    def test_diagnostics_come_in_the_order_of_the_file(self):
        for path in (HERE / "bad").glob("*.expected"):
            places = [tuple(map(int, line.split(":")[1:3])) for line in path.read_text().splitlines()]
            self.assertEqual(places, sorted(places), path)


class Bytes(unittest.TestCase):
    """Files that cannot be committed as text."""

    def verdict(self, content):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "s.yaml"
            path.write_bytes(content)
            return check(path)

    def rejected(self, content, text):
        code, out, _ = self.verdict(content)
        self.assertEqual(code, 65)
        self.assertEqual(out, text + "\n")

    def test_ten_megabytes(self):
        self.rejected(b"# " + b"x" * 10_000_000,
                      "s.yaml:1:1: the file is too large: more than 1000000 bytes; "
                      "a scenario describes data by its size, it does not contain it")

    def test_nul_byte(self):
        self.rejected(b"shakedown: v1\nna\0me: x\n",
                      "s.yaml:2:3: a NUL byte; a scenario is UTF-8 text; save it as such")

    def test_nul_by_escape(self):
        base = (HERE / "good/plain.yaml").read_bytes()
        code, out, _ = self.verdict(base.replace(b"It answers", b'"It\\0answers"'))
        self.assertEqual(code, 65)
        self.assertIn("a NUL byte in a text", out)

    def test_broken_utf8(self):
        for content in (b"name: \xff", b"name: \xc0\xaf", b"name: \xed\xa0\x80", b"name: \xf4\x90\x80\x80", b"name: \xe2\x82"):
            self.rejected(content, "s.yaml:1:7: bytes that are not UTF-8; save the file as UTF-8")

    def test_utf16(self):
        self.assertEqual(self.verdict("shakedown: v1\n".encode("utf-16"))[0], 65)

    def test_control_character(self):
        self.rejected(b"name: a\x1b[2Jb",
                      's.yaml:1:8: a control character; remove it; in a quoted text write "\\e" or "\\x01"')

    def test_deep_nesting(self):
        for depth in (600, 1_000, 100_000):
            code, out, _ = self.verdict(b"a: " + b"[" * depth)
            self.assertEqual(code, 65)
            self.assertRegex(out, r"^s\.yaml:1:\d+: ")
        self.assertIn("more than 1000 brackets inside each other", out)

    def test_windows_line_ends_and_byte_order_mark(self):
        base = (HERE / "good/plain.yaml").read_bytes()
        self.assertEqual(self.verdict(b"\xef\xbb\xbf" + base.replace(b"\n", b"\r\n"))[0], 0)

    def test_text_beyond_ascii(self):
        base = (HERE / "good/plain.yaml").read_text()
        self.assertEqual(self.verdict(base.replace("It answers", "Es antwortet: \"größtenteils\" ✓".join("''")).encode())[0], 0)

    def test_missing_file_folder_and_pipe(self):
        with tempfile.TemporaryDirectory() as folder:
            code, out, _ = check(pathlib.Path(folder) / "none.yaml")
            self.assertEqual((code, out), (65, "none.yaml:1:1: the file cannot be read: No such file or directory; check the path\n"))
            code, out, _ = check(folder)
            self.assertEqual(code, 65)
            self.assertIn("it is a folder", out)
            pipe = pathlib.Path(folder) / "pipe.yaml"
            os.mkfifo(pipe)
            code, out, _ = check(pipe)  # nobody writes to it
            self.assertEqual((code, out), (65, "pipe.yaml:1:1: the file cannot be read: it is a pipe or a device; check the path\n"))


class Reference(unittest.TestCase):
    maxDiff = None

    def test_committed_page_is_the_generated_one(self):
        page = ROOT / "docs/scenario-reference.md"
        text = subprocess.run([TOOL, "reference"], capture_output=True, text=True, check=True).stdout
        if os.environ.get("UPDATE"):
            page.write_text(text)
        self.assertEqual(page.read_text(), text)


class Scenarios(unittest.TestCase):
    def test_every_scenario_is_accepted_without_a_word(self):
        files = sorted((ROOT / "scenarios").glob("*.yaml"))
        self.assertGreaterEqual(len(files), 7)
        for path in files:
            with self.subTest(path.name):
                self.assertEqual(check(path), (0, "", ""))


if __name__ == "__main__":
    unittest.main()
