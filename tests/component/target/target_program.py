"""Starts, asks and ends a real shakedown-target for the target_*test.py files."""

import errno
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.path.join(os.environ["SHAKEDOWN_BIN_DIR"], "shakedown-target")


class Target:
    """One running program; ended by its own process id."""

    def __init__(self, *flags, **popen):
        self.errors = tempfile.TemporaryFile()
        self.text = ""
        self.process = subprocess.Popen(
            [PROGRAM, *map(str, flags)], stdout=subprocess.PIPE, stderr=self.errors, **popen)
        line = self.process.stdout.readline().decode()
        self.port = int(line.rsplit(":", 1)[1]) if line.startswith("listening on 127.0.0.1:") else 0
        self.metrics_port = self.side_port("metrics", "--metrics-port" in flags) or self.port
        self.redirect_port = self.side_port("redirect", "--plain-redirect-port" in flags)

    def side_port(self, name, wanted):
        if not (self.port and wanted):
            return 0
        line = self.process.stdout.readline().decode()
        assert line.startswith(name + " on 127.0.0.1:"), line
        return int(line.rsplit(":", 1)[1])

    def __enter__(self):
        if not self.port:
            self.end(signal.SIGKILL)
            raise AssertionError("did not start: " + self.stderr())
        return self

    def __exit__(self, *_):
        self.end(signal.SIGKILL)

    def end(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(60)
        self.process.stdout.close()
        self.stderr()
        self.errors.close()
        return code

    def stderr(self):
        if not self.errors.closed:
            self.errors.seek(0)
            self.text = self.errors.read().decode()
        return self.text

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def call(self, method, path, body=None, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=30)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def metrics(self):
        """One scrape: {name with labels: value}."""
        status, body = self.call("GET", "/metrics", port=self.metrics_port)
        assert status == 200, status
        lines = [line for line in body.decode().splitlines() if not line.startswith("#")]
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}

    def put_all(self, ids):
        connection = self.connect()
        for name in ids:
            connection.request("PUT", "/entries/" + name, "value of " + name)
            answer = connection.getresponse()
            answer.read()
            assert answer.status in (200, 201), answer.status
        connection.close()

    def raw(self):
        return socket.create_connection(("127.0.0.1", self.port), 30)

    def exchange(self, data):
        """Sends bytes, ends our side and reads until the other side closes."""
        with self.raw() as link:
            try:
                link.sendall(data)
                link.shutdown(socket.SHUT_WR)
            except OSError as gone:  # it closed before we had finished: what it said is still there to be read
                if gone.errno not in (errno.ENOTCONN, errno.EPIPE, errno.ECONNRESET):
                    raise
            return read_to_end(link)


def read_to_end(link):
    parts = []
    while True:
        try:
            part = link.recv(65536)
        except ConnectionResetError:
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts)


def statuses(data):
    return [int(part[:3]) for part in data.split(b"HTTP/1.1 ")[1:]]


class TargetTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shakedown-target-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.truth_path = os.path.join(self.folder, "truth.jsonl")
        self.data = os.path.join(self.folder, "store")

    def truth(self, event=None):
        with open(self.truth_path) as file:
            lines = [json.loads(line) for line in file if line.strip()]
        return [line for line in lines if event in (None, line["event"])]

    def stored(self, *flags):
        return Target("--data", self.data, "--truth", self.truth_path, *flags)

    def fails(self, code, *flags, **popen):
        target = Target(*flags, **popen)
        self.assertEqual(target.port, 0, flags)
        self.assertEqual(target.end(signal.SIGKILL), code, target.stderr())
        return target.stderr()

    def eventually(self, check, what):
        deadline = time.monotonic() + 60
        while not check():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.01)
