#!/usr/bin/env bash
# Participants' notebooks: the cases of the sync engine.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

has_tests tests/sync || skip "not built yet"
install_packages git:git ssh-keygen:openssh-client:openssh gpg:gnupg:gnupg2
use_test_venv
exec pytest tests/sync
