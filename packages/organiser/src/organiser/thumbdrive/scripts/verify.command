#!/bin/sh
# For macOS: double-click. The work is done by verify.sh beside it.
cd "$(dirname "$0")" || exit 1
sh ./verify.sh
status=$?
if [ -t 0 ]; then
  printf 'Press Return to close this window. '
  read -r _
fi
exit "$status"
