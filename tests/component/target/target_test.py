#!/usr/bin/python3
"""The command line, HTTP and the trouble with files of shakedown-target."""

import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import threading
import time
import unittest

from target_program import PROGRAM, Target, TargetTest, read_to_end, statuses


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
