#!/usr/bin/env bash
# The test command: `tools/test.bash --help`. It makes sure that there is a Python to run tools/testrun.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  echo "test.bash: $*" >&2
  exit 2
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

alone() { as_root bash roles/base-fedora/files/package-lock.bash run 900 "$@"; }

install_python() {
  if command -v apt-get; then
    # With what makes virtual environments, which the first job needs: later it might have to wait for another's packages.
    alone apt-get update --quiet=2 &&
      alone env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 python3 python3-venv
  else
    alone dnf install --assumeyes --quiet python3
  fi
} >/dev/null 2>&1

if ! command -v python3 >/dev/null; then
  echo "installing python3"
  install_python || fail "needs python3; install it, or run this as root or with sudo"
fi
# Enterprise Linux 9 has a newer one beside its python3.
for python in python3 python3.14 python3.13 python3.12 python3.11; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then exec "$python" -m tools.testrun "$@"; fi
done
fail "needs Python 3.11 or newer; python3 is $(python3 -V)"
