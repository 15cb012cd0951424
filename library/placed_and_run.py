#!/usr/bin/python
"""Ansible module: make folders and files, then run commands that say themselves what they changed."""

from __future__ import annotations

DOCUMENTATION = r"""
module: placed_and_run
short_description: Make folders and files, then run commands that say themselves what they changed
description:
  - For commands that are safe to run again, such as those of the workshop command, and that print one JSON
    document with the key C(changed).
  - Folders and files are made as C(placed) makes them, before the first command.
  - A task for each would start Python on the machine anew, which is most of the time that a set-up takes
    which has nothing to do.
options:
  commands:
    description: What to run, in turn; each has C(argv), and C(environment) and C(creates) where they matter.
    type: list
    elements: dict
    required: true
    suboptions:
      argv: {description: The program with its arguments., type: list, elements: str, required: true}
      environment: {description: Further variables., type: dict, default: {}}
      creates:
        description: Where this is there, the command is not run. Running it is a change, whatever it prints.
        type: path
  begun:
    description:
      - Folder with the outcomes of what C(locked_venvs) has begun. The document of a command that is among
        them is taken from there, when it has ended; one that has failed is run again.
    type: path
  folders: {description: See C(placed)., type: list, elements: dict, default: []}
  files: {description: See C(placed)., type: list, elements: dict, default: []}
attributes:
  check_mode: {support: full, description: Places and runs nothing.}
  diff_mode: {support: full, description: Shows the old and the new content of files.}
author: [The Deep Learning Workshop]
"""

RETURN = r"""
paths:
  description: The folders and files that were made or changed.
  type: list
  elements: str
  returned: success
documents:
  description: What each command printed; an empty one where it was not run, or prints none.
  type: list
  elements: dict
  returned: success
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.begun import outcome
from ansible.module_utils.boundary import BoundaryError, must_be_ours
from ansible.module_utils.placing import FILES, FOLDERS, place

Item = dict[str, Any]


class UnableError(Exception):
    """A command failed; the message is what it said last."""


def run(command: Item, check: bool, begun: str | None = None) -> Item:
    """Run one command unless what it creates is there, or it was begun; return the document that it printed.

    Raises UnableError with its last line where it fails.
    """
    creates = command["creates"]
    if check or (creates and Path(creates).exists()):
        return {"changed": bool(creates) and not Path(creates).exists()} if creates else {}
    said = outcome(must_be_ours(begun, inside=True), command["argv"]) if begun else None
    if said is None:
        said = output_of(command)
    if creates:
        return {"changed": True}
    document = json.loads(said or "{}")
    return document if isinstance(document, dict) else {}


def output_of(command: Item) -> str:
    """Run one command; return what it printed. Raises UnableError with its last line where it fails."""
    program = Path(command["argv"][0])
    if program.is_absolute():  # others are looked for where the system has them
        must_be_ours(program)
    # Whatever language the person speaks who runs the play.
    environment = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    environment |= {name: str(value) for name, value in command["environment"].items()}
    done = subprocess.run(
        command["argv"],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise UnableError(said[-1] if said else f"{command['argv'][0]} ended with {done.returncode}")
    return done.stdout


def place_and_run(params: Item, check: bool) -> Item:
    """Bring about what the arguments say; return the module's result."""
    result = place(params["folders"], params["files"], check)
    documents = [run(command, check, params["begun"]) for command in params["commands"]]
    changed = result["changed"] or any(document.get("changed") for document in documents)
    return {**result, "changed": changed, "documents": documents}


def main() -> None:
    """Read the arguments and report what was done."""
    command = {
        "argv": {"type": "list", "elements": "str", "required": True},
        "environment": {"type": "dict", "default": {}},
        "creates": {"type": "path"},
    }
    module = AnsibleModule(
        argument_spec={
            "commands": {"type": "list", "elements": "dict", "required": True, "options": command},
            "folders": FOLDERS,
            "files": FILES,
            "begun": {"type": "path"},
        },
        supports_check_mode=True,
    )
    try:
        result = place_and_run(module.params, module.check_mode)
    except (BoundaryError, UnableError) as error:
        module.fail_json(msg=str(error))
    except json.JSONDecodeError as error:
        module.fail_json(msg=f"a command printed something else than its JSON document: {error}")
    except OSError as error:
        what = error.filename or "what set-up needs"
        module.fail_json(msg=f"cannot write or run {what}: {error.strerror}; make room or mend its rights")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
