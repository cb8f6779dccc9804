#!/bin/bash
# usage: tools/install_dependencies.sh GROUP...    (build, test, bench, fuzz, format, lint, rig)
# Installs the Debian packages of these groups that are missing, after saying which and why.
# SHAKEDOWN_SKIP_INSTALL=1: do nothing.
set -euo pipefail

build="g++ cmake python3 ninja-build ccache pkg-config libgrpc++-dev libre2-dev libprotobuf-dev protobuf-compiler
  protobuf-compiler-grpc libboost1.81-dev libeigen3-dev libyaml-cpp-dev prometheus-cpp-dev libcurl4-openssl-dev libssl-dev
  nlohmann-json3-dev libspdlog-dev libfmt-dev libcli11-dev libkainjow-mustache-dev libjs-chart.js
  zlib1g-dev libgtest-dev libgmock-dev libbenchmark-dev"
test="nginx-light prometheus prometheus-alertmanager python3 python3-jsonschema python3-yaml chromium
  poppler-utils cmark-gfm openssl systemd groff-base zsh"
bench="wrk"
fuzz="clang-14 libclang-rt-14-dev"
format="clang-format-14"
lint="python3 clang-format-14"
rig="debootstrap iproute2 nftables"

if [ "${SHAKEDOWN_SKIP_INSTALL:-0}" = 1 ]; then exit 0; fi

wanted=""
for group in "$@"; do
  case "$group" in
    build | test | bench | fuzz | format | lint | rig) wanted="$wanted ${!group}" ;;
    *) echo "install_dependencies.sh: unknown group '$group'" >&2; exit 64 ;;
  esac
done
wanted=$(echo $wanted)  # one line

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  cat >&2 <<END
This is not a Debian system (no apt-get), so nothing was installed. 'make' needs what Debian 12 calls:
  $wanted
Install the like of these yourself and call make with SHAKEDOWN_SKIP_INSTALL=1.
END
  exit 69
fi

missing=""
for package in $wanted; do
  if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
    missing="$missing $package"
  fi
done
if [ -z "$missing" ]; then exit 0; fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    printf 'Missing packages, and neither root nor sudo to install them. As root:\n  apt-get install%s\n' \
      "$missing" >&2
    exit 77
  fi
  as_root="sudo"
fi

echo "About to install with apt-get, because 'make' needs them for: $* (and they are not there yet):"
echo " $missing"
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
