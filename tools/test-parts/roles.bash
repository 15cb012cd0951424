#!/usr/bin/env bash
# The playbook on bare machines (containers): Debian with systemd, Fedora, local mode; then faults.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

use_test_venv
use_testbed
rm -f "$CACHE/figures.txt"
step "debian13" in_testbed molecule test
step "fedora" in_testbed molecule test -s fedora
step "local mode and faults" in_testbed pytest tests/machines/local
cat "$CACHE/figures.txt" 2>/dev/null || true
end_steps
