#!/usr/bin/env bash
# Write locks/*.txt anew from pyproject.toml: exact versions with hashes, for every platform.
# The files name no index, so a mirror, a proxy or a thumb drive serves them just as well.
# usage: tools/lock.bash [--upgrade]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

command -v uv >/dev/null || { echo "lock.bash: needs uv on PATH (python3 -m pip install uv)" >&2; exit 1; }

compile() { # compile NAME EXTRA… : lock the extras into locks/NAME.txt
  local name=$1 extras=()
  shift
  for extra in "$@"; do extras+=(--extra "$extra"); done
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
    "${upgrade[@]}" "${extras[@]}" pyproject.toml --output-file "locks/$name.txt"
}

upgrade=("$@")
compile control control
compile run run
compile jupyter run jupyter
compile theano teach theano
compile tensorflow teach tensorflow
compile test run teach test
for name in audit build uv peers; do
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
    "${upgrade[@]}" "locks/$name.in" --output-file "locks/$name.txt"
done
# Installed beside the environment theano, so what that one has is left out.
uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
  "${upgrade[@]}" --constraint locks/theano.txt --no-emit-package numpy --no-emit-package protobuf \
  locks/theano-test.in --output-file locks/theano-test.txt
