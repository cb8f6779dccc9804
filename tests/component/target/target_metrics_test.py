#!/usr/bin/python3
"""What shakedown-target says of itself at /metrics: exact when honest, wrong exactly as planted."""

import shutil
import signal
import socket
import struct
import subprocess
import unittest

from target_program import Target, TargetTest, read_to_end, statuses

GET = b"GET /health HTTP/1.1\r\n\r\n"
TOTAL = "http_requests_total"


def requests(page, code=None, method=None):
    """Sum of http_requests_total, of one code and method if given."""
    labels = [part for part in (code and 'code="%s"' % code, method and 'method="%s"' % method) if part]
    return sum(value for name, value in page.items()
               if name.startswith(TOTAL + "{") and all(label in name for label in labels))


def is_consistent(page):
    return page["slo_requests_total"] == requests(page)


class Honest(TargetTest):
    def test_every_request_is_counted_once(self):
        with Target() as target:
            for i in range(7):
                target.call("PUT", "/entries/%d" % i, b"x")
            for i in range(10):
                target.call("GET", "/entries/%d" % i)
            target.call("DELETE", "/entries/0")
            target.call("HEAD", "/entries/1")
            target.call("POST", "/entries/1")
            target.exchange(b"nonsense\r\n\r\n")
            target.exchange(GET * 500)
            for _ in range(2):  # a scrape counts nothing
                page = target.metrics()
                for code, method, count in (
                    (201, "PUT", 7), (200, "GET", 507), (404, "GET", 3), (200, "DELETE", 1),
                    (200, "HEAD", 1), (405, "other", 1), (400, "other", 1), (None, None, 521),
                ):
                    self.assertEqual(requests(page, code, method), count, (code, method))
                self.assertTrue(is_consistent(page))
                self.assertEqual(page["slo_requests_good_total"], 521)
                self.assertEqual(page["http_request_duration_seconds_count"], 521)
                self.assertEqual(page['http_request_duration_seconds_bucket{le="+Inf"}'], 521)
                self.assertEqual(page["service_up"], 1)

    def test_failures_are_not_good(self):
        with Target("--error-ratio", "30%") as target:
            codes = [target.call("PUT", "/entries/%d" % i, b"x")[0] for i in range(100)]
            page = target.metrics()
        self.assertEqual(requests(page, 500, "PUT"), codes.count(500))
        self.assertEqual(page["slo_requests_good_total"], codes.count(201))
        self.assertEqual(page["slo_success_ratio_last"], codes.count(201) / 100)

    def test_writes_that_wait_for_the_disk_are_counted(self):
        with self.stored() as target:
            target.put_all(["a", "b", "c"])
            self.assertEqual(requests(target.metrics(), 201, "PUT"), 3)

    def test_durations_fall_into_their_buckets(self):
        with Target("--delay", "30ms") as target:
            for _ in range(4):
                target.call("GET", "/health")
            page = target.metrics()
        name = 'http_request_duration_seconds_bucket{le="%s"}'
        self.assertEqual(page[name % "0.025"], 0)
        self.assertEqual(page[name % "10"], 4)
        self.assertGreaterEqual(page["http_request_duration_seconds_sum"], 4 * 0.030)
        self.assertGreaterEqual(page["http_request_duration_seconds_average"], 0.030)
        self.assertAlmostEqual(page["http_request_duration_seconds_average"],
                               page["http_request_duration_seconds_sum"] / 4)

    def test_the_average_hides_the_slow_ones(self):
        with Target("--delay", "lognormal:1ms:2", "--seed", 3) as target:
            for _ in range(50):
                target.call("GET", "/health")
            page = target.metrics()
        buckets = [(float(name.split('"')[1]), value) for name, value in page.items()
                   if "seconds_bucket" in name]
        p99 = min(bound for bound, below in buckets if below >= 0.99 * 50)
        self.assertLess(2 * page["http_request_duration_seconds_average"], p99)

    def test_gauges_of_the_last_interval_forget(self):
        with Target("--error-ratio", "100%") as target:
            self.assertEqual(target.metrics()["slo_success_ratio_last"], 1)
            target.call("GET", "/entries/a")
            self.assertEqual(target.metrics()["slo_success_ratio_last"], 0)
            self.assertEqual(target.metrics()["slo_success_ratio_last"], 0)  # nothing since
            target.call("GET", "/health")
            page = target.metrics()
            self.assertEqual(page["slo_success_ratio_last"], 1)
            self.assertEqual(page["slo_requests_good_total"] / page["slo_requests_total"], 0.5)

    def test_the_format_is_the_one_prometheus_reads(self):
        with Target("--calls", "d=http://127.0.0.1:1/@1") as target:
            target.call("GET", "/health")
            connection = target.connect()
            connection.request("GET", "/metrics")
            answer = connection.getresponse()
            self.assertEqual(answer.getheader("Content-Type"),
                             "text/plain; version=0.0.4; charset=utf-8")
            body = answer.read()
            connection.close()
            self.assertEqual(target.call("POST", "/metrics")[0], 405)
        for line in body.decode().splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"]*",?)+\})? [0-9.e+-]+)$')
        if shutil.which("promtool"):
            checked = subprocess.run(["promtool", "check", "metrics"], input=body,
                                     capture_output=True, check=False)
            self.assertEqual((checked.returncode, checked.stderr), (0, b""))

    def test_a_port_of_its_own(self):
        with Target("--metrics-port", 0) as target:
            self.assertNotEqual(target.metrics_port, target.port)
            self.assertEqual(target.call("GET", "/metrics")[0], 404)
            self.assertEqual(target.call("GET", "/health", port=target.metrics_port)[0], 404)
            self.assertEqual(requests(target.metrics(), 404), 1)


