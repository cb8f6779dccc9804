"""The HTML scorecard in headless Chromium: no console error, no request, charts drawn, page one on one printed page."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

TOOL = os.path.join(os.environ["SHAKEDOWN_BIN_DIR"], "report_tool")
BROWSER = ["/usr/bin/chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
           "--window-size=1280,900", "--enable-logging=stderr", "--v=0"]

# Runs in a copy of the page: what was drawn, and whether anything is wider than the window.
INSPECT = """
<script>
window.addEventListener("load", () => setTimeout(() => {
  const found = {charts: {}, wide: [], requests: performance.getEntriesByType("resource").map((e) => e.name)};
  for (const canvas of document.querySelectorAll("canvas")) {
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    const colours = new Set();
    let ink = 0;
    for (let i = 0; i < pixels.length; i += 4) {
      if (pixels[i + 3] > 200) { ink++; colours.add(pixels[i] + "," + pixels[i + 1] + "," + pixels[i + 2]); }
    }
    found.charts[canvas.id] = {ready: Number(canvas.dataset.ready), ink, colours: [...colours],
      area: canvas.width * canvas.height, left: Chart.getChart(canvas).chartArea.left,
      right: Chart.getChart(canvas).chartArea.right, width: canvas.getBoundingClientRect().width};
  }
  for (const element of document.querySelectorAll("body *")) {
    if (element.getBoundingClientRect().right > innerWidth + 1) found.wide.push(element.tagName + "." + element.className);
  }
  document.documentElement.setAttribute("data-found", JSON.stringify(found));
}, 300));
</script>
"""


class BrowserTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def page(self, name):
        path = self.path / f"{name}.html"
        path.write_bytes(subprocess.run([TOOL, name, "html"], check=True, capture_output=True).stdout)
        return path

    def browse(self, path, *options):
        profile = tempfile.mkdtemp(dir=self.path)
        done = subprocess.run([*BROWSER, f"--user-data-dir={profile}", *options, path.as_uri()],
                              capture_output=True, timeout=120, check=True)
        return done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")

    def inspect(self, name):
        """The page with INSPECT, whose inline script the content policy must be told to allow."""
        path = self.page(name)
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"script-src [^;]*;", "script-src 'unsafe-inline';", text, count=1)
        head, _, tail = text.rpartition("</body>")
        path.write_text(head + INSPECT + "</body>" + tail, encoding="utf-8")
        dom, _ = self.browse(path, "--virtual-time-budget=4000", "--dump-dom")
        found = re.search(r'data-found="([^"]*)"', dom)
        self.assertIsNotNone(found, "the inspection did not run")
        return json.loads(found.group(1).replace("&quot;", '"').replace("&amp;", "&"))

    def print(self, name):
        path, out = self.page(name), self.path / f"{name}.pdf"
        self.browse(path, "--no-pdf-header-footer", f"--print-to-pdf={out}")
        pages = subprocess.run(["pdftotext", "-layout", str(out), "-"], check=True, capture_output=True).stdout
        size = subprocess.run(["pdfinfo", str(out)], check=True, capture_output=True).stdout.decode()
        return pages.decode("utf-8").split("\f"), size

    def test_no_console_message_and_every_chart_is_ready(self):
        for name, charts in (("no-go", 3), ("scalability", 6), ("planted", 6), ("unknown", 0)):
            with self.subTest(name):
                dom, log = self.browse(self.page(name), "--virtual-time-budget=4000", "--dump-dom")
                self.assertNotIn("CONSOLE", log)
                self.assertNotIn("data-found", dom)
                ready = re.findall(r'data-ready="(\d+)"', dom)
                self.assertEqual(len(ready), charts)

    def test_a_console_message_would_be_seen(self):
        path = self.page("go")
        path.write_text(path.read_text().replace("</body>", "<script>alert(1)</script></body>"))
        _, log = self.browse(path, "--virtual-time-budget=2000", "--dump-dom")
        self.assertIn("CONSOLE", log)
        self.assertIn("Content Security Policy", log, "a foreign script is refused even if it got into the markup")

    def test_charts_are_really_drawn_on_one_axis(self):
        found = self.inspect("no-go")
        self.assertEqual(found["requests"], [])
        self.assertEqual(set(found["charts"]), {"chart-rate", "chart-latency", "chart-lanes"})
        self.assertEqual(found["charts"]["chart-rate"]["ready"], 95)
        self.assertEqual(found["charts"]["chart-lanes"]["ready"], 5 + 3 + 3)
        for chart in found["charts"].values():
            self.assertGreater(chart["ink"], chart["area"] / 400)
        for colour in ("209,51,31", "11,122,75"):  # failed, answered well
            self.assertIn(colour, found["charts"]["chart-rate"]["colours"])
        self.assertIn("179,92,0", found["charts"]["chart-latency"]["colours"])
        edges = {(chart["left"], chart["right"], chart["width"]) for chart in found["charts"].values()}
        self.assertEqual(len(edges), 1, edges)

    def test_growth_charts_are_really_drawn(self):
        charts = self.inspect("scalability")["charts"]
        self.assertEqual(charts["chart-search-1"]["ready"], 9)
        self.assertEqual(charts["chart-search-1-limit"]["ready"], 9)
        self.assertEqual(charts["chart-scaling-1"]["ready"], 8)
        for colour in ("11,122,75", "179,37,27", "201,138,16", "95,102,112"):  # holds, breaches, undecided, invalid
            self.assertIn(colour, charts["chart-search-1"]["colours"])
        self.assertIn("43,108,176", charts["chart-scaling-1"]["colours"], "the law")

    def test_nothing_is_wider_than_1280_pixels(self):
        for name in ("no-go", "scalability", "crowded", "planted"):
            with self.subTest(name):
                self.assertEqual(self.inspect(name)["wide"], [])

    def test_page_one_is_one_printed_a4_page(self):
        for name in ("go", "no-go", "not-proven", "interrupted", "unknown", "scalability", "crowded", "crowded-calm", "crowded-red",
                     "crowded-open", "planted"):
            with self.subTest(name):
                pages, size = self.print(name)
                self.assertIn("A4", size)
                self.assertIn("THIS DRILL", pages[0].upper())
                self.assertIn("evidence from 22 Nov 2026", pages[0], "the foot is on page one")
                start = "EVERY REQUIREMENT" if name == "unknown" else "WHAT HAPPENED, SECOND BY SECOND"
                self.assertTrue(pages[1].strip().startswith(start), pages[1][:200])


if __name__ == "__main__":
    unittest.main()
