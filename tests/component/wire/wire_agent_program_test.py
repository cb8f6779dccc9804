#!/usr/bin/python3
"""shakedown-agent as a program: help, version, and an exit code for everything that stops it from joining a drill."""

import os
import pathlib
import socket
import subprocess
import tempfile
import unittest

AGENT = os.path.join(os.environ["SHAKEDOWN_BIN_DIR"], "shakedown-agent")


def run(*arguments):
    return subprocess.run([AGENT, *arguments], capture_output=True, text=True, timeout=60, check=False)


class AgentProgram(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.token = pathlib.Path(folder.name, "token")
        self.token.write_text("secret\n")
        self.token.chmod(0o600)

    def test_help_has_examples_and_exit_codes(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("Examples:", done.stdout)
        self.assertIn("Exit:", done.stdout)
        self.assertIn("--token-file", done.stdout)

    def test_version(self):
        done = run("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^shakedown-agent \d+\.\d+\.\d+\n$")

    def test_usage(self):
        for arguments in ([], ["--nonsense"], ["--connect", "127.0.0.1:1"], ["--workers", "0"], ["watch"],
                          ["--connect", "127.0.0.1", "--token-file", str(self.token)]):
            done = run(*arguments)
            self.assertEqual(done.returncode, 64, (arguments, done.stderr))
            self.assertNotEqual(done.stderr + done.stdout, "")

    def test_token_file(self):
        done = run("--connect", "127.0.0.1:1", "--token-file", str(self.token) + ".missing")
        self.assertEqual(done.returncode, 69, done.stderr)
        self.token.chmod(0o644)
        done = run("--connect", "127.0.0.1:1", "--token-file", str(self.token))
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertIn("chmod 600", done.stderr)

    def test_another_host_is_refused(self):
        done = run("--connect", "192.0.2.1:7000", "--token-file", str(self.token))
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertIn("--certs", done.stderr)

    def test_nobody_answers(self):
        with socket.socket() as taken:  # bound, but not listening: refused at once, and nobody else gets the port
            taken.bind(("127.0.0.1", 0))
            done = run("--connect", f"127.0.0.1:{taken.getsockname()[1]}", "--token-file", str(self.token))
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("no controller answers", done.stderr)
        self.assertNotIn("secret", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, "one line, without gRPC's own log")


if __name__ == "__main__":
    unittest.main()
