"""A real Prometheus beside the practice targets of a test."""
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

import support

PROMETHEUS = "/usr/bin/prometheus"
ALERTMANAGER = "/usr/bin/prometheus-alertmanager"


class Watched(support.Folder):
    """Targets that the test starts, each scraped once a second under its name."""

    def setUp(self):
        super().setUp()
        self.epoch = time.time()
        self.targets = {}  # name: (port, metrics port)

    def add_target(self, name, *flags, start=True):
        """start=False: the scenario starts it; only its ports are chosen."""
        port, metrics = support.free_port(), support.free_port()
        self.targets[name] = (port, metrics)
        argv = [support.TARGET, "--port", str(port), "--metrics-port", str(metrics), *flags]
        if start:
            process = self.start(*argv, "--script-epoch", f"{self.epoch:.3f}", stdout=support.subprocess.PIPE, text=True)
            self.assertIn("listening on", process.stdout.readline())
        return argv

    def start_prometheus(self, rules="", port=None, alertmanager=None):
        jobs = "\n".join(
            f"  - {{job_name: {name}, static_configs: [{{targets: ['127.0.0.1:{metrics}'], labels: {{svc: {name}}}}}]}}"
            for name, (_, metrics) in self.targets.items())
        alerting = f"alerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{alertmanager}']}}]}}]}}\n" if alertmanager else ""
        files = f"rule_files: [{self.write('rules.yml', rules)}]\n" if rules else ""
        config = self.write("prometheus.yml", "global: {scrape_interval: 1s, evaluation_interval: 1s}\n" + files + alerting +
                            "scrape_configs:\n" + jobs + "\n")
        self.prometheus = port or support.free_port()
        with open(self.path("prometheus.log"), "w") as log:
            self.start(PROMETHEUS, f"--config.file={config}", f"--storage.tsdb.path={self.path('tsdb')}",
                       f"--web.listen-address=127.0.0.1:{self.prometheus}", stdout=log, stderr=log)
        support.wait_until(self.is_ready, 60, "Prometheus is ready")

    def start_alertmanager(self):
        port = support.free_port()
        config = self.write("alertmanager.yml", "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
        with open(self.path("alertmanager.log"), "w") as log:
            self.start(ALERTMANAGER, f"--config.file={config}", f"--storage.path={self.path('am')}",
                       f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", stdout=log, stderr=log)
        return port

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.prometheus}{path}", timeout=10) as answer:
            return answer.read().decode()

    def is_ready(self):
        try:
            return "Ready" in self.get("/-/ready")
        except (urllib.error.URLError, OSError):
            return False

    def query(self, expression):
        return json.loads(self.get("/api/v1/query?query=" + urllib.parse.quote(expression)))["data"]["result"]

    def await_scrapes(self, name):
        """Until two scrapes of the target are stored."""
        support.wait_until(lambda: self.query(f'count_over_time(up{{svc="{name}"}}[1m]) >= 2'), 60, f"{name} is scraped")


def url(port):
    return f"http://127.0.0.1:{port}"


def quoted(text):
    return json.dumps(text)
