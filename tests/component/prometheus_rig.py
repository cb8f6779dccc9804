"""A real Prometheus on loopback, and the questions that the tests put to it."""

import http.client
import json
import os
import socket
import subprocess
import time
import urllib.parse


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def fetch(port, path):
    """(status, body) of a GET; (0, "") while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        return reply.status, reply.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def await_true(condition, seconds, what):
    """The first true value of condition(); it asks a program that cannot call back."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


class Prometheus:
    def __init__(self, folder, scraped, rules):
        """Scrapes the port every second; rules: path of a rules file, evaluated every second."""
        self.port = free_port()
        config = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
                  "rule_files": [rules],
                  "scrape_configs": [{"job_name": "shakedown", "static_configs": [{"targets": [f"127.0.0.1:{scraped}"]}]}]}
        path = os.path.join(folder, "prometheus.yml")
        with open(path, "w") as file:
            json.dump(config, file)
        self.log = open(os.path.join(folder, "prometheus.log"), "w")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={path}", f"--storage.tsdb.path={os.path.join(folder, 'tsdb')}",
             f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"],
            stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        await_true(lambda: fetch(self.port, "/-/ready")[0] == 200 or self.process.poll() is not None, 60, "Prometheus ready")

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()
        self.log.close()

    def api(self, path, **parameters):
        status, body = fetch(self.port, f"/api/v1/{path}?" + urllib.parse.urlencode(parameters, doseq=True))
        reply = json.loads(body)
        if status != 200 or reply["status"] != "success":
            raise AssertionError(f"{path} {parameters}: {body}")
        return reply["data"]

    def over(self, expression, start, end):
        """The series of a range query, a point each second."""
        return self.api("query_range", query=expression, start=start, end=end, step="1")["result"]

    def last(self, expression, start, end):
        """{labels as a sorted tuple: the last value} of a range query."""
        return {tuple(sorted((k, v) for k, v in series["metric"].items() if k not in ("job", "instance", "__name__"))):
                float(series["values"][-1][1]) for series in self.over(expression, start, end)}
