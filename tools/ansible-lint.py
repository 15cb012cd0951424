#!/usr/bin/env python3
"""ansible-lint, with one look at the syntax of all playbooks and roles: usage as ansible-lint's.

By itself it starts Ansible for each of them, which is most of what it takes. Where the one look finds a fault
they are looked at one by one, as ever: the message names file and line.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from ansiblelint.__main__ import _run_cli_entrypoint
from ansiblelint.runner import Runner

one_by_one = Runner._map_syntax_check_workers


def together(self: Any, worker: Callable[[Any], Any], files: list[Any]) -> list[Any]:
    """Return what is wrong with the syntax of each of the files."""
    playbooks = [str(file.path) for file in files if file.kind == "playbook"]
    roles = [
        {"hosts": "localhost", "tasks": [{"ansible.builtin.import_role": {"name": str(file.path)}}]}
        for file in files
        if file.kind == "role"
    ]
    settings = {"PYTHONWARNINGS": "ignore", "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "False"}
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as play:
        json.dump(roles, play)
        play.flush()
        done = subprocess.run(
            ["ansible-playbook", "--syntax-check", *playbooks, play.name],
            env={**self.app.runtime.environ, **settings},
            capture_output=True,
            check=False,
        )
    return one_by_one(self, worker, files) if done.returncode else [[] for _ in files]


if __name__ == "__main__":
    Runner._map_syntax_check_workers = together
    sys.exit(_run_cli_entrypoint())
