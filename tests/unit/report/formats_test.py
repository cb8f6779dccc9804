"""The reports read by parsers that are not ours: jsonschema, ElementTree, html.parser, cmark-gfm."""

import base64
import hashlib
import html.parser
import json
import os
import re
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

import jsonschema

TOOL = os.path.join(os.environ["SHAKEDOWN_BIN_DIR"], "report_tool")
VOID = {"meta", "link", "path", "circle", "rect", "ellipse", "use", "br", "hr", "img", "input"}


def report(*arguments):
    return subprocess.run([TOOL, *arguments], check=True, capture_output=True).stdout


NAMES = report("names").decode().split()


class Page(html.parser.HTMLParser):
    """Collects elements, attributes, texts and complaints about nesting."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.complaints, self.scripts, self.styles, self.text = [], [], [], [], [], []
        self.feed(text)
        self.close()
        if self.open:
            self.complaints.append(f"never closed: {self.open}")

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.complaints.append(f"</{tag}> closes {self.open[-1:]} at {self.getpos()}")
        else:
            self.open.pop()

    def handle_data(self, data):
        inside = self.open[-1] if self.open else ""
        kept = {"script": self.scripts, "style": self.styles}.get(inside, self.text)
        kept.append(data)

    def tags(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


class JsonTest(unittest.TestCase):
    def test_every_example_follows_the_schema(self):
        schema = json.loads(report("schema"))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for name in NAMES:
            with self.subTest(name):
                validator.validate(json.loads(report(name, "json").decode("utf-8")))

    def test_the_schema_refuses_what_is_wrong(self):
        validator = jsonschema.Draft202012Validator(json.loads(report("schema")))
        card = json.loads(report("scalability", "json"))
        for spoil in (lambda c: c.pop("decision"), lambda c: c.update(decision="maybe"),
                      lambda c: c["requirements"][0].update(verdict="not-proven"),
                      lambda c: c["requirements"][0]["measured"].update(upper="infinite"),
                      lambda c: c["run"].update(started="yesterday"),
                      lambda c: c["outages"][0]["impact"].pop("lost_writes"),
                      lambda c: c.pop("searches"), lambda c: c["downstream"][0].update(verdict="ready"),
                      lambda c: c["requirements"][0]["options"][0].pop("assumption"),
                      lambda c: c["requirements"][0]["reported"].update(outage_proof="maybe")):
            spoiled = json.loads(json.dumps(card))
            spoil(spoiled)
            self.assertFalse(validator.is_valid(spoiled))


class JunitTest(unittest.TestCase):
    def test_counts_agree_with_the_cases(self):
        for name in NAMES:
            with self.subTest(name):
                root = ElementTree.fromstring(report(name, "junit"))
                suites = root.findall("testsuite")
                self.assertEqual([suite.get("name") for suite in suites], ["requirements", "run"])
                rows = json.loads(report(name, "json"))["requirements"]
                self.assertEqual(len(suites[0].findall("testcase")), len(rows))
                for suite in suites:
                    self.assertEqual(int(suite.get("tests")), len(suite.findall("testcase")))
                    self.assertEqual(int(suite.get("failures")), len(suite.findall("testcase/failure")))
                    self.assertEqual(int(suite.get("errors")), len(suite.findall("testcase/error")))
                self.assertEqual(int(root.get("errors")), sum(int(suite.get("errors")) for suite in suites))
                open_ones = [row for row in rows if not row["must"] and row["verdict"] != "pass"]
                self.assertEqual(len(root.findall(".//skipped")), len(open_ones))
                self.assertEqual(int(suites[0].get("skipped")), len(open_ones))

    def test_each_verdict_has_its_element(self):
        expected = {"pass": None, "fail": ("failure", "fail"), "not_proven": ("failure", "not_proven"),
                    "unknown": ("error", "unknown")}
        for name in NAMES:
            cases = ElementTree.fromstring(report(name, "junit")).findall("testsuite/testcase")
            for row, case in zip(json.loads(report(name, "json"))["requirements"], cases):
                found = [(child.tag, child.get("type")) for child in case if child.tag != "system-out"]
                wanted = expected[row["verdict"]]
                if wanted and not row["must"]:
                    wanted = ("skipped", None)
                self.assertEqual(found, [wanted] if wanted else [])

    def test_planted_text_comes_through_as_text(self):
        root = ElementTree.fromstring(report("planted", "junit"))
        self.assertIn("<script>alert(1)</script>", root.find("testsuite/testcase").get("name"))
        self.assertIn("]]>", root.find("testsuite/testcase").get("name"))


class HtmlTest(unittest.TestCase):
    def test_nesting_is_right_and_nothing_is_loaded(self):
        for name in NAMES:
            with self.subTest(name):
                page = Page(report(name, "html").decode("utf-8"))
                self.assertEqual(page.complaints, [])
                for tag, attributes in page.elements:
                    self.assertNotIn(tag, ("iframe", "object", "embed", "img", "form", "base", "audio", "video"))
                    for key, value in attributes.items():
                        self.assertFalse(key.startswith("on"), f"{tag} {key}")
                        if key in ("href", "src", "action", "xlink:href"):
                            self.assertRegex(value, r"^(#[\w-]+|data:,)$", f"{tag} {key}")

    def test_planted_text_adds_no_element(self):
        clean, planted = (Page(report(name, "html").decode("utf-8")) for name in ("scalability", "planted"))
        for tag in ("script", "style", "title", "canvas", "main", "meta", "head", "body"):
            self.assertEqual(len(clean.tags(tag)), len(planted.tags(tag)), tag)
        self.assertIn("<script>alert(1)</script>", "".join(planted.text))

    def test_every_link_within_the_page_has_its_target(self):
        for name in NAMES:
            page = Page(report(name, "html").decode("utf-8"))
            ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
            self.assertEqual(len(ids), len(set(ids)), name)
            for _, attributes in page.elements:
                if attributes.get("href", "").startswith("#"):
                    self.assertIn(attributes["href"][1:], ids)

    def test_the_content_policy_allows_our_scripts_and_style_only(self):
        page = Page(report("planted", "html").decode("utf-8"))
        policy = next(m["content"] for m in page.tags("meta") if m.get("http-equiv") == "Content-Security-Policy")
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        allowed = set(re.findall(r"'sha256-([^']+)'", policy))
        time_data, growth_data, library, charts, growth = page.scripts
        for data in (time_data, growth_data):
            json.loads(data)
        digests = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
                   for text in (library, charts, growth, page.styles[0])}
        self.assertEqual(allowed, digests)


class MarkdownTest(unittest.TestCase):
    def pages(self, name):
        rendered = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", "-e", "strikethrough", "-e", "autolink"],
                                  input=report(name, "markdown"), check=True, capture_output=True).stdout
        return Page(rendered.decode("utf-8"))

    def test_tables_have_a_cell_for_every_heading(self):
        for name in NAMES:
            with self.subTest(name):
                page = self.pages(name)
                tables = []
                for tag, _ in page.elements:
                    if tag == "table":
                        tables.append([])
                    elif tag == "tr":
                        tables[-1].append(0)
                    elif tag in ("td", "th"):
                        tables[-1][-1] += 1
                for table in tables:
                    self.assertEqual(set(table), {table[0]})
                rows = json.loads(report(name, "json"))["requirements"]
                self.assertEqual(len(tables[0]) if tables else 1, 1 + len(rows))

    def test_planted_text_adds_no_element(self):
        clean, planted = self.pages("scalability"), self.pages("planted")
        for tag in ("script", "img", "a", "s", "em", "pre"):
            self.assertEqual(planted.tags(tag), [], tag)
        for tag in ("table", "h1", "h2"):
            self.assertEqual(len(clean.tags(tag)), len(planted.tags(tag)), tag)
        self.assertIn("<script>alert(1)</script>", "".join(planted.text))


class ConsoleTest(unittest.TestCase):
    def test_planted_text_holds_no_control_character(self):
        text = report("planted", "console").decode("utf-8")
        self.assertNotRegex(text, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


if __name__ == "__main__":
    unittest.main()
