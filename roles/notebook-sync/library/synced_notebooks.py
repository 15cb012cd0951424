#!/usr/bin/python
# SPDX-License-Identifier: MIT
"""Ansible module: run ``workshop sync`` and tell Ansible what it did, file by file."""

from __future__ import annotations

DOCUMENTATION = r"""
module: synced_notebooks
short_description: Bring the participant's notebooks up to date
description:
  - Runs C(workshop sync --json), with C(--dry-run) in check mode.
  - A command task could do the same but for the diff, which names every file that changes and why.
options:
  command:
    description: The workshop command, with what runs it as another account.
    type: list
    elements: str
    required: true
  arguments: {description: What follows the word C(sync)., type: list, elements: str, required: true}
  state: {description: Where the command remembers what it delivered., type: path, required: true}
  folders: {description: To be made first; see C(placed)., type: list, elements: dict, default: []}
attributes:
  check_mode: {support: full, description: Writes nothing.}
  diff_mode: {support: full, description: One line a file.}
author: [The Deep Learning Workshop]
"""

RETURN = r"""
had:
  description: Short name of the revision that the machine had; empty when it came from a folder.
  type: str
  returned: success
revision: {description: Short name of the revision that was delivered., type: str, returned: success}
offline: {description: Whether the source could not be reached., type: bool, returned: success}
notes: {description: What else people should know., type: list, elements: str, returned: success}
files: {description: Each file that was not simply left alone., type: list, elements: dict, returned: success}
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.boundary import BoundaryError, must_be_ours
from ansible.module_utils.placing import FOLDERS, place


class UnableError(Exception):
    """The command could not do its work; the message is its own last line."""


def sync(command: list[str], arguments: list[str], check: bool) -> dict[str, Any]:
    """Run the command; return its document, or raise UnableError."""
    if Path(command[0]).is_absolute():
        must_be_ours(command[0])
    words = [*command, "sync", "--json", *arguments, *(["--dry-run"] if check else [])]
    done = subprocess.run(words, cwd="/", capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"{words[0]} ended with {done.returncode}"]
        raise UnableError(said[-1])
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def had(state: Path) -> str:
    """Return the short name of the revision that was delivered last; empty when git brought none yet."""
    try:
        # The folder is the account's: what lies there may be a link or a pipe.
        descriptor = os.open(state / "trust.json", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, encoding="utf-8") as file:
            return str(json.load(file)["commit"])[:8]
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def bare_machine() -> dict[str, Any]:
    """Return what check mode knows of a machine that has no command yet: all is still to come."""
    return {"changed": True, "revision": "", "offline": False, "notes": [], "files": []}


def diff(document: dict[str, Any]) -> dict[str, str]:
    """Return what ``--diff`` shows: each file with what becomes of it."""
    lines = [f"{each['action']} {each['path']}: {each['why']}\n" for each in document["files"]]
    return {"prepared": "".join(lines)}


def main() -> None:
    """Read the arguments and report what was done."""
    module = AnsibleModule(
        argument_spec={
            "command": {"type": "list", "elements": "str", "required": True},
            "arguments": {"type": "list", "elements": "str", "required": True},
            "state": {"type": "path", "required": True},
            "folders": FOLDERS,
        },
        supports_check_mode=True,
    )
    command, check = module.params["command"], module.check_mode
    before = had(Path(module.params["state"]))
    try:
        made = place(module.params["folders"], [], check)
        absent = check and not Path(command[-1]).exists()
        document = bare_machine() if absent else sync(command, module.params["arguments"], check)
    except (BoundaryError, UnableError, OSError) as error:
        module.fail_json(msg=str(error))
    document["changed"] = document["changed"] or made["changed"]
    module.exit_json(**document, had=before, diff=diff(document))


if __name__ == "__main__":
    main()
