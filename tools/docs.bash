#!/usr/bin/env bash
# Build the manual, docs/, as HTML that is read and searched from file://, unless FOLDER holds it already. Prints the
# first page's path where it built, or would. Sphinx and its packages, locks/docs.txt, are gone again afterwards.
# usage: tools/docs.bash [--check] [FOLDER]      (default: .cache/docs)
# In the environment: PYTHON and UV take these programs and look for none.
set -euo pipefail
# On a hardened machine root's umask would keep the pages from their readers.
umask 022

check=
if [ "${1:-}" = --check ]; then check=1 && shift; fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$(realpath -m "${1:-$root/.cache/docs}")
interpreter=${PYTHON:-}
# shellcheck source=tools/bootstrap.bash
source "$root/tools/bootstrap.bash"

# What the pages are made of: theirs, and what the generated ones read.
state=$(cd "$root" && find docs tools/{docs.bash,manual_pages.py,role_readmes.py,testbed/release.bash} locks/docs.txt notebooks \
  packages/*/src packages/workshop/tests/sync/promise.md roles/*/meta roles/*/defaults \
  -type f ! -path 'docs/generated/*' ! -path '*/.*' ! -path '*/__pycache__/*' \
  -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
if [ "$(cat "$out/.made-from" 2>/dev/null)" = "$state" ]; then
  echo "$out holds this manual already" >&2
  exit
fi
if [ "$check" ]; then
  echo "$out/index.html"
  exit
fi

mkdir -p "$(dirname "$out")"
work=$(mktemp -d "$(dirname "$out")/.docs-XXXXXX")
trap 'rm -rf "$work"' EXIT
export WORKSHOP_WHEELS=${WORKSHOP_WHEELS:-$root/.cache/wheels}
if [ -n "$interpreter" ]; then PYTHON=$interpreter; else find_python || die "$(no_python)"; fi
[ -n "${UV:-}" ] || ensure_uv "$root/.cache/uv-venv"
"$UV" venv --quiet --no-project --python "$PYTHON" "$work/venv"
sync_locked docs "$work/venv"
# The checkout may be another account's: nothing is written there. A warning is a fault: a link that leads nowhere, a
# page that no table of contents names.
cp -R "$root/docs" "$work/docs"
PYTHONDONTWRITEBYTECODE=1 "$work/venv/bin/python" -P -m sphinx --quiet --fail-on-warning --keep-going \
  -c "$root/docs" -d "$work/doctrees" "$work/docs" "$work/html"
echo "$state" >"$work/html/.made-from"
chmod 755 "$work/html"
# A stranger's folder is not ours to replace.
[ ! -e "$out" ] || [ -e "$out/.made-from" ] || [ -z "$(ls -A "$out")" ] || die "$out was not made by this; name another folder"
rm -rf "$out"
mv "$work/html" "$out"
echo "$out/index.html"
