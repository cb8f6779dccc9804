#!/bin/sh
# Makes the certificate of scenarios/checks.yaml: for 127.0.0.1, signed by itself, good for 90 days.
# An agent reads certificates before setup begins, so this cannot be a step of the scenario.
set -e
folder=$(dirname "$0")/../run/checks
mkdir -p "$folder"
openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=practice -addext subjectAltName=IP:127.0.0.1 \
  -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>/dev/null
echo "$folder/cert.pem"
