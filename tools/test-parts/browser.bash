#!/usr/bin/env bash
# The pages and JupyterLab in a real browser.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

has_tests tests/browser || skip "not built yet"
install_packages node:nodejs git:git ssh-keygen:openssh-client:openssh
use_test_venv
# What the pages looked like stays behind, to be looked at after a run.
export WORKSHOP_SCREENSHOTS=${WORKSHOP_SCREENSHOTS:-$CACHE/screenshots}
# A test that hangs ends its process: what drives the browser cannot go on after it was interrupted.
in_browser() {
  run_pytest tests/browser --ignore tests/browser/test_a_lesson.py --timeout-method=thread --numprocesses auto \
    --dist worksteal "$@"
}

# use_browser: Chromium without what makes windows, where the distribution has that as a package of its own.
use_browser() {
  local shell=chromium-headless-shell
  command -v "$shell" >/dev/null && return
  if command -v apt-get >/dev/null && as_root true 2>/dev/null; then
    apt-cache show "$shell" >/dev/null 2>&1 || alone apt-get update --quiet=2 || true
    if apt-cache show "$shell" >/dev/null 2>&1; then install_packages "$shell:$shell" && return; fi
  fi
  install_packages chromium:chromium
}

case ${1:-} in
  pages) use_browser && in_browser ;;
  # In the whole browser.
  more) install_packages chromium:chromium && WORKSHOP_TEST_BROWSER=chromium in_browser -m full ;;
  # With the kernels of the machine that the lessons part has set up.
  lesson) use_browser && run_pytest tests/browser/test_a_lesson.py --timeout-method=thread ;;
  *) no_job "$@" ;;
esac
