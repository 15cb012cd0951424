#!/usr/bin/env bash
# Have the wheels of the machines' environments in the cache, once for all tests that set a machine up. What is no wheel
# each machine builds itself.
# usage: tools/testbed/downloads.bash       with uv on PATH, and UV_CACHE_DIR
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

stamp=$(cat locks/jupyter.txt locks/theano.txt locks/tensorflow.txt | sha256sum)
if [ "$(cat "$UV_CACHE_DIR/wheels-of" 2>/dev/null)" = "$stamp" ]; then exit; fi
mkdir -p "$UV_CACHE_DIR"
scratch=$(mktemp -d "$UV_CACHE_DIR/../wheels-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
for name in jupyter theano tensorflow; do
  awk '/^[a-zA-Z]/ { wheel = !/^(lasagne|minatar|theano)==/ } wheel' "locks/$name.txt" >"$scratch/$name.txt"
  # In the cache's own file system, so that what is installed there is links.
  uv pip install --quiet --target "$scratch/$name" --python-version 3.11 --no-deps --only-binary :all: --require-hashes \
    --requirement "$scratch/$name.txt"
done
echo "$stamp" >"$UV_CACHE_DIR/wheels-of"
