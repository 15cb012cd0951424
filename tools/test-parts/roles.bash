#!/usr/bin/env bash
# The playbook on bare machines (containers): Debian with systemd, Fedora, local mode; then faults.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

use_test_venv
use_testbed
# Local mode, its faults, and how long that took.
local_mode() {
  local status=0
  rm -f "$CACHE/figures.txt"
  in_testbed run_pytest tests/machines/local || status=$?
  cat "$CACHE/figures.txt" 2>/dev/null || true
  return "$status"
}

case ${1:-} in
  debian) in_testbed molecule test ;;
  fedora) in_testbed molecule test -s fedora ;;
  local) local_mode ;;
  *) no_job "$@" ;;
esac
