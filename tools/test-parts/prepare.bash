#!/usr/bin/env bash
# What several parts share.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

case ${1:-} in
  environment) use_test_venv ;;
  # The images are made once, before the jobs that start machines from them run side by side.
  testbed) use_testbed && for kind in debian bare desk fedora; do in_testbed tools/testbed/image.bash "$kind"; done ;;
  *) no_job "$@" ;;
esac
