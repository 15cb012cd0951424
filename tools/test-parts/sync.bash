#!/usr/bin/env bash
# Participants' notebooks: the cases of the sync engine; then a machine that updates itself.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

install_packages git:git ssh-keygen:openssh-client:openssh gpg:gnupg:gnupg2
use_test_venv

# The machine is a container with systemd; where there can be none, the rest still counts.
machine() {
  local status=0
  (use_testbed && in_testbed pytest tests/machines/sync) || status=$?
  if [ "$status" = 77 ] && ! is_required sync; then
    echo "-- skipped: a machine that updates itself; the reason is above"
    status=0
  fi
  return "$status"
}

rm -f "$CACHE/figures.txt"
step cases pytest tests/sync --numprocesses auto --dist worksteal
step "a machine that updates itself" machine
cat "$CACHE/figures.txt" 2>/dev/null || true
end_steps
