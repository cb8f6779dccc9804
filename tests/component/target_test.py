#!/usr/bin/python3
"""shakedown-target as its users see it: the real program, real sockets, real signals, its own truth file."""

import http.client
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
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

    def call(self, method, path, body=None):
        connection = self.connect()
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

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
            link.sendall(data)
            link.shutdown(socket.SHUT_WR)
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


class CommandLine(TargetTest):
    def test_help_has_examples(self):
        text = subprocess.run([PROGRAM, "--help"], capture_output=True, check=True).stdout.decode()
        for word in ("--lose-last", "--outage", "Examples:", "Exit:"):
            self.assertIn(word, text)

    def test_mistakes_name_what_was_expected_and_found(self):
        for flags, words in (
            (["--dealy", "5ms"], ["--dealy", "did you mean --delay?"]),
            (["--delay", "5"], ["expected", 'found "5"']),
            (["--delay", "exp:5"], ["exp:5ms"]),
            (["--delay", "uniform:9ms-1ms"], ["smaller end first"]),
            (["--delay", "lognormal:5ms:11"], ["sigma", "from 0"]),
            (["--port", "70000"], ["0 to 65535", "70000"]),
            (["--port", "-1"], ["0 to 65535", "-1"]),
            (["--seed"], ["--seed", "nothing"]),
            (["--null=3"], ["no value"]),
            (["--stall", "1s"], ["AT:FOR"]),
            (["--stall", "1s:0s"], ["over zero"]),
            (["--stall", "1s:1s", "--stall", "1500ms:1s"], ["do not overlap"]),
            (["--outage", "1s:1s:melt"], ["hang", "melt"]),
            (["--error-ratio", "0.5"], ["1%", "0.5"]),
            (["--error-ratio", "101%"], ["100%", "101%"]),
            (["--ack", "late"], ["early or fsync", "late"]),
            (["--lose-last", "3"], ["--ack early", "--data"]),
            (["--lose-window", "200"], ["unit"]),
            (["--workers", "2"], ["--service"]),
            (["--resurrect"], ["--error-ratio"]),
            (["--threads", "2"], ["--null"]),
            (["--null", "--delay", "5ms"], ["--delay"]),
            (["extra"], ["extra"]),
        ):
            with self.subTest(flags=flags):
                text = self.fails(64, *flags)
                for word in words:
                    self.assertIn(word, text)

    def test_all_mistakes_are_told_at_once(self):
        text = self.fails(64, "--port", "x", "--delay", "y", "--wat")
        for word in ("--port", "--delay", "--wat"):
            self.assertIn(word, text)

    def test_pidfile_lives_as_long_as_the_process(self):
        path = os.path.join(self.folder, "pid")
        with Target("--pidfile", path) as target:
            with open(path) as file:
                self.assertEqual(int(file.read()), target.process.pid)
            self.assertEqual(target.end(signal.SIGTERM), 0, target.stderr())
        self.assertFalse(os.path.exists(path))
        with Target("--pidfile", path) as target:
            target.end(signal.SIGKILL)
        self.assertTrue(os.path.exists(path))


