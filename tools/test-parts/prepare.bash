#!/usr/bin/env bash
# What several parts share.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

case ${1:-} in
  environment) use_test_venv ;;
  *) no_job "$@" ;;
esac
