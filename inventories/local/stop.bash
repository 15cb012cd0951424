#!/usr/bin/env bash
# Stop the services that ./local/setup.bash started: ./local/stop.bash [-e workshop_prefix=DIR]
set -euo pipefail

root=$(cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../.." && pwd)
# shellcheck source=tools/bootstrap.bash
source "$root/tools/bootstrap.bash"
# shellcheck source=inventories/local/settings.bash
source "$root/inventories/local/settings.bash"

read_settings "$@"
[ -x "$prefix/bin/services" ] || { echo "Nothing was set up in $prefix; nothing to stop." && exit 0; }
exec "$prefix/bin/services" stop
