#!/usr/bin/env bash
# Write locks/*.txt anew from pyproject.toml and the packages: exact versions with hashes, for every platform.
# The files name no index, so a mirror, a proxy or a thumb drive serves them just as well.
# WORKSHOP_TORCH names a folder of wheels, or another page of links, instead of PyTorch's own index.
# usage: tools/lock.bash [--upgrade]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

command -v uv >/dev/null || { echo "lock.bash: needs uv on PATH (python3 -m pip install uv)" >&2; exit 1; }

# lock NAME WORD…: what the words name (files, --extra of a package, --group of pyproject.toml), into locks/NAME.txt.
lock() {
  local name=$1
  shift
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
    "${upgrade[@]}" "$@" --output-file "locks/$name.txt"
}

upgrade=("$@")
workshop=packages/workshop/pyproject.toml games=packages/bubblebreaker/pyproject.toml
lock control --group control
lock run "$workshop" --extra run
lock jupyter "$workshop" --extra run --group jupyter
lock hub "$workshop" --extra run --group jupyter --group hub
lock cluster "$workshop" --extra run --group cluster
for name in theano tensorflow; do
  lock "$name" "$workshop" --extra teach "$games" --group "$name"
done
lock pytorch "$workshop" --extra teach "$games" --group pytorch \
  --find-links "${WORKSHOP_TORCH:-https://download.pytorch.org/whl/cpu/torch/}"
lock docs "$workshop" --extra run --group docs
lock test "$workshop" --extra run --extra teach "$games" --group test
for name in audit build uv chart-hub; do lock "$name" "locks/$name.in"; done
# Installed beside the environment theano, so what that one has is left out.
lock theano-test --constraint locks/theano.txt --no-emit-package numpy --no-emit-package protobuf locks/theano-test.in
# The classroom's proxy: what npm checks is the integrity of each package; the file names no registry either.
if command -v npm >/dev/null; then
  (cd locks/proxy && npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund --silent)
fi
