"""Agents that prove who they are by what `certs` makes, over TCP as on another host."""
import subprocess

import support


class Folder(support.Folder):
    # name: roles
    IDENTITIES = {"east": "load", "west": "load"}

    def setUp(self):
        super().setUp()
        self.certs("init", self.path("pki"))
        self.certs("issue", self.path("pki"), "--name", "main", "--controller", "--host", "127.0.0.1")
        for name, roles in self.IDENTITIES.items():
            self.certs("issue", self.path("pki"), "--name", name, "--roles", roles)

    def certs(self, *arguments, expect=0):
        done = self.shakedown("certs", *arguments)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def listen(self, file, *arguments, out=None):
        """A controller, and the address at which it waits for its agents."""
        controller = self.start(support.SHAKEDOWN, "run", file, "--yes", "--out", out or self.out, "--listen", "127.0.0.1:0",
                                "--certs", self.path("pki/main"), "--expect", str(len(self.IDENTITIES)), *arguments,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        first = controller.stdout.readline()
        if not first:
            self.fail(controller.communicate(timeout=60)[1])
        self.assertIn("--certs", controller.stdout.readline())
        return controller, first.split()[-1]

    def join(self, address, name, *arguments, **options):
        return self.start(support.AGENT, "--connect", address, "--certs", self.path(f"pki/{name}"), *arguments, **options)

    def load_only(self, body):
        """A scenario without components, for agents that have no role to touch one."""
        text = self.scenario(body, setup=False)
        return text[:text.index("components:")] + text[text.index("ready:"):]
