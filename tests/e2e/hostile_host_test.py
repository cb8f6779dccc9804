"""A host on which files can no longer be made or written, and processes of ours that stand still: each has an answer, and
nothing stays behind."""
import os
import signal
import subprocess
import unittest

import support

PAUSE = support.CRASH.replace("kill: {component: practice, signal: SIGKILL}", "pause: {component: practice, hold: 40s}") \
    .replace("        recover: [{start: practice, after: 500ms}]\n", "").replace("duration: 6s", "duration: 90s").replace("<= 4s", "<= 20s")


def able():
    """Whether file systems can be mounted where nobody else sees them."""
    return os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


class Host(support.Folder):
    def begin(self, text, mount="", out=None, **options):
        """`mount` is done where only the run sees it; process.pid is the run itself."""
        file = self.write("scenario.yaml", text)
        run = [support.SHAKEDOWN, "run", file, "--yes", "--out", out or self.out, *options.pop("arguments", ())]
        if mount:
            run = ["unshare", "-m", "--propagation", "private", "sh", "-ec", f'{mount}; exec "$@"', "sh", *run]
        return self.start(*run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def wait_for_line(self, process, words):
        seen = []
        for line in process.stderr:
            seen.append(line)
            if words in line:
                return
        self.fail(f"the run ended before it said {words}: {seen}")

    def in_pause(self, process):
        self.wait_for_line(process, "phase crash")
        target = self.target_pid()
        support.wait_until(lambda: self.process_state(target) == "T", 30, "the pause")
        return target

    @staticmethod
    def process_state(pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                return stat.read().rsplit(")", 1)[1].split()[0]
        except OSError:
            return "X"


@unittest.skipUnless(able(), "needs root and mount namespaces")
class Disks(Host):
    def tmpfs(self, name, inodes):
        folder = self.path(name)
        os.mkdir(folder)
        return folder, f"mount -t tmpfs -o size=64m,nr_inodes={inodes},mode=0700 none {folder}"

    def ext4(self, name):
        """A file system that turns read-only at its first error, and the command that makes it have one."""
        image, folder = self.path(name + ".img"), self.path(name)
        os.mkdir(folder)
        with open(image, "wb") as file:
            file.truncate(16 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True, capture_output=True)
        return folder, f"mount -o loop,errors=remount-ro {image} {folder}"

    @staticmethod
    def fail_disk(process, folder):
        inside = ["nsenter", "-t", str(process.pid), "-m"]
        device = subprocess.run([*inside, "findmnt", "-no", "SOURCE", folder], check=True, capture_output=True, text=True).stdout
        with open(f"/sys/fs/ext4/{os.path.basename(device.strip())}/trigger_fs_error", "w") as file:
            file.write("1")

    def test_a_full_inode_table_of_the_run_folder_is_told(self):
        """Three are the file system, the run's folder and its scenario; more are wanted when it begins, and for its reports."""
        for inodes, code in ((3, 73), (4, 73), (6, 74), (9, 74)):
            with self.subTest(inodes=inodes):
                folder, mount = self.tmpfs(f"small-{inodes}", inodes)
                process = self.begin(self.scenario(support.STEADY), mount, out=folder + "/out")
                out, err = process.communicate(timeout=120)
                self.assertEqual(process.returncode, code, out + err)
                self.assertIn("No space left on device", err)
                self.assert_nothing_runs()

    def test_a_full_inode_table_of_the_state_folder_injects_nothing(self):
        told = set()
        for inodes in (4, 9, 13, 17):
            with self.subTest(inodes=inodes):
                folder, mount = self.tmpfs(f"state-{inodes}", inodes)
                process = self.begin(self.scenario(support.CRASH), mount, out=self.path(f"out-{inodes}"),
                                     env={**os.environ, "SHAKEDOWN_STATE_DIR": folder})
                out, err = process.communicate(timeout=120)
                told.add(process.returncode)
                self.assertIn("No space left on device", err)
                self.assertNotIn(process.returncode, (0, 1, 4), out + err)
                self.assert_nothing_runs()
        self.assertIn(2, told)  # where there was room for setup, the fault alone is not injected

    def test_a_disk_that_turns_read_only_under_the_journal_ends_the_run_at_once(self):
        folder, mount = self.ext4("disk")
        process = self.begin(self.scenario(PAUSE), mount, out=folder + "/out")
        self.in_pause(process)
        self.fail_disk(process, folder)
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 74, out + err)
        self.assertRegex(err, "Read-only file system|Input/output error")
        self.assertIn("clean: as before, after our undo", err)
        self.assert_nothing_runs()

    def test_a_state_folder_that_turns_read_only_in_a_pause_holds_up_no_undo(self):
        """It took five minutes: an undo waited for a record that can be opened, but not for writing."""
        folder, mount = self.ext4("disk")
        process = self.begin(self.scenario(PAUSE), mount, env={**os.environ, "SHAKEDOWN_STATE_DIR": folder})
        target = self.in_pause(process)
        self.fail_disk(process, folder)
        support.interrupt(process)
        support.wait_until(lambda: self.process_state(target) != "T", 60, "the undo")
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 4, out + err)  # the records stand, and say so
        self.assertIn("cannot remove the undo record", out + err)
        self.assert_nothing_runs()


