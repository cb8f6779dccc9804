#!/bin/sh
# usage: secrets.sh FOLDER LOAD_AGENTS    makes an authority and the identities of this deployment in FOLDER, and puts each into a secret.
# FOLDER/authority.key stays where it is: who has it can join any drill.
set -eu
folder=${1:?usage: secrets.sh FOLDER LOAD_AGENTS} agents=${2:?usage: secrets.sh FOLDER LOAD_AGENTS}
namespace=shakedown
put() {
  kubectl --namespace "$namespace" create secret generic "shakedown-$1" --from-file="$folder/$1" --dry-run=client --output yaml |
    kubectl apply --filename -
}
kubectl create namespace "$namespace" --dry-run=client --output yaml | kubectl apply --filename -
[ -e "$folder/authority.key" ] || shakedown certs init "$folder"
[ -e "$folder/controller" ] || shakedown certs issue "$folder" --name controller --controller --host controller
put controller
i=0
while [ "$i" -lt "$agents" ]; do
  [ -e "$folder/load-$i" ] || shakedown certs issue "$folder" --name "load-$i" --roles load,check
  put "load-$i"
  i=$((i + 1))
done
[ -e "$folder/node" ] || shakedown certs issue "$folder" --name node --roles inject
put node
