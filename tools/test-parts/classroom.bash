#!/usr/bin/env bash
# The classroom: a server in a container becomes a hub, and people come with cards.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

use_test_venv

case ${1:-} in
  seats) use_testbed && in_limited_testbed run_pytest tests/machines/seats ;;
  # A rehearsal of a class: figures are told, and only what is lost is red.
  load) use_testbed && in_limited_testbed run_pytest tests/machines/load ;;
  lab) use_testbed && in_testbed run_pytest tests/machines/lab ;;
  machine)
    install_packages git:git chromium:chromium
    # A kernel that keeps quotas; elsewhere its test is skipped, and says so.
    if command -v apt-get >/dev/null; then install_packages linux.uml:user-mode-linux mkfs.ext4:e2fsprogs; fi
    use_testbed && in_limited_testbed run_pytest tests/machines/classroom
    ;;
  *) no_job "$@" ;;
esac
