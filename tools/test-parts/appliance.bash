#!/usr/bin/env bash
# Build, export and verify the appliance and thumb drives.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

has_tests tests/appliance || skip "not built yet"
use_test_venv
exec pytest tests/appliance
