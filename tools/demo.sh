#!/bin/bash
# Runs the quick-start drill into a fresh folder and says what came out. The scenario is built to lose: the practice
# target looks green and is not, so NO-GO (1) or NOT PROVEN (2) is what a working instrument answers.
set -uo pipefail
cd "$(dirname "$0")/.."

mkdir -p build/demo
out="build/demo/$(date +%Y%m%d-%H%M%S)-$$"
PATH="$PWD/build/bin:$PATH" build/bin/shakedown run scenarios/quickstart.yaml --yes --out "$out"
status=$?

case $status in
  1) echo "demo: NO-GO, as expected: the drill found what the practice target hides." ;;
  2) echo "demo: NOT PROVEN, an expected result: so short a drill proves little, and says so." ;;
  *) echo "demo: the drill ended with code $status; expected 1 (NO-GO) or 2 (NOT PROVEN)." >&2
     if [ "$status" -eq 0 ]; then exit 1; fi
     exit "$status" ;;
esac
if [ ! -s "$out/scorecard.html" ]; then
  echo "demo: no scorecard was written to $out" >&2
  exit 1
fi
echo "demo: the scorecard is $PWD/$out/scorecard.html"
