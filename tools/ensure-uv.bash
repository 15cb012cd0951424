#!/usr/bin/env bash
# usage: tools/ensure-uv.bash DIR [COMMAND…]: make sure that DIR/bin/uv is the locked uv; says "installed" if it was not.
# Then runs the command.
set -euo pipefail
# shellcheck source=tools/bootstrap.bash
source "$(dirname "${BASH_SOURCE[0]}")/bootstrap.bash"
[ $# -ge 1 ] || die "usage: ensure-uv.bash DIR [COMMAND…]"
before=$(stat -c %Y "$1/bin/uv" 2>/dev/null || true)
ensure_uv "$1"
[ "$before" = "$(stat -c %Y "$1/bin/uv")" ] || echo installed
shift
[ $# = 0 ] || exec "$@"
