#!/usr/bin/env bash
# The command, the tools and the roles' modules, each on its own.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

install_packages git:git node:nodejs ssh-keygen:openssh-client:openssh gpg:gnupg:gnupg2 sfdisk:fdisk:util-linux rsync:rsync
use_test_venv
case ${1:-} in
  # Not more processes than cores: each reads and rewrites all tests first, which takes twelve seconds of a processor.
  check)
    run_pytest tests packages/workshop/tests packages/organiser/tests benchmarks/tests \
      --numprocesses "$(nproc)" --dist worksteal --ignore tests/machines --ignore tests/browser \
      --ignore packages/workshop/tests/sync --ignore packages/organiser/tests/appliance --ignore benchmarks/tests/games
    ;;
  # In one process: numba compiles the engine for a minute, and several would do so at the same time.
  bubblebreaker) run_pytest packages/bubblebreaker/tests benchmarks/tests/games ;;
  # What is slow, plays of Ansible above all.
  more)
    run_pytest tests packages benchmarks/tests -m full --numprocesses auto --dist worksteal --ignore tests/machines \
      --ignore tests/browser --ignore packages/workshop/tests/sync --ignore packages/organiser/tests/appliance
    ;;
  *) no_job "$@" ;;
esac
