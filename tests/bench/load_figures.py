"""`shakedown load`, the whole program, beside wrk: both on one core, nginx on another, pairs interleaved in one run."""
import json
import os
import re
import resource
import socket
import subprocess
import tempfile

import rig

PAIRS = 9
NGINX = """daemon off;
master_process off;
pid {dir}/nginx.pid;
error_log {dir}/error.log crit;
worker_rlimit_nofile 20000;
events {{ worker_connections 10000; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy; fastcgi_temp_path {dir}/fastcgi;
  uwsgi_temp_path {dir}/uwsgi; scgi_temp_path {dir}/scgi;
  server {{ listen 127.0.0.1:{port} backlog=8192; location / {{ return 200 "0123456789abcdef"; }} }}
}}
"""


def spread(values):
    """(median, lower, upper): for 9 values the second and the eighth bound the median at 96 %."""
    ordered = sorted(values)
    cut = 1 if len(ordered) >= 9 else 0
    return ordered[len(ordered) // 2], ordered[cut], ordered[-1 - cut]


def cores():
    """(of the target, of the load): two different ones where there are two."""
    allowed = sorted(os.sched_getaffinity(0))
    return {allowed[0]}, {allowed[-1]}


class Nginx:
    """Debian's nginx as one process, pinned."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="shakedown-bench-")
        self.port = rig.free_port()
        config = os.path.join(self.folder.name, "nginx.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(NGINX.format(dir=self.folder.name, port=self.port))
        self.process = subprocess.Popen(["nginx", "-p", self.folder.name, "-c", config], stderr=subprocess.DEVNULL,
                                        preexec_fn=lambda: os.sched_setaffinity(0, cores()[0]))
        self.url = f"http://127.0.0.1:{self.port}/"
        if not rig.wait_until(lambda: self.process.poll() is not None or self.answers(), 10) or self.process.poll():
            self.__exit__()
            raise rig.Trouble("nginx did not start")
        return self

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def prepare():
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, 20000), limit))
    os.sched_setaffinity(0, cores()[1])


def measured(*argv):
    """(its output, the CPU seconds it took)"""
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=prepare)
    out = process.stdout.read()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise rig.Trouble(f"{argv[0]} ended with {process.returncode}")
    return out, usage.ru_utime + usage.ru_stime


def pair(shakedown, url, seconds):
    """(CPU seconds per request, requests a second) of `shakedown load` and of wrk."""
    out, cpu = measured(shakedown, "load", url, "--threads", "1", "--connections", "64", "--duration", f"{seconds}s", "--json")
    result = json.loads(out)
    if result["ok"] + result["unfinished"] != result["offered"]:
        raise rig.Trouble(f"{result['offered'] - result['ok']} of {result['offered']} requests were not ok")
    text, wrk_cpu = measured("wrk", "-t1", "-c64", f"-d{seconds}s", url)
    requests = int(re.search(r"(\d+) requests in", text).group(1))
    return (cpu / result["ok"], result["ok"] / result["duration_seconds"]), (wrk_cpu / requests, requests / seconds)


def rows(bin_dir, quick):
    """Yields (figure, bar, measured, interval, reached). The start and end of each program count, too."""
    seconds = 1 if quick else 5
    with Nginx() as nginx:
        pairs = [pair(os.path.join(bin_dir, "shakedown"), nginx.url, seconds) for _ in range(PAIRS)]
    middle, low, high = spread([ours[0] / wrks[0] for ours, wrks in pairs])
    ours, wrks = ([spread([one[side][value] for one in pairs])[0] for value in (0, 1)] for side in (0, 1))
    yield ("`shakedown load`, 64 connections: CPU per request / wrk's", "<= 0.95",
           f"{middle:.3f} ({ours[0] * 1e6:.2f} us, {ours[1]:.0f}/s; wrk {wrks[0] * 1e6:.2f} us, {wrks[1]:.0f}/s)",
           f"{low:.3f} .. {high:.3f}", middle <= 0.95)
