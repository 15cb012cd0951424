#!/bin/sh
# For macOS: double-click. The work is done by preflight.sh beside it.
cd "$(dirname "$0")" || exit 1
sh ./preflight.sh
status=$?
if [ -t 0 ]; then
  printf '\nPress Return to close this window. '
  read -r _
fi
exit "$status"
