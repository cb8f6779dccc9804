#!/usr/bin/python3
"""The dependencies of shakedown-target: how often it calls them, and what it does when they fail."""

import threading
import unittest

from target_program import Target, TargetTest

CALLS = 'dependency_requests_total{dependency="%s"}'
FAILURES = 'dependency_failures_total{dependency="%s"}'


def seen(page):
    """What the dependency itself counted."""
    return page["slo_requests_total"]


class Calls(TargetTest):
    def entry_to(self, dependency, calls, *flags):
        url = "ledger=http://127.0.0.1:%d/health@%s" % (dependency.port, calls)
        return Target("--calls", url, *flags)

    def ask(self, target, count):
        return [target.call("GET", "/entries")[0] for _ in range(count)]

    def test_calls_for_each_request_are_exact(self):
        for calls, total in (("1", 20), ("3", 60), ("0.5", 10), ("1.25", 25), ("0.29", 5)):
            with self.subTest(calls=calls), Target() as ledger, self.entry_to(ledger, calls) as front:
                self.assertEqual(self.ask(front, 20), 20 * [200])
                self.assertEqual(front.metrics()[CALLS % "ledger"], total)
                self.assertEqual(front.metrics()[FAILURES % "ledger"], 0)
                self.assertEqual(seen(ledger.metrics()), total)

    def test_other_paths_call_nobody(self):
        with Target() as ledger, self.entry_to(ledger, 2) as front:
            for path in ("/health", "/version", "/nowhere", "/entriesX", "/metrics"):
                front.call("GET", path)
            self.assertEqual(front.metrics()[CALLS % "ledger"], 0)
            front.put_all(["a"])
            self.assertEqual(front.call("GET", "/entries/a"), (200, b"value of a"))
            self.assertEqual(front.call("GET", "/entries?prefix=a"), (200, b"a\n"))
            self.assertEqual(seen(ledger.metrics()), 6)

    def test_many_at_once(self):
        with Target("--delay", "2ms") as ledger, self.entry_to(ledger, 2) as front:
            threads = [threading.Thread(target=self.ask, args=(front, 25)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(front.metrics()[CALLS % "ledger"], 400)
            self.assertEqual(seen(ledger.metrics()), 400)

    def test_retries_multiply_the_calls_of_a_failing_dependency(self):
        for mode in ("error", "close"):
            with self.subTest(mode=mode), Target("--outage", "0s:1h:" + mode,
                                                 "--metrics-port", 0) as ledger:
                with self.entry_to(ledger, 1, "--retries", 3) as front:
                    self.assertEqual(self.ask(front, 10), 10 * [502])
                    page = front.metrics()
                    self.assertEqual((page[CALLS % "ledger"], page[FAILURES % "ledger"]), (40, 40))
                    self.assertEqual(page['http_requests_total{code="502",method="GET"}'], 10)
                    self.assertEqual(seen(ledger.metrics()), 40)
                    self.assertEqual(front.call("GET", "/health")[0], 200)

    def test_without_retries_each_fails_once(self):
        with Target("--outage", "0s:1h:refuse") as ledger, self.entry_to(ledger, 2) as front:
            self.assertEqual(self.ask(front, 5), 5 * [502])
            self.assertEqual(front.metrics()[CALLS % "ledger"], 5)  # the second call is not made

    def test_some_failures_are_hidden_by_retries(self):
        flags = ["--error-ratio", "40%", "--seed", 5]
        with Target(*flags) as ledger:
            url = "ledger=http://127.0.0.1:%d/entries@1" % ledger.port
            with Target("--calls", url, "--retries", 20) as front:
                self.assertEqual(self.ask(front, 30), 30 * [200])
                page = front.metrics()
            self.assertGreater(page[FAILURES % "ledger"], 0)
            self.assertEqual(page[CALLS % "ledger"] - page[FAILURES % "ledger"], 30)
            self.assertEqual(seen(ledger.metrics()), page[CALLS % "ledger"])

    def test_a_write_whose_call_fails_is_not_stored(self):
        with Target("--outage", "0s:1h:error") as ledger:
            with self.entry_to(ledger, 1, "--truth", self.truth_path) as front:
                self.assertEqual(front.call("PUT", "/entries/a", b"x")[0], 502)
        self.assertEqual(self.truth("ack"), [])

    def test_a_dependency_that_hangs_is_given_up(self):
        with Target("--outage", "0s:1h:hang") as ledger, self.entry_to(ledger, 1) as front:
            self.assertEqual(self.ask(front, 1), [502])

    def test_it_recovers_with_its_dependency(self):
        flags = ["--truth", self.truth_path, "--outage", "1s:1s:refuse"]
        with Target(*flags) as ledger, self.entry_to(ledger, 1, "--retries", 1) as front:
            self.assertEqual(self.ask(front, 3), 3 * [200])
            self.eventually(lambda: self.truth("outage_begin"), "no outage")
            self.assertEqual(self.ask(front, 3), 3 * [502])
            self.eventually(lambda: self.truth("outage"), "the outage does not end")
            self.assertEqual(self.ask(front, 3), 3 * [200])

    def test_pipelined_requests_keep_their_order(self):
        requests = b"".join(b"PUT /entries/k HTTP/1.1\r\nContent-Length: 3\r\n\r\n%03d"
                            b"GET /entries/k HTTP/1.1\r\n\r\n" % i for i in range(100))
        with Target("--delay", "uniform:0ms-1ms") as ledger, self.entry_to(ledger, 0.5) as front:
            bodies = [part.split(b"\r\n\r\n")[1]
                      for part in front.exchange(requests).split(b"HTTP/1.1 ")[1:]]
            self.assertEqual(bodies[1::2], [b"%03d" % i for i in range(100)])

    def test_two_dependencies(self):
        with Target() as one, Target() as two:
            with Target("--calls", "one=http://127.0.0.1:%d/health@1" % one.port,
                        "--calls", "two=http://localhost:%d/version@0.1" % two.port) as front:
                self.assertEqual(self.ask(front, 20), 20 * [200])
                page = front.metrics()
            self.assertEqual((page[CALLS % "one"], page[CALLS % "two"]), (20, 2))
            self.assertEqual((seen(one.metrics()), seen(two.metrics())), (20, 2))

    def test_mistakes(self):
        good = "a=http://127.0.0.1:1/@1"
        for flags, word in (
            (["--calls", "http://127.0.0.1:1/"], "NAME=http://IPV4:PORT/PATH@N"),
            (["--calls", "a=http://127.0.0.1:1/"], "@N"),
            (["--calls", "a=http://example.com:80/@1"], "127.0.0.1"),
            (["--calls", "a=https://127.0.0.1:1/@1"], "http://"),
            (["--calls", "a=http://127.0.0.1:1/@0"], "0.001 to 100"),
            (["--calls", "a b=http://127.0.0.1:1/@1"], "NAME"),
            (["--calls", good, "--calls", good], "twice"),
            (["--retries", "1"], "--calls"),
        ):
            with self.subTest(flags=flags):
                self.assertIn(word, self.fails(64, *flags))


if __name__ == "__main__":
    unittest.main()
