#!/usr/bin/env bash
# The pages and JupyterLab in a real browser.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

has_tests tests/browser || skip "not built yet"
install_packages chromium:chromium node:nodejs npm:npm:nodejs-npm git:git ssh-keygen:openssh-client:openssh
use_test_venv
# What the pages looked like stays behind, to be looked at after a run.
export WORKSHOP_SCREENSHOTS=${WORKSHOP_SCREENSHOTS:-$CACHE/screenshots}
# A test that hangs ends its process: what drives the browser cannot go on after it was interrupted.
in_browser() {
  run_pytest tests/browser --ignore tests/browser/test_a_lesson.py --timeout-method=thread --numprocesses auto \
    --dist worksteal "$@"
}

case ${1:-} in
  pages) in_browser ;;
  more) in_browser -m full ;;
  # With the kernels of the machine that the lessons part has set up.
  lesson) run_pytest tests/browser/test_a_lesson.py --timeout-method=thread ;;
  *) no_job "$@" ;;
esac
