#!/usr/bin/env bash
# Stop the services that ./local/setup.bash started, and what it left to the background: ./local/stop.bash [-e workshop_prefix=DIR]
set -euo pipefail

root=$(cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../.." && pwd)
# shellcheck source=tools/bootstrap.bash
source "$root/tools/bootstrap.bash"
# shellcheck source=inventories/local/settings.bash
source "$root/inventories/local/settings.bash"

read_settings "$@"
[ -x "$prefix/bin/services" ] || { echo "Nothing was set up in $prefix; nothing to stop." && exit 0; }
# What it compiled stays; the next set-up lets it go on.
"$prefix/venvs/jupyter/bin/workshop" lessons warm --stop >/dev/null || true
exec "$prefix/bin/services" stop
