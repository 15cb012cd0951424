# shellcheck shell=bash
# To be sourced: what the tests of a checkout make on this machine is named after it, as tests/machines/local/bed.py and
# tests/machines/vm/vagrant_house.py do. Another checkout's tests may be at work beside them.

# shellcheck disable=SC2034
OURS=$(printf %s "$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)" | sha256sum | cut -c1-6)
