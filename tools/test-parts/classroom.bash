#!/usr/bin/env bash
# The classroom: a server in a container becomes a hub, and people come with cards.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

install_packages git:git
use_test_venv

case ${1:-} in
  machine) use_testbed && in_testbed run_pytest tests/machines/classroom ;;
  *) no_job "$@" ;;
esac
