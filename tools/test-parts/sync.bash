#!/usr/bin/env bash
# Participants' notebooks: the cases of the sync engine; then a machine that updates itself.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

install_packages git:git ssh-keygen:openssh-client:openssh gpg:gnupg:gnupg2
use_test_venv

# A container with systemd.
machine() {
  local status=0
  use_testbed
  rm -f "$CACHE/figures.txt"
  in_testbed run_pytest tests/machines/sync || status=$?
  cat "$CACHE/figures.txt" 2>/dev/null || true
  return "$status"
}

case ${1:-} in
  cases) run_pytest tests/sync --numprocesses auto --dist worksteal ;;
  machine) machine ;;
  *) no_job "$@" ;;
esac