class Planted(Host):
    """Links that somebody put where a run writes or reads."""

    def test_no_token_socket_or_log_goes_where_a_planted_work_folder_leads(self):
        victim = self.path("victim")
        os.makedirs(self.out)
        os.mkdir(victim)
        os.symlink(victim, os.path.join(self.out, "work"))
        process = self.begin(self.scenario(support.STEADY), arguments=("--spawn", "1"))
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 73, out + err)
        self.assertIn("is a link", err)
        self.assertEqual(os.listdir(victim), [])
        self.assert_nothing_runs()

    def test_a_scenario_exchanged_for_a_link_during_the_run_is_told_and_not_quoted(self):
        victim = self.write("victim", "precious: words\n")
        process = self.begin(self.scenario(support.STEADY))
        self.wait_for_line(process, "phase ")
        copy = os.path.join(self.out, "scenario.yaml")
        os.unlink(copy)
        os.symlink(victim, copy)
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 74, out + err)
        self.assertIn("exchanged during the run", err)
        self.assertNotIn("precious", out + err)
        self.assert_nothing_runs()


class Stopped(Host):
    """SIGSTOP to any process of ours in a pause of the target."""

    def test_a_stopped_run_is_undone_by_its_watchdog_and_leaves_nothing(self):
        process = self.begin(self.scenario(PAUSE))
        target = self.in_pause(process)
        watchdogs = [pid for pid in support.children(process.pid) if pid != target]
        process.send_signal(signal.SIGSTOP)
        support.wait_until(lambda: not any(map(support.alive, watchdogs)), 60, "the watchdog's undo")
        self.assertNotEqual(self.process_state(target), "T")
        process.send_signal(signal.SIGCONT)
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 3, out + err)
        self.assertIn("lease", err)
        self.assert_nothing_runs()

    def test_a_stopped_agent_is_undone_by_its_watchdog_and_told_as_lost(self):
        process = self.begin(self.scenario(PAUSE), arguments=("--spawn", "1"))
        target = self.in_pause(process)
        agents = support.children(process.pid, "shakedown-agent")
        self.assertEqual(len(agents), 1)
        watchdogs = support.children(agents[0])
        os.kill(agents[0], signal.SIGSTOP)
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 4, out + err)  # nobody has said that it was undone
        self.assertIn("agent local was lost", err)
        support.wait_until(lambda: not any(map(support.alive, watchdogs)), 60, "the watchdog's undo")
        self.assertNotEqual(self.process_state(target), "T")
        self.assert_nothing_runs()

    def test_a_stopped_watchdog_is_woken_and_leaves_with_its_agent(self):
        process = self.begin(self.scenario(PAUSE))
        target = self.in_pause(process)
        (watchdog,) = [pid for pid in support.children(process.pid) if pid != target]
        os.kill(watchdog, signal.SIGSTOP)
        support.wait_until(lambda: self.process_state(watchdog) != "T", 60, "the next renewal of its lease")
        os.kill(watchdog, signal.SIGSTOP)
        support.interrupt(process)
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 3, out + err)
        self.assertFalse(support.alive(watchdog), "a watchdog that stands still for ever")
        self.assert_nothing_runs()


if __name__ == "__main__":
    unittest.main()
