#!/usr/bin/env bash
# Build the manual, docs/, as HTML that is read and searched from file://. The environment is made once, from locks/docs.txt.
# usage: tools/docs.bash [FOLDER]      (default: .cache/docs)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$(realpath -m "${1:-$root/.cache/docs}")
# shellcheck source=tools/bootstrap.bash
source "$root/tools/bootstrap.bash"

venv=$root/.cache/docs-venv
if ! cmp -s "$root/locks/docs.txt" "$venv/.made-from"; then
  find_python || die "$(no_python)"
  export WORKSHOP_WHEELS=${WORKSHOP_WHEELS:-$root/.cache/wheels}
  ensure_uv "$root/.cache/uv-venv"
  "$UV" venv --quiet --clear --no-project --python "$PYTHON" "$venv"
  sync_locked docs "$venv"
  cp "$root/locks/docs.txt" "$venv/.made-from"
fi
# A warning is a fault: a link that leads nowhere, a page that no table of contents names.
PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" -P -m sphinx --quiet --fail-on-warning --keep-going \
  -d "$root/.cache/doctrees" "$root/docs" "$out"
echo "$out/index.html"