class Outage(TargetTest):
    def down(self, mode, *flags):
        flags = ["--outage", "1s:1h:" + mode, "--truth", self.truth_path, "--metrics-port", 0, *flags]
        return Target(*flags)

    def wait_for_outage(self):
        self.eventually(lambda: self.truth("outage_begin"), "no outage")

    def test_metrics_stay_reachable_and_know_the_failures(self):
        for mode, code in (("error", 503), ("close", 599), ("hang", 599)):
            with self.subTest(mode=mode), self.down(mode) as target:
                self.wait_for_outage()
                for _ in range(3):
                    with target.raw() as link:
                        link.sendall(GET)
                        if mode == "error":
                            self.assertEqual(statuses(link.recv(4096)), [503])
                        if mode == "close":
                            self.assertEqual(read_to_end(link), b"")
                        before = requests(target.metrics())
                    self.assertLessEqual(before, 3)
                self.eventually(lambda: requests(target.metrics()) == 3, "not all counted")
                page = target.metrics()
                self.assertEqual(requests(page, code, "GET"), 3)
                self.assertEqual(page["slo_requests_good_total"], 0)
                self.assertEqual(page["service_up"], 0)
            self.truth_path += mode

    def test_refused_connections_are_seen_by_nobody(self):
        with self.down("refuse") as target:
            target.call("GET", "/health")
            self.wait_for_outage()
            with self.assertRaises(ConnectionRefusedError):
                target.call("GET", "/health")
            page = target.metrics()
            self.assertEqual((requests(page), page["slo_success_ratio_last"]), (1, 1))
            self.assertEqual(page["service_up"], 0)

    def test_a_reset_counts_what_was_under_way(self):
        with self.down("refuse", "--delay", "1h") as target, target.raw() as link:
            link.sendall(GET * 3)
            self.assertEqual(read_to_end(link), b"")
            self.assertEqual(requests(target.metrics(), 599), 3)

    def test_a_client_that_gives_up_is_counted(self):
        with Target("--delay", "1h") as target:
            link = target.raw()
            link.sendall(GET)
            self.assertEqual(requests(target.metrics()), 0)  # it waits for its delay
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            link.close()  # a reset
            self.eventually(lambda: requests(target.metrics(), 599) == 1, "not counted")

    def test_silence_of_the_sli(self):
        with self.down("error", "--metrics-silent-when-down", "sli") as target:
            self.assertTrue(is_consistent(target.metrics()))
            self.wait_for_outage()
            page = target.metrics()
            self.assertEqual(page["service_up"], 0)
            self.assertFalse([name for name in page if name.startswith(("slo_", "http_"))])

    def test_silence_of_everything(self):
        with self.down("error", "--metrics-silent-when-down", "all") as target:
            self.assertEqual(target.metrics()["service_up"], 1)
            self.wait_for_outage()
            with self.assertRaises(ConnectionError):
                target.metrics()
            self.assertEqual(target.call("GET", "/health")[0], 503)

    def test_silence_ends_with_the_outage(self):
        flags = ["--truth", self.truth_path, "--outage", "0s:1s:error", "--metrics-port", 0]
        for what in ("sli", "all"):
            with Target(*flags, "--metrics-silent-when-down", what) as target:
                self.eventually(lambda: self.truth("outage"), "the outage does not end")
                self.assertTrue(is_consistent(target.metrics()))
            self.truth_path += what
            flags[1] = self.truth_path


