#!/usr/bin/env bash
# The command, the tools and the roles' modules, each on its own.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

# A Debian in a container has no systemd; roles that are applied to it in check mode ask systemctl.
install_packages git:git node:nodejs ssh-keygen:openssh-client:openssh gpg:gnupg:gnupg2 sfdisk:fdisk:util-linux rsync:rsync \
  systemctl:systemd strace:strace
use_test_venv
case ${1:-} in
  # Each in one process: another one would read and rewrite all tests, too, which takes 19 seconds of a processor, and
  # make anew what the tests of a file share. Beside them other jobs are at work.
  check)
    run_pytest tests packages/organiser/tests benchmarks/tests --ignore tests/machines --ignore tests/browser \
      --ignore packages/organiser/tests/appliance
    ;;
  workshop) run_pytest packages/workshop/tests --ignore packages/workshop/tests/sync ;;
  # In one process: numba compiles the engine for a minute, and several would do so at the same time.
  bubblebreaker) run_pytest packages/bubblebreaker/tests ;;
  # What is slow, plays of Ansible above all.
  more)
    # Only the files that hold such tests: to read and rewrite all of them takes as long as the half of these. In one
    # process, for the plays that the tests of a file share are what takes long.
    mapfile -t tests < <(grep -rlF mark.full tests packages benchmarks/tests --include='test_*.py' |
      grep -vE '^(tests/(machines|browser)|packages/workshop/tests/sync|packages/organiser/tests/appliance)/' | sort)
    run_pytest "${tests[@]}" -m full
    ;;
  *) no_job "$@" ;;
esac
