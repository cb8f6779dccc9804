#!/usr/bin/env python3
"""Every request carries the run's mark, and what the drill wrote is taken away again by it, and by nothing else."""
import http.server
import json
import threading
import unittest
import urllib.request

import support

CLEANUP = """cleanup:
  mine:
    delete: {http: {target: api, method: DELETE, path: "/entries?prefix={run}"}}
    remains: {http: {target: api, path: "/count?prefix={run}"}, number: /count}
"""
PHASES = """phases:
  - {name: steady, duration: 2s, load: {open: {rate: 50/s}, mix: {read: 1}}}
requirements:
  - {id: DU-1, area: data-storage, title: Kept, sli: {durability: {ledger: entries}}, objective: "<= 0 writes"}
"""


class Recorder(http.server.ThreadingHTTPServer):
    """A store that forgets nothing of what it was asked; `keeps` = ids that no deletion touches."""
    daemon_threads = True

    def __init__(self):
        self.entries, self.seen, self.keeps = {}, [], lambda identifier: False
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Store)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Store(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, body=""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def note(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        with self.server.lock:
            self.server.seen.append((self.command, self.path, self.headers.get("X-Shakedown-Run")))
        return body

    def do_PUT(self):
        body = self.note()
        self.server.entries[self.path.rsplit("/", 1)[1]] = body
        self.reply(201)

    def do_GET(self):
        self.note()
        if "prefix=" in self.path:
            prefix = self.path.split("prefix=")[1]
            count = sum(name.startswith(prefix) for name in self.server.entries)
            return self.reply(200, json.dumps({"count": count}))
        body = self.server.entries.get(self.path.rsplit("/", 1)[1])
        return self.reply(404) if body is None else self.reply(200, body)

    def do_DELETE(self):
        self.note()
        prefix = self.path.split("prefix=")[1]
        for name in [n for n in self.server.entries if n.startswith(prefix) and not self.server.keeps(n)]:
            del self.server.entries[name]
        self.reply(200)

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except ConnectionError:
            pass  # a load connection is closed by a reset


def drill(url, cleanup=CLEANUP, phases=PHASES):
    return f"""shakedown: v1
name: marks
targets: {{api: {{url: "{url}", mark: X-Shakedown-Run}}}}
operations:
  read: {{http: {{target: api, path: "/entries/{{key}}"}}, key: {{uniform: [1, 9]}}, expect: {{status: [200, 404]}}}}
probes:
  door: {{operation: read, every: 50ms, timeout: 500ms}}
ledgers:
  entries:
    write: {{http: {{target: api, method: PUT, path: "/entries/{{id}}", body: "{{payload}}"}}}}
    read: {{http: {{target: api, path: "/entries/{{id}}"}}}}
    present: {{body: {{contains: "{{checksum}}"}}}}
    absent: {{status: [404]}}
    rate: 50/s
    settle: 100ms
{cleanup}{phases}"""


class Marks(support.Folder):
    def setUp(self):
        super().setUp()
        self.store = Recorder()
        self.addCleanup(self.store.server_close)
        self.addCleanup(self.store.shutdown)
        self.store.entries["somebody-elses"] = "theirs"

    def cleanup(self):
        return self.scorecard()["cleanups"]

    def page(self, name="scorecard.html"):
        with open(f"{self.out}/{name}") as file:
            return file.read()

    def test_every_request_carries_the_mark_and_nothing_is_left(self):
        self.run_scenario(drill(self.store.url), expect=0)
        run = self.scorecard()["run"]["id"]
        self.assertEqual({mark for _, _, mark in self.store.seen}, {run})
        written = [path for method, path, _ in self.store.seen if method == "PUT"]
        self.assertGreater(len(written), 50)
        self.assertTrue(all(path.startswith(f"/entries/{run}-") for path in written), written[:3])
        self.assertEqual(self.store.entries, {"somebody-elses": "theirs"})
        self.assertEqual(self.cleanup(), [{"name": "mine", "deleted": True, "remains": 0, "detail": None}])
        methods = [method for method, _, _ in self.store.seen]
        self.assertNotIn("PUT", methods[methods.index("DELETE"):], "the drill wrote after it had cleaned up")
        self.assertIn("DELETE", self.shakedown("plan", self.path("scenario.yaml")).stdout)

    def test_what_remains_is_told_and_changes_no_verdict(self):
        self.store.keeps = lambda identifier: identifier.endswith(("-1", "-2", "-3"))
        self.run_scenario(drill(self.store.url), expect=0)
        remains = self.cleanup()[0]["remains"]
        self.assertEqual(remains, len(self.store.entries) - 1)
        self.assertGreaterEqual(remains, 3)
        self.assertIn(f"cleanup mine, {remains} left", self.page())
        self.assertIn("Data of this drill is in the service", self.page())
        self.assertIn(f"{remains}", self.page("scorecard.md"))

    def test_a_command_cleans_too_and_what_fails_is_told(self):
        script = 'test "$MARK" = "$(basename "$RUN")" && exit 3'
        cleanup = f"env: {{MARK: \"{{run}}\", RUN: \"{{run}}\"}}\ncleanup: {{mine: {{delete: {{command: [sh, -c, '{script}']}}, remains: {{command: [echo, \"7\"]}}}}}}\n"
        self.run_scenario(drill(self.store.url, cleanup), expect=0)
        [one] = self.cleanup()
        self.assertEqual((one["deleted"], one["remains"]), (False, 7))
        self.assertIn("exit code 3", one["detail"])
        self.assertIn("not deleted", self.page())

    def test_a_run_that_is_broken_off_cleans_up(self):
        file = self.write("scenario.yaml", drill(self.store.url, phases=PHASES.replace("duration: 2s", "duration: 90s")))
        run = self.start(support.SHAKEDOWN, "run", file, "--yes", "--quiet", "--out", self.out)
        support.wait_until(lambda: len(self.store.entries) > 20, 60, "entries are written")
        support.interrupt(run)
        run.wait(timeout=60)
        self.assertEqual(self.store.entries, {"somebody-elses": "theirs"})
        self.assertEqual(self.cleanup()[0]["remains"], 0)


class Practice(support.Folder):
    """The practice target takes a run's entries away by their prefix."""

    def test_by_prefix(self):
        self.start_target()
        url = f"http://127.0.0.1:{self.port}"
        put = urllib.request.Request(url + "/entries/other", data=b"x", method="PUT")
        urllib.request.urlopen(put).close()
        self.run_scenario(drill(url), expect=0)
        self.assertEqual(self.scorecard()["cleanups"][0]["remains"], 0)
        with urllib.request.urlopen(url + "/entries") as all_of_them:
            self.assertEqual(all_of_them.read(), b"other\n")


if __name__ == "__main__":
    unittest.main()
