#!/usr/bin/python3
"""The Debian packages in a minimal Debian tree: installed, a drill held, an upgrade in the middle of what stands, removed without a trace.

usage: tests/rigs/packages.py PACKAGES [--mirror URL] [--keep FOLDER]
PACKAGES is the folder in which `make package` left the .deb files. Needs root and debootstrap. Makes its tree in a folder of its own,
unmounts and removes it at the end; prints one line for each thing shown, with its figures, and exits 1 at the first that does not hold.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

MOUNTS = ("proc", "dev")


def run(*command, check=True, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    if check and done.returncode != 0:
        sys.exit(f"packages.py: {' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done


class Tree:
    """A minimal Debian in a folder, entered by chroot."""

    def __init__(self, root, mirror):
        self.root = root
        started = time.monotonic()
        run("debootstrap", "--variant=minbase", "bookworm", root, mirror)
        for name in MOUNTS:
            run("mount", "--bind", f"/{name}", root / name)
        shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
        for source in pathlib.Path("/etc/apt/apt.conf.d").glob("*"):
            shutil.copy(source, root / "etc/apt/apt.conf.d" / source.name)
        # No daemon of a package starts in here.
        (root / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (root / "usr/sbin/policy-rc.d").chmod(0o755)
        print(f"minimal tree: {time.monotonic() - started:.0f} s, {self.size():.0f} MB", flush=True)

    def size(self):
        return int(run("du", "-sx", "--block-size=1K", self.root, check=False).stdout.split()[0]) / 1024

    def enter(self, *command, check=True, **variables):
        return run("chroot", self.root, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/var/tmp", "DEBIAN_FRONTEND=noninteractive",
                   *(f"{key}={value}" for key, value in variables.items()), *command, check=check)

    def files(self):
        found = set()
        for top in ("usr", "etc", "lib", "var/lib"):
            for folder, _, names in os.walk(self.root / top):
                inside = os.path.relpath(folder, self.root)
                if inside.startswith(("var/lib/dpkg", "var/lib/apt", "var/lib/systemd")):
                    continue
                found.update(os.path.join(inside, name) for name in names)
        return found

    def leave(self):
        for name in MOUNTS:
            run("umount", self.root / name, check=False)


def expect(holds, what, detail=""):
    print(("ok    " if holds else "NOT   ") + what, flush=True)
    if not holds:
        sys.exit(f"packages.py: {what}\n{detail}")


def install(tree, packages):
    folder = tree.root / "packages"
    folder.mkdir()
    for package in packages:
        shutil.copy(package, folder / package.name)
        size = package.stat().st_size / 2**20
        depends = run("dpkg-deb", "-f", package, "Depends").stdout.strip()
        print(f"      {package.name}: {size:.1f} MB; {len(depends.split(',')) if depends else 0} dependencies", flush=True)
    tree.enter("apt-get", "update", "-qq")
    before, started = tree.files(), time.monotonic()
    tree.enter("apt-get", "install", "-y", "-qq", "--no-install-recommends", *(f"/packages/{p.name}" for p in packages))
    took = time.monotonic() - started
    print(f"      apt-get install: {took:.0f} s", flush=True)
    return before, started


def first_scorecard(tree, started):
    examples = "/var/tmp/scenarios"  # a drill writes beside its scenario
    tree.enter("cp", "-r", "/usr/share/doc/shakedown/examples/scenarios", examples)
    done = tree.enter("shakedown", "run", f"{examples}/quickstart.yaml", "--yes", "--quiet", "--out", "/var/tmp/first", check=False)
    expect(done.returncode == 1, "the quickstart runs and is a NO-GO, as it should be", done.stdout + done.stderr)
    card = json.loads((tree.root / "var/tmp/first/scorecard.json").read_text())
    expect(card["decision"] == "no-go", "its scorecard says so")
    print(f"      from apt-get install to the first scorecard: {time.monotonic() - started:.0f} s", flush=True)
    expect(tree.enter("shakedown", "verify", "/var/tmp/first", check=False).returncode == 0, "verify finds it intact")


def upgrade_while_something_stands(tree, package):
    """A record that nobody can read stands for a change: the program that may take it back is not replaced."""
    folder = tree.root / "var/lib/shakedown/undo/1-1-run-agent-x"
    folder.mkdir(parents=True, mode=0o700)
    (folder / "one.undo").write_text("{")
    again = tree.enter("dpkg", "-i", f"/packages/{package.name}", check=False)
    expect(again.returncode != 0 and "still stands" in again.stdout + again.stderr, "no upgrade while something stands",
           again.stdout + again.stderr)
    shutil.rmtree(folder)
    tree.enter("dpkg", "--configure", "-a", check=False)
    expect(tree.enter("dpkg", "-i", f"/packages/{package.name}", check=False).returncode == 0, "and one when nothing does")


def remove(tree, before, names):
    tree.enter("apt-get", "purge", "-y", "-qq", *names)
    tree.enter("apt-get", "autoremove", "--purge", "-y", "-qq")
    left = sorted(name for name in tree.files() - before if "shakedown" in name)
    expect(not left, "purged without a trace", "\n".join(left))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packages", type=pathlib.Path)
    parser.add_argument("--mirror", default="http://deb.debian.org/debian")
    parser.add_argument("--keep", type=pathlib.Path, help="leave the tree here")
    arguments = parser.parse_args()
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        sys.exit("packages.py: expected root and debootstrap (apt-get install debootstrap)")
    packages = sorted(arguments.packages.glob("shakedown*.deb"))
    packages = [package for package in packages if "dbgsym" not in package.name]
    if len(packages) != 3:
        sys.exit(f"packages.py: expected three packages in {arguments.packages}, found {[p.name for p in packages]}; `make package`")
    holder = arguments.keep or pathlib.Path(tempfile.mkdtemp(prefix="shakedown-tree-"))
    root = holder / "root"
    root.mkdir(parents=True)
    tree = Tree(root, arguments.mirror)
    try:
        before, started = install(tree, packages)
        first_scorecard(tree, started)
        for page in ("shakedown", "shakedown-agent", "shakedown-target"):
            expect((root / f"usr/share/man/man1/{page}.1.gz").exists() or (root / f"usr/share/man/man1/{page}.1").exists(),
                   f"manual page of {page}")
        expect("shakedown:" in (root / "etc/passwd").read_text(), "the load agent has its user")
        agent = next(p for p in packages if p.name.startswith("shakedown-agent"))
        upgrade_while_something_stands(tree, agent)
        remove(tree, before, ("shakedown", "shakedown-agent", "shakedown-target"))
    finally:
        tree.leave()
        if arguments.keep is None:
            mounted = any(str(root) in line for line in pathlib.Path("/proc/mounts").read_text().splitlines())
            if mounted:
                print(f"packages.py: {root} still holds a mount and is left", file=sys.stderr)
            else:
                shutil.rmtree(holder, ignore_errors=True)


if __name__ == "__main__":
    main()
