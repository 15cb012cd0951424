#!/usr/bin/env bash
# Downloads whose folders have an owner and rights of their own; the files are links to the shared ones, so
# nothing is copied.
# Two set-ups by different users that share one folder of downloads see each other's owners as a change.
# usage: tools/testbed/link-downloads.bash SHARED OWN
set -euo pipefail

shared=$1 own=$2
for name in data uv wheels; do
  mkdir -p "$own/$name"
  [ -d "$shared/$name" ] || continue
  # Somebody may be at work there: what is renamed under cp's eyes is not missed here.
  cp --archive --link --no-clobber --no-target-directory "$shared/$name" "$own/$name" 2>/dev/null || true
done
# Whoever held a lock through a link would hold up the others too, and two would go on with one half of a file.
find "$own" -links +1 -not -path '*/archive-v*' \( -name .lock -o -path '*/.fetching/*' \) -type f -delete
