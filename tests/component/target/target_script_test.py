#!/usr/bin/python3
"""Delays, queues, stalls and outages of shakedown-target, and what its truth file says of them."""

import signal
import socket
import threading
import time
import unittest

from target_program import Target, TargetTest, read_to_end, statuses


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
        flags = ["--truth", self.truth_path, "--stall", "1s:1s"]
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
            self.assertGreaterEqual(stall["to_ns"] - start, 1_500_000_000)
            self.assertGreaterEqual(stall["to_ns"] - stall["from_ns"], 1)
            self.assertEqual(target.end(signal.SIGTERM), 0)

    def test_a_signal_ends_a_stall(self):
        with Target("--truth", self.truth_path, "--stall", "0s:1h") as target:
            self.eventually(lambda: self.truth("stall_begin"), "no stall")
            self.assertEqual(target.end(signal.SIGTERM), 0)
        self.assertEqual(len(self.truth("stall")), 1)

    def outage(self, mode, *flags):
        return Target("--truth", self.truth_path, "--outage", "1s:1s:" + mode, *flags)

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
        with self.outage("hang", "--delay", "1200ms") as target, target.raw() as link:
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


if __name__ == "__main__":
    unittest.main()
