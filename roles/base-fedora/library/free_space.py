#!/usr/bin/python
# SPDX-License-Identifier: MIT
"""Ansible module: fail when the disk of a folder has too little room for a first installation."""

from __future__ import annotations

DOCUMENTATION = r"""
module: free_space
short_description: Refuse a disk that is too small
description:
  - The folder need not exist; its nearest parent that does tells the disk.
  - A complete installation needs no more than room to work, so a second run on a full disk passes.
options:
  path: {description: Folder of the installation., type: path, required: true}
  required_mb: {description: Free MB that a first installation needs., type: int, required: true}
  environments:
    description: Names of the environments that make it complete; none, and it never is.
    type: list
    elements: str
    default: []
author: [The Deep Learning Workshop]
"""

EXAMPLES = r"""
- name: Refuse a disk that is too small
  free_space: {path: /opt/workshop, required_mb: 6000}
"""

RETURN = r"""
free_mb: {description: Free MB for this user., type: int, returned: always}
"""

import shutil
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

COMPLETE_MB = 300
"""What a machine that has everything still needs: logs, notebooks, backups."""


def required(prefix: Path, first_mb: int, environments: list[str]) -> int:
    """Return how many MB must be free: less when all environments are there already."""
    pythons = [prefix / "venvs" / name / "bin" / "python" for name in environments]
    complete = bool(pythons) and all(python.exists() for python in pythons)
    return min(first_mb, COMPLETE_MB) if complete else first_mb


def nearest(folder: Path) -> Path:
    """Return the folder, or its nearest parent that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "required_mb": {"type": "int", "required": True},
            "environments": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    prefix = Path(module.params["path"]).absolute()
    place = nearest(prefix)
    free_mb = shutil.disk_usage(place).free // 1_000_000
    needed_mb = required(prefix, module.params["required_mb"], module.params["environments"])
    if free_mb < needed_mb:
        module.fail_json(
            msg=f"{place} has {free_mb} MB free and the workshop needs {needed_mb} MB there; "
            "make room or choose another disk (workshop_prefix)",
            free_mb=free_mb,
        )
    module.exit_json(changed=False, free_mb=free_mb)


if __name__ == "__main__":
    main()
