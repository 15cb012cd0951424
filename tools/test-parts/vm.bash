#!/usr/bin/env bash
# Boot the appliance's disk and look at it from outside.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

has_tests tests/vm || skip "not built yet"
use_test_venv
exec pytest tests/vm
