#!/usr/bin/env bash
# Have the wheels of the machines' environments and the data sets in the cache, once for all tests that set a machine up:
# machines beside each other must find the same there. What is no wheel each machine builds itself.
# usage: tools/testbed/downloads.bash       in the tests' environment, with WORKSHOP_TEST_CACHE and UV_CACHE_DIR
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

stamp=$(cat locks/{jupyter,theano,tensorflow}.txt roles/datasets/files/catalogue.yml | sha256sum)
if [ "$(cat "$UV_CACHE_DIR/downloads-of" 2>/dev/null)" = "$stamp" ]; then exit; fi
mkdir -p "$UV_CACHE_DIR"
# In the cache's own file system, so that what is installed there is links.
scratch=$(mktemp -d "$WORKSHOP_TEST_CACHE/downloads-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
for name in jupyter theano tensorflow; do
  awk '/^[a-zA-Z]/ { wheel = !/^(lasagne|minatar|theano)==/ } wheel' "locks/$name.txt" >"$scratch/$name.txt"
  uv pip install --quiet --target "$scratch/$name" --python-version 3.11 --no-deps --only-binary :all: --require-hashes \
    --requirement "$scratch/$name.txt"
done
python -P -m workshop data fetch --into "$scratch/data" --cache "$WORKSHOP_TEST_CACHE" --allow-unavailable --json >/dev/null
echo "$stamp" >"$UV_CACHE_DIR/downloads-of"
