"""What `cmake --install` puts where: programs, manual pages that roff reads, completions that complete, units that systemd accepts."""

import os
import pathlib
import subprocess
import tempfile
import unittest

BUILD = os.environ["SHAKEDOWN_BUILD_DIR"]
SOURCE = pathlib.Path(os.environ["SHAKEDOWN_SOURCE_DIR"])
PROGRAMS = ("shakedown", "shakedown-agent", "shakedown-target")
UNITS = ("shakedown-agent-load.service", "shakedown-agent-inject.service", "shakedown-sweep.service")


def run(*command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120, check=False, **options)


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="shakedown-install-")
        cls.root = pathlib.Path(cls.holder.name)
        done = run("cmake", "--install", BUILD, "--prefix", "/usr", env={**os.environ, "DESTDIR": str(cls.root)})
        if done.returncode != 0:
            raise AssertionError(done.stderr[-2000:])

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def test_programs_run_from_where_they_are_installed(self):
        for program in PROGRAMS:
            said = run(self.root / "usr/bin" / program, "--help")
            self.assertEqual(said.returncode, 0, said.stderr)

    def test_scenarios_and_dashboards_come_along_and_are_valid(self):
        examples = self.root / "usr/share/doc/shakedown/examples/scenarios"
        self.assertTrue((self.root / "usr/share/shakedown/dashboards/README.md").is_file())
        checked = run(self.root / "usr/bin/shakedown", "validate", examples / "quickstart.yaml")
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_manual_pages_name_every_command_and_option(self):
        for program in PROGRAMS:
            page = self.root / f"usr/share/man/man1/{program}.1"
            read = run("groff", "-man", "-Tutf8", "-ww", "-z", page)
            self.assertEqual((read.returncode, read.stderr), (0, ""))
            # Words that stand for one of the help's lines each.
            listed = page.read_text().replace("\\-", "-")
            for line in run(self.root / "usr/bin" / program, "--help").stdout.splitlines():
                word = line.strip().split(" ")[0] if line.startswith("  ") and not line.startswith("   ") else ""
                if word.startswith("--"):
                    self.assertIn(word, listed, program)
        page = (self.root / "usr/share/man/man1/shakedown.1").read_text().replace("\\-", "-")
        for command in ("validate", "plan", "run", "judge", "verify", "undo", "doctor"):
            self.assertIn(f".SS {command}\n", page)
        self.assertIn("--spawn", page)

    def test_bash_completes_commands_options_and_files(self):
        script = self.root / "usr/share/bash-completion/completions/shakedown"

        def completed(*words):
            quoted = " ".join(f"'{word}'" for word in words)
            said = run("bash", "-c", f"source {script}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _shakedown; "
                                     'printf "%s\\n" "${COMPREPLY[@]}"', cwd=SOURCE)
            self.assertEqual((said.returncode, said.stderr), (0, ""))
            return said.stdout.split()

        self.assertEqual(sorted(completed("shakedown", "ru")), ["rules", "run"])
        self.assertIn("--spawn", completed("shakedown", "run", "--s"))
        self.assertNotIn("--spawn", completed("shakedown", "verify", "--s"))
        self.assertEqual(completed("shakedown", "run", "README"), ["README.md"])
        for program in PROGRAMS:
            self.assertEqual(run("zsh", "-n", self.root / f"usr/share/zsh/vendor-completions/_{program}").stderr, "")

    def test_systemd_accepts_the_units(self):
        (self.root / "etc").mkdir(exist_ok=True)
        for name in ("sysinit.target", "basic.target", "network-online.target", "multi-user.target", "shutdown.target"):
            target = self.root / "lib/systemd/system" / name  # what a real root brings
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("[Unit]\nDescription=here\nDefaultDependencies=no\n")
        units = self.root / "usr/lib/systemd/system"
        for unit in UNITS:
            checked = run("systemd-analyze", "verify", "--man=no", f"--root={self.root}", units / unit)
            self.assertEqual((checked.returncode, checked.stderr.strip()), (0, ""), unit)

    def test_the_load_agent_is_confined(self):
        unit = self.root / "usr/lib/systemd/system/shakedown-agent-load.service"
        graded = run("systemd-analyze", "security", "--offline=true", "--threshold=30", "--no-pager", unit)
        self.assertEqual(graded.returncode, 0, graded.stdout[-300:])

    def test_a_stop_or_an_upgrade_leaves_the_watchdog_to_undo(self):
        text = (self.root / "usr/lib/systemd/system/shakedown-agent-inject.service").read_text()
        self.assertIn("\nKillMode=process\n", text)
        self.assertIn("\nSendSIGKILL=no\n", text)
        self.assertIn("\nExecStartPre=-/usr/bin/shakedown-agent undo --all\n", text)
        for script in ("postinst", "prerm", "postrm"):
            self.assertEqual(run("sh", "-n", SOURCE / "deploy/debian" / script).stderr, "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