class Dishonest(TargetTest):
    def failing(self, *flags):
        """20 good requests, 20 with an error, 20 without an answer."""
        with Target("--error-ratio", "100%", "--truth", self.truth_path, "--outage", "3s:1h:close",
                    "--metrics-port", 0, *flags) as target:
            for _ in range(20):
                self.assertEqual(target.call("GET", "/health")[0], 200)
                self.assertEqual(target.call("GET", "/entries/a")[0], 500)
            self.assertEqual(self.truth("outage_begin"), [])
            self.eventually(lambda: self.truth("outage_begin"), "no outage")
            for _ in range(20):
                self.assertEqual(target.exchange(GET), b"")
            page = target.metrics()
        return page, page["slo_requests_good_total"], page["slo_requests_total"]

    def test_counting_everything(self):
        page, good, total = self.failing("--metrics-count-only", "all")
        self.assertEqual((good, total, requests(page)), (20, 60, 60))

    def test_counting_answers_only(self):
        page, good, total = self.failing("--metrics-count-only", "answered")
        self.assertEqual((good, total, requests(page)), (20, 40, 40))

    def test_counting_good_ones_only(self):
        page, good, total = self.failing("--metrics-count-only", "ok")
        self.assertEqual((good, total, requests(page)), (20, 20, 20))
        self.assertEqual(page["http_request_duration_seconds_count"], 20)

    def test_a_wrong_success_filter(self):
        page, good, total = self.failing("--metrics-good", "2xx,500")
        self.assertEqual((good, total), (40, 60))
        self.assertEqual(requests(page, 500), 20)

    def test_values_stand_still(self):
        with Target("--metrics-stale-after", "2s", "--truth", self.truth_path,
                    "--outage", "2s:1s:error") as target:
            target.call("GET", "/health")
            self.assertEqual(requests(target.metrics()), 1)
            target.call("GET", "/nowhere")
            self.eventually(lambda: self.truth("outage"), "the outage does not end")
            for _ in range(5):
                target.call("GET", "/health")
            page = target.metrics()
            self.assertEqual(requests(page), 2)
            self.assertEqual(target.metrics(), page)
            self.assertEqual(target.end(signal.SIGTERM), 0)

    def test_mistakes(self):
        for flags, word in (
            (["--metrics-count-only", "some"], "ok, answered or all"),
            (["--metrics-good", "2xx,6xx"], "2xx,3xx,404"),
            (["--metrics-silent-when-down", "port"], "all or sli"),
            (["--metrics-stale-after", "5"], "unit"),
            (["--null", "--metrics-port", "0"], "--metrics-port"),
        ):
            with self.subTest(flags=flags):
                self.assertIn(word, self.fails(64, *flags))


if __name__ == "__main__":
    unittest.main()
