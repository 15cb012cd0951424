#!/usr/bin/env bash
# Style, types, and what must not be committed.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

install_packages shellcheck:shellcheck:ShellCheck git:git
use_test_venv

# shell_scripts: the tracked ones, by name or by first line.
shell_scripts() {
  git ls-files '*.bash'
  git grep -lE '^#!.*\b(ba)?sh$' -- ':!*.bash' ':!*.j2' | while read -r file; do
    # Another language's file may hold a script.
    head -n 1 "$file" | grep -qE '^#!.*\b(ba)?sh$' && echo "$file"
  done || true
}
mapfile -t scripts < <(shell_scripts | sort -u)
# Of a folder yamllint looks at every file below it, in .cache, too, before it asks which are ignored.
mapfile -t yaml < <(git ls-files --cached --others --exclude-standard -- '*.yml' '*.yaml' .yamllint)

step ruff ruff check
step "ruff format" ruff format --check
step mypy mypy
step shellcheck shellcheck --external-sources "${scripts[@]}"
step yamllint yamllint --strict "${yaml[@]}"
step ansible-lint env ANSIBLE_HOME="$CACHE/ansible" python tools/ansible-lint.py --offline --strict
step "roles' tables" python tools/role_readmes.py --check
step "committed text" python tools/check-committed.py
end_steps
