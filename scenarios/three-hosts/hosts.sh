#!/bin/sh
# Three hosts on one machine: network namespaces joined by a bridge in a fourth. `hosts.sh up|down|check`, or
# `hosts.sh on HOST COMMAND...` to run something there. Names and addresses can be given another prefix by SHAKEDOWN_HOSTS.
#   load 10.77.0.1 · service 10.77.0.2 · dependency 10.77.0.3
# Needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN) and changes nothing outside these namespaces.
set -eu

prefix="${SHAKEDOWN_HOSTS:-shk}"
wire="$prefix-wire"
hosts="load service dependency"

number() {
  case "$1" in load) echo 1 ;; service) echo 2 ;; dependency) echo 3 ;; *) echo "hosts.sh: no host $1 (of: $hosts)" >&2; exit 64 ;; esac
}

down() {
  for host in $hosts; do ip netns del "$prefix-$host" 2>/dev/null || true; done
  ip netns del "$wire" 2>/dev/null || true
}

up() {
  if ip netns list | grep -q "^$wire\b"; then echo "hosts.sh: $wire is there already; run: hosts.sh down" >&2; exit 75; fi
  trap 'down' EXIT
  ip netns add "$wire"
  ip -n "$wire" link add dev br0 type bridge
  ip -n "$wire" link set br0 up
  for host in $hosts; do
    ip netns add "$prefix-$host"
    ip -n "$wire" link add dev "to-$host" type veth peer name eth0 netns "$prefix-$host"
    ip -n "$wire" link set "to-$host" master br0 up
    ip -n "$prefix-$host" addr add "10.77.0.$(number "$host")/24" dev eth0
    ip -n "$prefix-$host" link set lo up
    ip -n "$prefix-$host" link set eth0 up
    echo "$prefix-$host 10.77.0.$(number "$host")"
  done
  trap - EXIT
}

# Whether this machine lets us: 0, or 77 with the reason.
check() {
  probe="$prefix-probe-$$"
  if why=$(ip netns add "$probe" 2>&1 && ip -n "$probe" link add dev br0 type bridge 2>&1 && ip -n "$probe" link add dev veth-a type veth peer name veth-b 2>&1); then
    ip netns del "$probe"
    exit 0
  fi
  ip netns del "$probe" 2>/dev/null || true
  echo "hosts.sh: network namespaces are not permitted here: $why" >&2
  exit 77
}

case "${1:-}" in
  up) up ;;
  down) down ;;
  check) check ;;
  on) number "$2" >/dev/null; host="$prefix-$2"; shift 2; exec nsenter "--net=/run/netns/$host" -- "$@" ;;
  *) echo "usage: hosts.sh up | down | check | on HOST COMMAND..." >&2; exit 64 ;;
esac
