#!/usr/bin/env bash
# What several parts share.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

case ${1:-} in
  environment) use_test_venv ;;
  downloads) use_test_venv && use_downloads ;;
  # What starts containers, and the machine from which others are derived. Each image is made once, before the jobs
  # that start machines from it run side by side.
  testbed) use_testbed ;;
  debian | desk | fedora) use_testbed && in_testbed tools/testbed/image.bash "$1" ;;
  *) no_job "$@" ;;
esac
