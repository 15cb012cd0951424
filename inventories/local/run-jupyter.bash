#!/usr/bin/env bash
# Run Jupyter in the foreground, with the workshop's kernels, data and settings; Ctrl-C ends it.
# usage: ./local/run-jupyter.bash [-e workshop_prefix=DIR] [-- Jupyter's options]
set -euo pipefail

root=$(cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../.." && pwd)
# shellcheck source=tools/bootstrap.bash
source "$root/tools/bootstrap.bash"
# shellcheck source=inventories/local/settings.bash
source "$root/inventories/local/settings.bash"

own=() jupyter=()
for word in "$@"; do
  if [ "$word" = -- ]; then jupyter=("${@:${#own[@]}+2}") && break; fi
  own+=("$word")
done
read_settings "${own[@]}"
[ -x "$prefix/venvs/jupyter/bin/jupyter" ] || die "nothing is set up in $prefix; run ./local/setup.bash first"

# What is made in it is for this account alone, as the service has it.
umask 077
export JUPYTER_CONFIG_DIR=$prefix/etc/jupyter WORKSHOP_CONFIG=$prefix/etc/workshop.toml
# As the service has it: the doctor finds the server there, and no other account can enter it.
export JUPYTER_RUNTIME_DIR=$prefix/run/jupyter
# The service of set-up holds the port; in the foreground it is this shell's.
if [ -x "$prefix/bin/services" ]; then "$prefix/bin/services" stop workshop-jupyter >/dev/null 2>&1 || true; fi
exec "$prefix/venvs/jupyter/bin/jupyter" lab --no-browser "${jupyter[@]}"
