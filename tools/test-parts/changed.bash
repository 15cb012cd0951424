#!/usr/bin/env bash
# What the working tree touches, for `tools/test.bash --changed`, which leaves lists of it in .cache/test.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

# step_on NAME "FILE…" COMMAND…: a step over files, a line each; nothing to do without any.
step_on() {
  local name=$1 files=()
  mapfile -t files < <(sort -u <<<"$2" | sed '/^$/d')
  shift 2
  [ ${#files[@]} = 0 ] || step "$name" "$@" "${files[@]}"
}

# touched REGEX: those of the files.
touched() { grep -E "$1" "$CACHE/changed.files" || true; }

shell_scripts() {
  local file
  touched '\.bash$'
  while IFS= read -r file; do
    case $file in *.bash | *.j2) ;; *) ! head -n 1 "$file" | grep -aqE '^#!.*\b(ba)?sh$' || echo "$file" ;; esac
  done <"$CACHE/changed.files"
}

lint() {
  local files
  mapfile -t files <"$CACHE/changed.files"
  step_on ruff "$(touched '\.(py|ipynb)$')" ruff check --force-exclude
  step_on "ruff format" "$(touched '\.(py|ipynb)$')" ruff format --check --force-exclude
  [ -z "$(touched '^(packages/.*/src/.*\.py|benchmarks/.*\.py|pyproject\.toml)$')" ] || step mypy mypy
  step_on shellcheck "$(shell_scripts)" shellcheck --external-sources
  step_on yamllint "$(touched '\.ya?ml$')" yamllint --strict
  step_on ansible-lint "$(touched '^roles/' | cut -d / -f 1,2; touched '^playbooks/.*\.yml$')" \
    env ANSIBLE_HOME="$CACHE/ansible" python tools/ansible-lint.py --offline --strict
  [ -z "$(touched '^roles/')" ] || step "roles' tables" python tools/role_readmes.py --check
  [ ${#files[@]} = 0 ] || step "committed text" python tools/check-committed.py "${files[@]}"
  end_steps
}

tests() {
  local files deselected options=() test
  mapfile -t files <"$CACHE/changed.tests"
  mapfile -t deselected <"$CACHE/changed.deselected"
  for test in "${deselected[@]}"; do options+=(--deselect "$test"); done
  run_pytest "${files[@]}" --numprocesses auto --dist worksteal "${options[@]}"
}

use_test_venv
case ${1:-} in
  lint) install_packages shellcheck:shellcheck:ShellCheck git:git && lint ;;
  tests) install_packages git:git zstd:zstd node:nodejs ssh-keygen:openssh-client:openssh gpg:gnupg:gnupg2 && tests ;;
  *) no_job "$@" ;;
esac
