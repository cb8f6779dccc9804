#!/bin/sh
# The drill of three-hosts.yaml on the namespaces of hosts.sh: certificates, policies, the dependency, an agent on each of two hosts,
# the controller beside the load. usage: drill.sh BIN-FOLDER OUT-FOLDER. With SHAKEDOWN_CLOCK_ERROR=3 the monotonic clock of the
# service's host is that many seconds off (a time namespace).
set -eu

bin=$(cd "$1" && pwd)
out=$2
here=$(cd "$(dirname "$0")" && pwd)
work=/tmp/shakedown-three-hosts
on() { "$here/hosts.sh" on "$@"; }

mkdir -m 700 "$work"
started=""
end() {
  for process in $started; do kill "$process" 2>/dev/null || true; done
  for process in $started; do wait "$process" 2>/dev/null || true; done
  rm -rf "$work"
}
trap end EXIT

"$bin/shakedown" certs init "$work/pki" >"$work/certs.log" 2>&1
"$bin/shakedown" certs issue "$work/pki" --name main --controller --host 10.77.0.1 >>"$work/certs.log" 2>&1
"$bin/shakedown" certs issue "$work/pki" --name users --roles load >>"$work/certs.log" 2>&1
"$bin/shakedown" certs issue "$work/pki" --name service-host --roles inject >>"$work/certs.log" 2>&1

# The first line of what it says, once it is there: it listens.
say_first() { while [ ! -s "$1" ]; do kill -0 "$2"; sleep 0.05; done; head -1 "$1"; }
on dependency "$bin/shakedown-target" --bind 10.77.0.3 --port 18081 >"$work/dependency.log" 2>&1 &
started="$started $!"
say_first "$work/dependency.log" $! >&2
# What each agent may do on its host.
cat >"$work/users.yaml" <<END
shakedown-agent: v1
addresses: [10.77.0.0/24]
END
cat >"$work/service-host.yaml" <<END
shakedown-agent: v1
addresses: [10.77.0.0/24]
components:
  service: {process: {pidfile: $work/service.pid, exe: shakedown-target}}
faults: [kill]
longest: 1m
commands:
  start-service: ["$bin/shakedown-target", --bind, 10.77.0.2, --port, "18080", --data, "$work/data", --truth, "$work/truth.jsonl",
                  --calls, "ledger=http://10.77.0.3:18081/health@1"]
END

on load "$bin/shakedown" run "$here/../three-hosts.yaml" --yes --quiet --out "$out" --listen 10.77.0.1:7000 \
  --certs "$work/pki/main" --expect 2 >"$work/run.log" 2>&1 &
drill=$!
started="$started $drill"
say_first "$work/run.log" $drill >&2

off="${SHAKEDOWN_CLOCK_ERROR:-0}"
on load "$bin/shakedown-agent" --connect 10.77.0.1:7000 --certs "$work/pki/users" --policy "$work/users.yaml" --state-dir "$work/users" >"$work/users.log" 2>&1 &
started="$started $!"
on service unshare --time --monotonic "$off" --kill-child "$bin/shakedown-agent" --connect 10.77.0.1:7000 \
  --certs "$work/pki/service-host" --policy "$work/service-host.yaml" --state-dir "$work/service-host" >"$work/service-host.log" 2>&1 &
started="$started $!"

code=0
wait "$drill" || code=$?
cat "$work/run.log"
[ "$code" -le 4 ] || cat "$work/users.log" "$work/service-host.log" >&2
exit "$code"
