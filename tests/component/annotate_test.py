"""`shakedown annotate` against a server that writes down what a Grafana would get."""

import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
import unittest

SHAKEDOWN = os.path.join(os.environ["SHAKEDOWN_BIN_DIR"], "shakedown")
RUN = os.path.join(os.environ["SHAKEDOWN_SOURCE_DIR"], "tests/golden/judge/quickstart")
SECRET = "glsa_planted_secret"


class Grafana(http.server.ThreadingHTTPServer):
    def __init__(self, status=200):
        super().__init__(("127.0.0.1", 0), Recorder)
        self.status, self.posts = status, []
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def stop(self):
        self.shutdown()
        self.thread.join()
        self.server_close()


class Recorder(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, dict(self.headers), json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b'{"message":"Annotation added","id":1}')

    def log_message(self, *_):
        pass


class AnnotateTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.dir = os.path.join(holder.name, "run")
        shutil.copytree(RUN, self.dir)

    def serve(self, status=200):
        grafana = Grafana(status)
        self.addCleanup(grafana.stop)
        return grafana

    def annotate(self, *arguments, **environment):
        return subprocess.run([SHAKEDOWN, "annotate", self.dir, *arguments], capture_output=True, text=True, timeout=60,
                              env=os.environ | environment)

    def scorecard(self):
        with open(os.path.join(self.dir, "scorecard.json")) as file:
            return json.load(file)

    def test_phases_and_faults_become_regions(self):
        grafana = self.serve()
        done = self.annotate("--grafana", grafana.url + "/", "--token-env", "TOKEN", TOKEN=SECRET)
        self.assertEqual(done.returncode, 0, done.stderr)
        card = self.scorecard()
        regions = [body for _, _, body in grafana.posts]
        faults = [r for r in regions if "fault" in r["tags"]]
        phases = [r for r in regions if "phase" in r["tags"]]
        self.assertEqual(len(faults), len(card["faults"]))
        self.assertGreater(len(phases), 0)
        self.assertIn(f"{len(regions)} annotations posted", done.stdout)
        for path, headers, region in grafana.posts:
            self.assertEqual(path, "/api/annotations")
            self.assertEqual(headers["Authorization"], "Bearer " + SECRET)
            self.assertEqual(headers["Content-Type"], "application/json")
            self.assertIn(card["run"]["id"], region["tags"])
            self.assertIn("shakedown", region["tags"])
            self.assertLess(region["time"], region["timeEnd"])
            self.assertIsInstance(region["time"], int)
        for region, fault in zip(faults, card["faults"]):
            self.assertIn(fault["name"], region["tags"])
            inside = [p for p in phases if p["time"] <= region["time"] <= p["timeEnd"]]
            self.assertEqual(len(inside), 1, "a fault lies in one phase")

    def test_the_token_is_never_printed(self):
        grafana = self.serve(401)
        done = self.annotate("--grafana", grafana.url, "--token-env", "TOKEN", TOKEN=SECRET)
        self.assertEqual(done.returncode, 69)
        self.assertIn("401", done.stderr)
        self.assertIn("annotations:create", done.stderr)
        self.assertNotIn(SECRET, done.stdout + done.stderr)
        for root, _, files in os.walk(self.dir):
            for name in files:
                with open(os.path.join(root, name), "rb") as file:
                    self.assertNotIn(SECRET.encode(), file.read(), name)

    def test_a_token_from_a_file_loses_its_line_end(self):
        grafana = self.serve()
        path = os.path.join(self.dir, "token")
        with open(path, "w") as file:
            file.write(SECRET + "\n")
        self.assertEqual(self.annotate("--grafana", grafana.url, "--token-file", path).returncode, 0)
        self.assertEqual(grafana.posts[0][1]["Authorization"], "Bearer " + SECRET)

    def test_without_a_token_none_is_sent(self):
        grafana = self.serve()
        self.assertEqual(self.annotate("--grafana", grafana.url).returncode, 0)
        self.assertNotIn("Authorization", grafana.posts[0][1])

    def test_a_missing_token_is_said_before_anything_is_sent(self):
        grafana = self.serve()
        done = self.annotate("--grafana", grafana.url, "--token-env", "NOT_SET_ANYWHERE")
        self.assertEqual(done.returncode, 64)
        self.assertIn("NOT_SET_ANYWHERE", done.stderr)
        self.assertEqual(grafana.posts, [])

    def test_a_token_never_crosses_a_network_in_the_clear(self):
        done = self.annotate("--grafana", "http://grafana.example.com", "--token-env", "TOKEN", TOKEN=SECRET)
        self.assertEqual(done.returncode, 77)
        self.assertIn("https", done.stderr)

    def test_nobody_there(self):
        grafana = Grafana()
        url = grafana.url
        grafana.stop()
        done = self.annotate("--grafana", url)
        self.assertEqual(done.returncode, 69)
        self.assertIn(url, done.stderr)


if __name__ == "__main__":
    unittest.main()
