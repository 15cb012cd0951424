#!/usr/bin/python
"""Ansible module: refuse folders and programs that another account can change."""

from __future__ import annotations

DOCUMENTATION = r"""
module: boundary
short_description: Refuse folders and programs that another account can change
description:
  - Whoever may change a folder may put a link or another file in place of what lies there, at any moment. So
    before root writes somewhere, or runs something, every folder on the way is looked at. No stock module
    does; it changes nothing.
  - Whoever is not root writes with its own rights alone. Then only what belongs to somebody else is refused.
options:
  folders:
    description: Where something will be written or taken from.
    type: list
    elements: path
    default: []
  files: {description: What will be run or installed., type: list, elements: path, default: []}
  trusted:
    description: An account that may change the files, because it became root for this. Empty, none.
    type: str
    default: ""
attributes:
  check_mode: {support: full, description: Changes nothing anyway.}
author: [The Deep Learning Workshop]
"""

EXAMPLES = r"""
- name: Refuse a folder that others can change
  boundary:
    folders: [/opt/workshop/venvs]
"""

import os
import pwd
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.boundary import BoundaryError, must_be_ours, name_of


def must_not_be_anothers(folder: str) -> None:
    """Raise BoundaryError where a folder belongs to another account, which may put anything into it."""
    owner = Path(folder).stat().st_uid if Path(folder).exists() else 0
    if owner not in (0, os.geteuid()):
        raise BoundaryError(
            f"{folder} belongs to {name_of(owner)}, who could put anything into it; "
            "remove it or choose one of your own, and run this again"
        )


def main() -> None:
    """Look at all of them."""
    paths = {"type": "list", "elements": "path", "default": []}
    module = AnsibleModule(
        argument_spec={"folders": paths, "files": paths, "trusted": {"type": "str", "default": ""}},
        supports_check_mode=True,
    )
    name = module.params["trusted"]
    try:
        trusted = pwd.getpwnam(name).pw_uid if name else 0
        for folder in module.params["folders"]:
            must_be_ours(folder, inside=True)
            must_not_be_anothers(folder)
        for file in module.params["files"]:
            must_be_ours(file, trusted=trusted)
    except BoundaryError as error:
        module.fail_json(msg=str(error))
    except KeyError:
        module.fail_json(msg=f"there is no account {name}")
    except OSError as error:
        module.fail_json(msg=f"cannot look at {error.filename}: {error.strerror}")
    module.exit_json(changed=False)


if __name__ == "__main__":
    main()