class Http(TargetTest):
    def test_entries(self):
        with Target("--version", "abc123") as target:
            self.assertEqual(target.call("GET", "/entries/a"), (404, b"no such entry\n"))
            self.assertEqual(target.call("PUT", "/entries/a", b"one\0two"), (201, b""))
            self.assertEqual(target.call("PUT", "/entries/a", b"three"), (200, b""))
            self.assertEqual(target.call("GET", "/entries/a"), (200, b"three"))
            self.assertEqual(target.call("PUT", "/entries/ab/c", b""), (201, b""))
            self.assertEqual(target.call("PUT", "/entries/b", b"x")[0], 201)
            self.assertEqual(target.call("GET", "/entries?prefix=a"), (200, b"a\nab/c\n"))
            self.assertEqual(target.call("GET", "/entries"), (200, b"a\nab/c\nb\n"))
            self.assertEqual(target.call("DELETE", "/entries/a")[0], 200)
            self.assertEqual(target.call("DELETE", "/entries/a")[0], 404)
            status, body = target.call("GET", "/version")
            self.assertEqual((status, json.loads(body)), (200, {"sha": "abc123"}))
            self.assertEqual(target.call("GET", "/health")[0], 200)
            self.assertEqual(target.call("GET", "/entriesX")[0], 404)
            self.assertEqual(target.call("POST", "/entries/a", b"x")[0], 405)
            self.assertEqual(target.call("PUT", "/version", b"x")[0], 405)
            self.assertEqual(target.call("PUT", "/entries/" + 600 * "x", b"x")[0], 400)

    def test_head_has_the_length_and_no_body(self):
        with Target() as target:
            target.call("PUT", "/entries/a", b"12345")
            data = target.exchange(b"HEAD /entries/a HTTP/1.1\r\n\r\n")
            self.assertIn(b"Content-Length: 5\r\n", data)
            self.assertTrue(data.endswith(b"\r\n\r\n"))

    def test_keep_alive_and_close(self):
        get = b"GET /health HTTP/1.%d\r\n%s\r\n"
        with Target() as target:
            for first, count in ((get % (1, b""), 2), (get % (1, b"Connection: close\r\n"), 1),
                                 (get % (0, b""), 1), (get % (0, b"Connection: keep-alive\r\n"), 2)):
                with self.subTest(first=first):
                    answers = target.exchange(first + get % (1, b""))
                    self.assertEqual(statuses(answers), count * [200])
        with Target("--close-each") as target, target.raw() as link:
            link.sendall(get % (1, b""))
            self.assertIn(b"Connection: close", read_to_end(link))

    def test_pipelined_answers_keep_their_order(self):
        requests = b"".join(b"PUT /entries/k HTTP/1.1\r\nContent-Length: 3\r\n\r\n%03d"
                            b"GET /entries/k HTTP/1.1\r\n\r\n" % i for i in range(400))
        for flags in ([], ["--delay", "uniform:0ms-3ms"], ["--data", self.data]):
            with self.subTest(flags=flags), Target(*flags) as target:
                bodies = [part.split(b"\r\n\r\n")[1] for part in
                          target.exchange(requests).split(b"HTTP/1.1 ")[1:]]
                self.assertEqual(bodies[1::2], [b"%03d" % i for i in range(400)])

    def test_chunked_put_byte_by_byte(self):
        request = (b"PUT /entries/c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                   b"4;note=1\r\nabcd\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n")
        with Target() as target:
            with target.raw() as link:
                link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for i in range(len(request)):
                    link.sendall(request[i:i + 1])
                self.assertEqual(statuses(link.recv(4096)), [201])
            self.assertEqual(target.call("GET", "/entries/c"), (200, b"abcd0123456789"))

    def test_continue_before_a_body(self):
        with Target() as target, target.raw() as link:
            link.sendall(b"PUT /entries/c HTTP/1.1\r\nContent-Length: 2\r\n"
                         b"Expect: 100-continue\r\n\r\n")
            self.assertEqual(link.recv(4096), b"HTTP/1.1 100 Continue\r\n\r\n")
            link.sendall(b"ok")
            self.assertEqual(statuses(link.recv(4096)), [201])

    def test_malformed_requests(self):
        put = b"PUT /entries/a HTTP/1.1\r\n"
        chunked = put + b"Transfer-Encoding: chunked\r\n\r\n"
        with Target() as target:
            for request, status in (
                (b"nonsense\r\n\r\n", 400), (b"GET /\x01 HTTP/1.1\r\n\r\n", 400),
                (b"GET  / HTTP/1.1\r\n\r\n", 400), (b"GET / HTTP/2.0\r\n\r\n", 505),
                (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
                (b"GET / HTTP/1.1\r\nA : b\r\n\r\n", 400),
                (b"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", 400),
                (put + b"Content-Length: -1\r\n\r\n", 400),
                (put + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
                (put + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
                (put + b"Transfer-Encoding: gzip\r\n\r\n", 501),
                (chunked + b"zz\r\n", 400), (chunked + b"2\r\nabc\r\n", 400),
                (chunked + b"200000\r\n", 413), (chunked + b"1;" + 3000 * b"x", 400),
                (put + b"Content-Length: 1048577\r\n\r\n" + 1048577 * b"x", 413),
                (b"GET / HTTP/1.1\r\nA: " + 17000 * b"b" + b"\r\n\r\n", 431),
                (17000 * b"G", 431),
            ):
                with self.subTest(request=request[:60]):
                    self.assertEqual(statuses(target.exchange(request)), [status])
            self.assertEqual(target.call("PUT", "/entries/a", 1048576 * b"x")[0], 201)
            self.assertEqual(target.call("GET", "/entries/a"), (200, 1048576 * b"x"))

    def test_garbage_is_no_http(self):
        with Target("--garbage") as target:
            data = target.exchange(b"GET /health HTTP/1.1\r\n\r\n")
            self.assertGreater(len(data), 8)
            self.assertFalse(data.startswith(b"HTTP"))

    def test_null_mode(self):
        get = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        put = b"PUT / HTTP/1.1\r\nContent-Length: 5\r\n\r\nGET /"
        for flags in (["--null"], ["--null", "--threads", 3]):
            with self.subTest(flags=flags), Target(*flags, "--truth", self.truth_path) as target:
                for requests, count in ((get, 1), (put + get, 2), (20000 * get, 20000),
                                        (get + 2000 * put + get, 2002)):
                    links = [target.raw() for _ in range(4)]
                    for link in links:
                        threading.Thread(target=lambda: (
                            link.sendall(requests), link.shutdown(socket.SHUT_WR))).start()
                        data = read_to_end(link)
                        self.assertEqual(data.count(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), count)
                        link.close()
                with target.raw() as link:
                    link.sendall(get[:9])
                    time.sleep(0.05)
                    link.sendall(get[9:])
                    self.assertEqual(statuses(link.recv(4096)), [200])
                self.assertEqual(statuses(target.exchange(b"bad\r\n\r\n")), [400])
                self.assertEqual(target.end(signal.SIGTERM), 0, target.stderr())
        self.assertEqual(len(self.truth("stop")), 2)

    def test_out_of_descriptors_waits_and_does_not_spin(self):
        for flags in ([], ["--null"]):
            def limit():
                resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
            with self.subTest(flags=flags), Target(*flags, preexec_fn=limit) as target:
                links = [target.raw() for _ in range(60)]
                for link in links:
                    link.sendall(b"GET /health HTTP/1.1\r\n\r\n")
                self.assertEqual(statuses(links[0].recv(4096)), [200])
                before, start = self.cpu_seconds(target), time.monotonic()
                time.sleep(1)
                used, passed = self.cpu_seconds(target) - before, time.monotonic() - start
                self.assertLess(used, passed / 3)
                for link in links[:40]:
                    link.close()
                for link in links[40:]:
                    self.assertEqual(statuses(link.recv(4096)), [200])
                    link.close()

    @staticmethod
    def cpu_seconds(target):
        with open("/proc/%d/stat" % target.process.pid) as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Script(TargetTest):
    def timed(self, target, count):
        """`count` requests at once; the seconds each took, in order of their answers."""
        links = [target.raw() for _ in range(count)]
        start = time.monotonic()
        for link in links:
            link.sendall(b"GET /health HTTP/1.1\r\n\r\n")
        took = []

        def wait(link):
            link.recv(4096)
            took.append(time.monotonic() - start)
        threads = [threading.Thread(target=wait, args=(link,)) for link in links]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for link in links:
            link.close()
        return sorted(took)

    def test_a_delay_holds_its_own_request_only(self):
        with Target("--delay", "300ms") as target:
            took = self.timed(target, 20)
            self.assertGreaterEqual(took[0], 0.3)
            self.assertLess(took[-1], 20 * 0.3)

    def test_sampled_delays(self):
        with Target("--delay", "uniform:20ms-60ms", "--seed", 7) as target:
            self.assertGreaterEqual(self.timed(target, 30)[0], 0.020)
        for spec in ("exp:5ms", "lognormal:5ms:0.5"):
            with Target("--delay", spec) as target:
                took = self.timed(target, 30)
                self.assertGreater(took[-1], took[0])
                self.assertGreater(took[15], 0.0005)

    def test_workers_serve_one_queue(self):
        with Target("--workers", 2, "--service", "100ms") as target:
            took = self.timed(target, 6)
            for i, seconds in enumerate(took):
                self.assertGreaterEqual(seconds, 0.1 * (i // 2 + 1) - 0.001)

    def test_stall_holds_everything_and_then_answers_all(self):
        flags = ["--truth", self.truth_path, "--stall", "500ms:700ms"]
        with Target(*flags) as target:
            links = [target.raw() for _ in range(5)]
            self.eventually(lambda: self.truth("stall_begin"), "no stall")
            for link in links:
                link.sendall(b"GET /health HTTP/1.1\r\n\r\n")
            links.append(target.raw())  # the kernel accepts; the program does not
            links[-1].sendall(b"GET /health HTTP/1.1\r\n\r\n")
            for link in links:
                self.assertEqual(statuses(link.recv(4096)), [200])
                answered = time.monotonic_ns()
                link.close()
            [stall] = self.truth("stall")
            start = self.truth("start")[0]["mono_ns"]
            self.assertGreaterEqual(answered, stall["to_ns"])
            self.assertGreaterEqual(stall["to_ns"] - start, 1190_000_000)
            self.assertGreaterEqual(stall["to_ns"] - stall["from_ns"], 1)
            self.assertEqual(target.end(signal.SIGTERM), 0)

    def test_a_signal_ends_a_stall(self):
        with Target("--truth", self.truth_path, "--stall", "0s:1h") as target:
            self.eventually(lambda: self.truth("stall_begin"), "no stall")
            self.assertEqual(target.end(signal.SIGTERM), 0)
        self.assertEqual(len(self.truth("stall")), 1)

    def outage(self, mode, *flags):
        return Target("--truth", self.truth_path, "--outage", "500ms:700ms:" + mode, *flags)

    def check_outage(self, mode):
        self.eventually(lambda: self.truth("outage"), "the outage does not end")
        [event] = self.truth("outage")
        self.assertEqual(event["mode"], mode)
        self.assertGreater(event["to_ns"], event["from_ns"])
        self.assertEqual(self.truth("outage_begin")[0]["from_ns"], event["from_ns"])

    def test_outage_refuse_resets_and_comes_back_on_the_same_port(self):
        with self.outage("refuse") as target, target.raw() as link:
            link.sendall(b"GET /health HTTP/1.1\r\n\r\n")
            self.assertEqual(statuses(link.recv(4096)), [200])
            with self.assertRaises(ConnectionResetError):
                link.recv(1)
            with self.assertRaises(ConnectionRefusedError):
                target.raw()
            self.check_outage("refuse")
            self.assertEqual(target.call("GET", "/health")[0], 200)
            self.assertEqual(target.end(signal.SIGTERM), 0, target.stderr())

    def test_outage_error_answers_503_and_stores_nothing(self):
        with self.outage("error") as target:
            self.eventually(lambda: self.truth("outage_begin"), "no outage")
            self.assertEqual(target.call("PUT", "/entries/a", b"x")[0], 503)
            self.check_outage("error")
            self.assertEqual(target.call("GET", "/entries/a")[0], 404)
        self.assertEqual(self.truth("ack"), [])

    def test_outage_hang_never_answers(self):
        with self.outage("hang") as target, target.raw() as early:
            self.eventually(lambda: self.truth("outage_begin"), "no outage")
            with target.raw() as late:
                for link in (early, late):
                    link.sendall(b"PUT /entries/a HTTP/1.1\r\nContent-Length: 1\r\n\r\nx")
                self.check_outage("hang")
                for link in (early, late):
                    link.sendall(b"GET /health HTTP/1.1\r\n\r\n")
                    link.settimeout(0.3)
                    with self.assertRaises(socket.timeout):
                        link.recv(1)
            self.assertEqual(target.call("GET", "/entries/a")[0], 404)

    def test_outage_hang_swallows_what_is_under_way(self):
        with self.outage("hang", "--delay", "600ms") as target, target.raw() as link:
            link.sendall(b"PUT /entries/a HTTP/1.1\r\nContent-Length: 1\r\n\r\nx")
            self.check_outage("hang")
            link.settimeout(0.3)
            with self.assertRaises(socket.timeout):
                link.recv(1)
        self.assertEqual(self.truth("ack"), [])

    def test_outage_close_closes_after_each_request(self):
        with self.outage("close") as target, target.raw() as link:
            self.eventually(lambda: self.truth("outage_begin"), "no outage")
            link.sendall(b"GET /health HTTP/1.1\r\n\r\n")
            self.assertEqual(read_to_end(link), b"")
            self.check_outage("close")
            self.assertEqual(target.call("GET", "/health")[0], 200)

    def test_outage_that_is_cut_short_by_the_end_is_still_told(self):
        with Target("--truth", self.truth_path, "--outage", "0s:1h") as target:
            self.eventually(lambda: self.truth("outage_begin"), "no outage")
            self.assertEqual(target.end(signal.SIGTERM), 0)
        events = [line["event"] for line in self.truth()]
        self.assertEqual(events[-2:], ["outage", "stop"])

    def test_script_epoch(self):
        flags = ["--truth", self.truth_path, "--outage", "10s:1h:error", "--outage", "0s:2s:hang"]
        with Target("--script-epoch", "%.3f" % (time.time() - 60), *flags) as target:
            self.assertEqual(target.call("GET", "/health")[0], 503)
        self.assertEqual([e["mode"] for e in self.truth("outage_begin")], ["error"])


class Durability(TargetTest):
    def restart_after_kill(self, target, *flags):
        target.end(signal.SIGKILL)
        return self.stored(*flags)

    def present(self, target, ids):
        return {name for name in ids if target.call("GET", "/entries/" + name)[0] == 200}

    def test_fsync_loses_nothing(self):
        ids = ["e%d" % i for i in range(50)]
        with self.stored() as target:
            threads = [threading.Thread(target=target.put_all, args=(ids[i::5],)) for i in range(5)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            with self.restart_after_kill(target) as again:
                self.assertEqual(self.present(again, ids), set(ids))
        acks = self.truth("ack")
        self.assertEqual({ack["id"] for ack in acks}, set(ids))
        self.assertEqual(sorted(ack["seq"] for ack in acks), list(range(1, 51)))
        [lost] = self.truth("lost")
        self.assertEqual(lost["ids"], [])
        self.assertGreaterEqual(lost["last_alive_ns"], acks[-1]["mono_ns"] - 1_000_000_000)

    def test_lose_last_loses_exactly_the_last_ones(self):
        flags = ["--ack", "early", "--lose-last", 7]
        ids = ["e%02d" % i for i in range(40)]
        with self.stored(*flags) as target:
            target.put_all(ids)
            self.assertEqual(target.call("GET", "/entries/e39")[0], 200)
            with self.restart_after_kill(target, *flags) as again:
                self.assertEqual(self.present(again, ids), set(ids[:-7]))
                [lost] = self.truth("lost")
                self.assertEqual(lost["ids"], ids[-7:])
                start, down = self.truth("start")[1], self.truth("down")[0]
                self.assertLess(lost["last_alive_ns"], start["mono_ns"])
                self.assertEqual(down["from_ns"], lost["last_alive_ns"])
                self.assertGreater(down["to_ns"], start["mono_ns"])
                self.assertFalse(down["clean"])
                # A second crash counts only what was acknowledged since.
                again.put_all(["f1", "f2"])
                with self.restart_after_kill(again, *flags) as third:
                    self.assertEqual(self.truth("lost")[1]["ids"], ["f1", "f2"])
                    third.put_all(["g"])
        numbers = [ack["seq"] for ack in self.truth("ack")]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    def test_lose_last_under_concurrent_writes_agrees_with_the_truth(self):
        flags = ["--ack", "early", "--lose-last", 12]
        for trial in range(3):
            answered = [[] for _ in range(4)]
            with self.stored(*flags) as target:
                def write(worker):
                    connection = target.connect()
                    try:
                        for i in range(100000):
                            name = "t%d-%d-%d" % (trial, worker, i)
                            connection.request("PUT", "/entries/" + name, "x")
                            connection.getresponse().read()
                            answered[worker].append(name)
                    except (OSError, http.client.HTTPException):
                        connection.close()
                threads = [threading.Thread(target=write, args=(i,)) for i in range(4)]
                for thread in threads:
                    thread.start()
                time.sleep(0.5)
                target.end(signal.SIGKILL)
                for thread in threads:
                    thread.join()
            with self.stored(*flags) as again:
                listed = set(again.call("GET", "/entries?prefix=t%d-" % trial)[1].decode().split())
                self.assertEqual(again.end(signal.SIGTERM), 0)
            known = set(sum(answered, []))
            lost = set(self.truth("lost")[-1]["ids"])
            self.assertEqual(known - listed, lost & known)
            # Beside the twelve at most one write of each worker was on its way.
            self.assertGreaterEqual(len(lost), 12)
            self.assertLessEqual(len(lost), 12 + 4)
            self.assertLessEqual(len(lost & known), 12)

    def test_lose_window_loses_the_youngest(self):
        flags = ["--ack", "early", "--lose-window", "400ms"]
        ids = ["e%03d" % i for i in range(100)]
        with self.stored(*flags) as target:
            for name in ids:
                target.call("PUT", "/entries/" + name, b"x")
                time.sleep(0.01)
            with self.restart_after_kill(target, *flags) as again:
                there = self.present(again, ids)
        [lost] = self.truth("lost")
        acks = {ack["id"]: ack["mono_ns"] for ack in self.truth("ack")}
        self.assertEqual(set(lost["ids"]), set(ids) - there)
        self.assertEqual(lost["ids"], ids[len(there):])
        self.assertTrue(there and lost["ids"])
        ages = [lost["last_alive_ns"] - acks[name] for name in lost["ids"]]
        self.assertLess(max(ages), 600_000_000)
        kept = [lost["last_alive_ns"] - acks[name] for name in there]
        self.assertGreater(min(kept), 390_000_000)

    def test_sigterm_flushes_what_lags(self):
        flags = ["--ack", "early", "--lose-last", 100]
        with self.stored(*flags) as target:
            target.put_all(["a", "b"])
            self.assertEqual(target.end(signal.SIGTERM), 0, target.stderr())
        with self.stored(*flags) as target:
            self.assertEqual(self.present(target, ["a", "b"]), {"a", "b"})
        self.assertEqual(self.truth("lost"), [])
        self.assertEqual(len(self.truth("stop")), 1)
        self.assertTrue(self.truth("down")[0]["clean"])

    def test_in_memory_loses_everything(self):
        with Target("--truth", self.truth_path) as target:
            target.put_all(["a", "b"])
            target.end(signal.SIGKILL)
        with Target("--truth", self.truth_path):
            self.assertEqual(self.truth("lost")[0]["ids"], ["a", "b"])

    def test_odd_ids_survive_the_truth_file(self):
        ids = ['q"x', "back\\slash", '",("ids":[', "%20"]
        with Target("--truth", self.truth_path) as target:
            target.put_all(ids)
            target.end(signal.SIGKILL)
        for _ in range(2):
            with Target("--truth", self.truth_path) as target:
                target.end(signal.SIGKILL)
        self.assertEqual({ack["id"] for ack in self.truth("ack")}, set(ids))
        first, second = self.truth("lost")
        self.assertEqual(set(first["ids"]), set(ids))
        self.assertEqual(second["ids"], [])

    def test_a_lost_deletion_is_told_apart(self):
        flags = ["--ack", "early", "--lose-last", 1]
        with self.stored(*flags) as target:
            target.put_all(["a", "b"])
            self.assertEqual(target.call("DELETE", "/entries/a")[0], 200)
            with self.restart_after_kill(target, *flags) as again:
                self.assertEqual(self.present(again, ["a", "b"]), {"a", "b"})
        [lost] = self.truth("lost")
        self.assertEqual((lost["ids"], lost["undeleted"]), ([], ["a"]))

    def test_a_deletion_survives(self):
        with self.stored() as target:
            target.put_all(["a", "b"])
            target.call("DELETE", "/entries/a")
            with self.restart_after_kill(target) as again:
                self.assertEqual(self.present(again, ["a", "b"]), {"b"})
        self.assertEqual(self.truth("lost")[0]["ids"], [])
        self.assertEqual(len(self.truth("delete")), 1)

    def test_torn_ends_of_files_are_cut(self):
        with self.stored() as target:
            target.put_all(["a", "b"])
            target.end(signal.SIGKILL)
        with open(os.path.join(self.data, "entries.log"), "ab") as file:
            file.write(b"half a record")
        with open(self.truth_path, "ab") as file:
            file.write(b'{"event":"ack","id":"b","se')
        with self.stored() as target:
            self.assertEqual(self.present(target, ["a", "b"]), {"a", "b"})
            target.put_all(["c"])
            with self.restart_after_kill(target) as again:
                self.assertEqual(self.present(again, ["a", "b", "c"]), {"a", "b", "c"})
        with open(self.truth_path) as file:
            torn = [line for line in file if not line.endswith("}\n")]
        self.assertEqual(len(torn), 1)

    def test_without_a_truth_file_nothing_is_written(self):
        with Target("--data", self.data) as target:
            target.put_all(["a"])
            self.assertEqual(target.end(signal.SIGTERM), 0)
        self.assertEqual(os.listdir(self.folder), ["store"])


class Defects(TargetTest):
    def test_error_ratio_is_seeded_and_does_nothing_to_the_store(self):
        seen = []
        for _ in range(2):
            with Target("--error-ratio", "30%", "--seed", 3) as target:
                codes = [target.call("PUT", "/entries/%d" % i, b"x")[0] for i in range(60)]
                self.assertEqual(target.call("GET", "/health")[0], 200)
            seen.append(codes)
        self.assertEqual(seen[0], seen[1])
        self.assertIn(500, seen[0])
        self.assertIn(201, seen[0])

    def test_resurrect_stores_what_it_denied(self):
        flags = ["--error-ratio", "50%", "--resurrect"]
        with self.stored(*flags) as target:
            codes = {str(i): target.call("PUT", "/entries/%d" % i, b"x")[0] for i in range(40)}
            denied = {name for name, code in codes.items() if code == 500}
            self.assertEqual(target.end(signal.SIGTERM), 0)
        self.assertTrue(denied)
        self.assertEqual({line["id"] for line in self.truth("resurrected")}, denied)
        self.assertEqual({line["id"] for line in self.truth("ack")}, set(codes) - denied)
        with self.stored() as target:
            self.assertEqual(set(target.call("GET", "/entries")[1].decode().split()), set(codes))

    def test_corrupt_and_duplicate_ids_are_told_in_the_truth(self):
        flags = ["--truth", self.truth_path, "--corrupt-ratio", "30%", "--duplicate-ratio", "30%"]
        ids = ["e%d" % i for i in range(60)]
        with Target(*flags, "--seed", 5) as target:
            target.put_all(ids)
            listed = target.call("GET", "/entries")[1].decode().split()
            bodies = {name: target.call("GET", "/entries/" + name)[1].decode() for name in ids}
        duplicates = {ack["id"] for ack in self.truth("ack") if ack.get("duplicate")}
        corrupt = {ack["id"] for ack in self.truth("ack") if ack.get("corrupt")}
        self.assertTrue(0 < len(duplicates) < 60 and 0 < len(corrupt) < 60)
        self.assertNotEqual(duplicates, corrupt)
        for name in ids:
            copies = 2 if name in duplicates else 1
            self.assertEqual(listed.count(name), copies)
            parts = bodies[name].split("\n")
            self.assertEqual(len(parts), copies)
            for part in parts:
                self.assertEqual(part != "value of " + name, name in corrupt)

    def test_ghosts_are_there_and_nobody_wrote_them(self):
        flags = ["--ghost", 3, "--ghost-prefix", "boo"]
        for _ in range(2):
            with self.stored(*flags) as target:
                self.assertEqual(target.call("GET", "/entries")[1], b"boo1\nboo2\nboo3\n")
                target.end(signal.SIGKILL)
        self.assertEqual([line["ids"] for line in self.truth("ghost")], [["boo1", "boo2", "boo3"]])
        self.assertEqual(self.truth("ack"), [])


class Trouble(TargetTest):
    def test_port_taken(self):
        with Target() as target:
            self.assertIn("--port", self.fails(69, "--port", target.port))

    def test_data_folder_in_use(self):
        with self.stored():
            self.assertIn("another process", self.fails(75, "--data", self.data))

    def test_not_writable(self):
        nowhere = os.path.join(self.folder, "no", "such")
        with open(os.path.join(self.folder, "file"), "w"):
            pass
        for flags in (["--truth", nowhere], ["--pidfile", nowhere], ["--data", nowhere],
                      ["--data", os.path.join(self.folder, "file")]):
            with self.subTest(flags=flags):
                self.assertIn(flags[0], self.fails(74, *flags))

    def test_disk_full_for_the_truth(self):
        os.symlink("/dev/full", self.truth_path)
        text = self.fails(74, "--truth", self.truth_path)
        self.assertIn(self.truth_path, text)

    def test_disk_full_for_the_data(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        for ack in ("fsync", "early"):
            data = os.path.join(self.folder, ack)
            with Target("--data", data, "--ack", ack, preexec_fn=limit) as target:
                with self.assertRaises((OSError, http.client.HTTPException)):
                    for i in range(20):
                        target.call("PUT", "/entries/%d" % i, 20_000 * b"x")
                self.assertEqual(target.process.wait(60), 74)
                self.assertIn("entries.log", target.stderr())
            with Target("--data", data) as target:
                self.assertEqual(target.call("GET", "/entries")[1], b"0\n1\n2\n3\n")


if __name__ == "__main__":
    unittest.main()
