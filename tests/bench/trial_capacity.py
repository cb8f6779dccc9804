"""Planted capacities: the interval that a search gives must contain the true one.

A service with C workers of a fixed time and Poisson arrivals is an M/D/c queue: the truth is the rate at which the
quantile of its response time reaches the limit, from a long simulation. nginx with a limit on its rate is the second kind:
beyond rate / (1 - allowed share) it turns more requests away than allowed."""
import datetime
import os
import random as chance
import shutil

import rig

PER_BATCH = 1
LANES = 5
TITLE = "true capacity inside the interval of the search"
ARRIVALS = 1_000_000

BODY = """phases:
  - name: limit
    search: {{rate: {{from: {low}/s, to: {high}/s}}, hold: {hold}, window: 10s, windows: 6, drain: 1s, confirm: 20s, resolution: 5%}}
    load: {{open: {{rate: {low}/s, arrivals: {arrivals}}}, mix: {{read: 1}}}}
requirements:
  - {{id: H-1, area: performance, title: Quick, sli: {{latency: {{operation: read, quantile: {percent}%}}}}, objective: "<= {limit}ms"}}
  - {{id: H-2, area: availability, title: Answered, sli: {{availability: {{operations: read}}}}, objective: ">= 99%"}}
  - {{id: C-1, area: scalability, title: Carried, sli: {{capacity: {{phase: limit}}}}, objective: ">= 1/s"}}
"""

OUTSIDE_THE_QUEUE = """operations:
  alive: {http: {target: api, method: GET, path: "/metrics"}, timeout: 2s}
"""

NGINX = """daemon off;
pid {dir}/nginx.pid;
error_log {dir}/error.log;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  limit_req_zone $binary_remote_addr zone=all:1m rate={rate}r/s;
  client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
  server {{
    listen 127.0.0.1:{port};
    location = /up {{ return 200; }}
    location / {{ limit_req zone=all burst={burst} nodelay; limit_req_status 503; root {dir}; try_files /page =404; }}
  }}
}}
"""


def quantile_md_c(rate, servers, service, quantile, gaps):
    """Of the response time: finish = max(arrival, the finish `servers` earlier) + service, first come first served."""
    now, finishes, times = 0.0, [0.0] * servers, []
    for i, gap in enumerate(gaps):
        now += gap / rate
        free = finishes[i % servers]
        done = (now if now > free else free) + service
        finishes[i % servers] = done
        times.append(done - now)
    times = sorted(times[len(times) // 20:])
    return times[int(quantile * len(times))]


def capacity_md_c(servers, service, quantile, limit):
    source = chance.Random(7)
    gaps = [source.expovariate(1) for _ in range(ARRIVALS)]
    low, high = 0.3 * servers / service, servers / service
    while high - low > 0.002 * high:
        middle = (low + high) / 2
        if quantile_md_c(middle, servers, service, quantile, gaps) <= limit:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def queue_batch(trial, random):
    servers, service = random.choice((2, 4, 8)), random.choice((0.020, 0.050, 0.100))
    quantile = random.choice((0.9, 0.95))
    limit = service * random.choice((2.5, 4))
    truth = capacity_md_c(servers, service, quantile, limit - 0.0003)  # what the round on loopback takes
    low = max(4, round(truth / random.choice((3, 5, 9))))
    port = rig.free_port()
    flags = ["--workers", str(servers), "--service", f"{service * 1e3:g}ms"]
    text = trial.scenario(BODY.format(low=low, high=low * 32, hold="H-1", arrivals="poisson", percent=quantile * 100,
                                      limit=f"{limit * 1e3:g}"), flags, "200ms", "2s", port)
    text = text.replace("timeout: 500ms", "timeout: 2s").replace("watch: {operation: read", "watch: {operation: alive")
    text = text.replace("operations:\n", OUTSIDE_THE_QUEUE)
    what = f"M/D/{servers} of {service * 1e3:g} ms, {quantile:.0%} <= {limit * 1e3:g} ms: true {truth:.1f}/s"
    return verdict(what, truth, trial.drill(text, 1500))


def nginx_batch(trial, random):
    rate, burst, port = random.choice((150, 300, 600)), random.choice((2, 5)), rig.free_port()
    truth = rate / 0.99
    folder = trial.path("nginx")
    os.mkdir(folder)
    os.chmod(folder, 0o777)
    trial.write("nginx/page", "x")
    conf = trial.write("nginx/nginx.conf", NGINX.format(dir=folder, rate=rate, burst=burst, port=port))
    server = trial.start(shutil.which("nginx") or "/usr/sbin/nginx", "-c", conf, "-e", f"{folder}/error.log")
    low = max(4, round(truth / random.choice((3, 5, 9))))
    body = BODY.format(low=low, high=low * 32, hold="H-2", arrivals="uniform", percent=99, limit=500)
    text = f"""shakedown: v1
name: trial
targets:
  api: {{url: "http://127.0.0.1:{port}"}}
ready: {{probe: watch, limit: 30s}}
operations:
  read: {{http: {{target: api, path: "/"}}, timeout: 500ms}}
  up: {{http: {{target: api, path: "/up"}}, timeout: 500ms}}
probes:
  watch: {{operation: up, every: 200ms, timeout: 200ms, down_after: 3, up_after: 3}}
{body}"""
    try:
        return verdict(f"nginx limit_req {rate}/s burst {burst}: true {truth:.1f}/s", truth, trial.drill(text, 1500))
    finally:
        server.terminate()
        server.wait(10)


def verdict(what, truth, card):
    row = next(one for one in card["requirements"] if one["id"] == "C-1")
    lower, upper = row["measured"]["lower"], row["measured"]["upper"]
    started, finished = (datetime.datetime.fromisoformat(card["run"][name].rstrip("Z")) for name in ("started", "finished"))
    spent = (finished - started).total_seconds()
    result = {"what": f"{what}, found [{lower}, {upper}], {row['measured']['samples']} steps, {spent:.0f} s", "missed": None}
    if not row["measured"]["value"] or lower is None or upper is None:
        result["missed"] = f"no interval: {row['reason']}"
    elif not lower <= truth <= upper:
        result["missed"] = "outside"
    else:
        result["width"] = (upper - lower) / upper
        result["seconds"] = spent
    return [result]


def batch(trial, random):
    return nginx_batch(trial, random) if random.random() < 0.3 else queue_batch(trial, random)


def summary(results):
    widths = sorted(one["width"] for one in results if "width" in one)
    spent = sorted(one["seconds"] for one in results if "seconds" in one)
    if not widths:
        return ["no interval at all"], False
    return [f"width of the interval: median {widths[len(widths) // 2]:.1%}, widest {widths[-1]:.1%} of its upper end",
            f"a drill: median {spent[len(spent) // 2]:.0f} s, longest {spent[-1]:.0f} s"], True
