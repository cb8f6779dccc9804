#!/usr/bin/python3
"""What SIGKILL loses and what is planted in shakedown-target, against its truth file."""

import http.client
import os
import signal
import threading
import time
import unittest

from target_program import Target, TargetTest


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


if __name__ == "__main__":
    unittest.main()
