#!/usr/bin/python3
"""The planted capacities of shakedown-target: C servers of fixed time, and the scaling law."""

import os
import selectors
import signal
import threading
import unittest

from target_load import REQUEST, closed_loop, reaches
from target_program import Target, TargetTest, statuses


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Workers(TargetTest):
    def test_capacity_is_workers_over_service_time(self):
        for workers, service in ((1, 20), (3, 10)):
            with Target("--workers", workers, "--service", "%dms" % service) as target:
                capacity = workers * 1000 / service
                reaches(target, 4 * workers, 15, capacity)
                with self.assertRaises(AssertionError):
                    reaches(target, 4 * workers, 5, capacity * 1.1, tries=2)

    def test_fewer_users_than_workers_use_only_theirs(self):
        with Target("--workers", 8, "--service", "80ms") as target:
            reaches(target, 2, 8, 2 * 1000 / 80)

    def test_queue_is_first_come_first_served_and_endless(self):
        with Target("--workers", 1, "--service", "2ms") as target:
            links = [target.raw() for _ in range(400)]
            selector = selectors.DefaultSelector()
            for place, link in enumerate(links):
                selector.register(link, selectors.EVENT_READ, place)
                link.sendall(REQUEST)
            order = []
            while len(order) < len(links):
                for key, _ in selector.select(30):
                    self.assertEqual(statuses(key.fileobj.recv(4096)), [200])
                    order.append(key.data)
            self.assertEqual(order, list(range(400)))
            for link in links:
                link.close()
            selector.close()

    def test_waiting_costs_no_processor(self):
        with Target("--workers", 2, "--service", "10ms") as target:
            before = os.times()
            used = cpu_seconds(target.process.pid)
            closed_loop(target, 4, 100)
            wall = os.times().elapsed - before.elapsed
            self.assertLess((cpu_seconds(target.process.pid) - used) / wall, 0.5)

    def test_a_queue_in_an_outage_is_answered_as_the_outage_says(self):
        flags = ["--truth", self.truth_path, "--outage", "1s:30s:error"]
        with Target("--workers", 1, "--service", "700ms", *flags) as target:
            links = [target.raw() for _ in range(3)]
            for link in links:
                link.sendall(REQUEST)
            codes = [statuses(link.recv(4096))[0] for link in links]
            self.assertEqual(codes[-1], 503)
            self.assertEqual(codes, sorted(codes))
            for link in links:
                link.close()


def law(users, contention, coherency, gamma):
    return gamma * users / (1 + contention * (users - 1) + coherency * users * (users - 1))


class ScalingLaw(TargetTest):
    def test_a_closed_loop_sees_the_law(self):
        for contention, coherency in ((0.06, 0.002), (0.2, 0.0), (0.0, 0.01)):
            flags = ["--contention", contention, "--coherency", coherency, "--service", "60ms"]
            with Target(*flags) as target:
                for users in (1, 2, 4, 8, 16, 32):
                    reaches(target, users, 4, law(users, contention, coherency, 1000 / 60))

    def test_one_coefficient_is_enough_and_the_other_is_zero(self):
        with Target("--coherency", 0.05, "--service", "20ms") as target:
            reaches(target, 8, 10, law(8, 0, 0.05, 50))
        with Target("--contention", 1, "--service", "20ms") as target:
            reaches(target, 8, 10, 50)

    def test_replicas_multiply_the_rate_at_sighup(self):
        path = os.path.join(self.folder, "replicas")

        def write(text):
            with open(path, "w") as file:
                file.write(text)
        write("1\n")
        flags = ["--contention", 0.1, "--service", "90ms", "--replicas-file", path]
        with Target("--truth", self.truth_path, *flags) as target:
            reaches(target, 4, 6, law(4, 0.1, 0, 1000 / 90))
            write("3")
            target.process.send_signal(signal.SIGHUP)
            self.eventually(lambda: target.metrics()["service_replicas"] == 3, "not scaled")
            reaches(target, 4, 15, law(4, 0.1, 0, 3000 / 90))
            write("many")
            target.process.send_signal(signal.SIGHUP)
            self.eventually(lambda: "many" in target.stderr(), "no complaint")
            self.assertEqual(target.metrics()["service_replicas"], 3)
            self.assertEqual(target.end(signal.SIGTERM), 0)
        self.assertEqual([line["count"] for line in self.truth("replicas")], [1, 3])

    def test_replicas_grow_while_requests_are_present(self):
        path = os.path.join(self.folder, "replicas")
        with open(path, "w") as file:
            file.write("1")
        flags = ["--contention", 0, "--service", "1h", "--replicas-file", path]
        with Target(*flags) as target, target.raw() as link:
            link.sendall(REQUEST)
            with open(path, "w") as file:
                file.write("10000")
            target.process.send_signal(signal.SIGHUP)
            link.settimeout(30)
            self.assertEqual(statuses(link.recv(4096)), [200])  # 0.36 s instead of an hour

    def test_clients_that_leave_still_use_their_share(self):
        with Target("--contention", 0, "--service", "50ms") as target:
            threads = [threading.Thread(target=lambda: target.raw().close()) for _ in range(5)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(target.call("GET", "/health")[0], 200)

    def test_what_cannot_go_together_is_refused(self):
        for flags, words in (
            (["--contention", "0.1"], ["--service", "none"]),
            (["--service", "5ms"], ["--workers, --contention or --coherency"]),
            (["--contention", "0.1", "--service", "5ms", "--workers", "2"], ["--workers", "both"]),
            (["--coherency", "0.1", "--service", "5ms", "--delay", "1ms"], ["--delay", "both"]),
            (["--coherency", "2", "--service", "5ms"], ["from 0", "2"]),
            (["--replicas-file", "x"], ["--replicas-file", "--contention"]),
            (["--contention", "0", "--service", "5ms", "--replicas-file", "/nowhere"], ["/nowhere"]),
        ):
            with self.subTest(flags=flags):
                text = self.fails(64, *flags)
                for word in words:
                    self.assertIn(word, text)


if __name__ == "__main__":
    unittest.main()
