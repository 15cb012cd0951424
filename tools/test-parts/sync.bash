#!/usr/bin/env bash
# Participants' notebooks: the cases of the sync engine; then a machine that updates itself.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

install_packages git:git ssh-keygen:openssh-client:openssh gpg:gnupg:gnupg2 chattr:e2fsprogs
use_test_venv

case ${1:-} in
  cases) run_pytest packages/workshop/tests/sync ;;
  # A container with systemd.
  machine) use_testbed && in_testbed run_pytest tests/machines/sync/test_own_updates.py ;;
  # Another one, with strace.
  trace) use_testbed && in_testbed run_pytest tests/machines/sync/test_root_trace.py ;;
  # Two of them, as the version before set them up.
  before) use_testbed && WORKSHOP_FULL=1 in_testbed run_pytest tests/machines/sync/test_version_before.py -m full ;;
  *) no_job "$@" ;;
esac
