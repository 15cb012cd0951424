#!/usr/bin/env bash
# Inside the virtual machine: ansible-playbook, for hosts that have none. The first time it is installed, as locked,
# into an environment of its own; an Ansible that the machine brings is used if it is new enough.
# usage: tools/vagrant/playbook-in-guest.bash [ansible-playbook's words]
set -euo pipefail

root=$(cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../.." && pwd)
# shellcheck source=tools/bootstrap.bash
source "$root/tools/bootstrap.bash"
control=$HOME/.cache/workshop-control
OLDEST=2.19

# is_new_enough: ansible-playbook's first line is "ansible-playbook [core 2.19.4]".
is_new_enough() {
  local version
  version=$(ansible-playbook --version 2>/dev/null | sed -n '1s/.*core \([0-9.]*\).*/\1/p') || return
  [ -n "$version" ] && [ "$(printf '%s\n' "$OLDEST" "$version" | sort -V | head -n 1)" = "$OLDEST" ]
}

if ! is_new_enough; then
  find_python || die "$(no_python)"
  ensure_uv "$control/uv"
  [ -x "$control/venv/bin/python" ] || "$UV" venv --quiet --clear --python "$PYTHON" "$control/venv"
  sync_locked control "$control/venv"
  export PATH=$control/venv/bin:$PATH
fi
exec ansible-playbook "$@"
