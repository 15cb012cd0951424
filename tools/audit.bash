#!/usr/bin/env bash
# Ask the advisory database for known holes in whatever the locks name; a step of a release.
# usage: tools/audit.bash [LOCK…]        default: every locks/*.txt
# Without LOCK it also warns when the lesson on what happened since 2012 was last checked more than a year ago.
# Exit status: 0 none is known, 1 some are, or not everything could be asked (the last line says which), 2 wrong usage.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/bootstrap.bash
source tools/bootstrap.bash

if [ $# = 0 ]; then
  find_python || die "$(no_python)"
  PYTHONPATH=packages/workshop/src "$PYTHON" -P -m workshop.teach.since.works "${WORKSHOP_TODAY:-}" >&2 # a day, for tests
  set -- locks/*.txt
fi
for lock in "$@"; do
  [ -r "$lock" ] || { echo "audit.bash: there is no $lock" >&2 && exit 2; }
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# For every Python and system: what a lock names for another one is a hole there.
sed -n 's/^\([A-Za-z0-9._-]*==[A-Za-z0-9.!+_-]*\).*/\1/p' "$@" | sort -u >"$scratch/all"

# Two versions of one package are two requirements that contradict each other, so they go into different lists.
count=0
while [ -s "$scratch/all" ]; do
  count=$((count + 1))
  awk -F== 'seen[$1]++' "$scratch/all" >"$scratch/rest"
  awk -F== '!seen[$1]++' "$scratch/all" >"$scratch/list.$count"
  mv "$scratch/rest" "$scratch/all"
done

audit=${WORKSHOP_PIP_AUDIT:-} # a stand-in, for tests
if [ -z "$audit" ]; then
  find_python || die "$(no_python)"
  ensure_uv .cache/uv-venv
  "$UV" venv --quiet --clear --no-project --python "$PYTHON" .cache/audit
  sync_locked audit .cache/audit
  audit=.cache/audit/bin/pip-audit
fi

for list in "$scratch"/list.*; do
  # Exit status 1 means holes, and also a database that does not answer: what it writes tells one from the other.
  "$audit" --requirement "$list" --no-deps --disable-pip --format json --progress-spinner off \
    >"$list.json" 2>"$list.log" || true
done

python3 - "$scratch" <<'END'
"""Put the lists' answers together."""

import json
import sys
from pathlib import Path

scratch = Path(sys.argv[1])
holes, skipped, asked = [], [], 0
for answer in sorted(scratch.glob("list.*.json")):
    try:
        packages = json.loads(answer.read_text())["dependencies"]
    except (ValueError, KeyError):
        said = answer.with_suffix(".log").read_text().strip().splitlines()
        sys.exit(f"not audited: the advisory database could not be asked ({said[-1][:200] if said else 'no answer'})")
    for package in packages:
        asked += 1
        if "skip_reason" in package:
            skipped.append(package["name"])
        for hole in package.get("vulns", []):
            mended = ", ".join(hole.get("fix_versions", [])) or "no version yet"
            holes.append(f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}")
print(*holes, sep="\n", end="\n" if holes else "")
if skipped:
    names = ", ".join(sorted(set(skipped))[:5])
    sys.exit(f"not audited: the advisory database knows nothing of {len(skipped)} of {asked} packages ({names} …)")
if holes:
    sys.exit(f"known holes: {len(holes)}, in {asked} packages; raise what is named (tools/lock.bash --upgrade)")
print(f"{asked} packages, no known hole")
END
