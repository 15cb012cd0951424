#!/usr/bin/python
# SPDX-License-Identifier: MIT
"""Ansible module: fail when the disk has too little room, and tell which packages are missing."""

from __future__ import annotations

DOCUMENTATION = r"""
module: machine_lacks
short_description: Refuse a disk that is too small, and tell which packages are missing
description:
  - The folder need not exist; its nearest parent that does tells the disk.
  - A complete installation needs no more than room to work, so a second run on a full disk passes.
  - Changes nothing, and needs neither root nor the package manager.
options:
  path: {description: Folder of the installation., type: path, required: true}
  required_mb: {description: Free MB that a first installation needs., type: int, required: true}
  environments:
    description: Names of the environments that make it complete; none, and it never is.
    type: list
    elements: str
    default: []
  query:
    description: A program that, followed by names of packages, prints "installed NAME" for each that is.
    type: list
    elements: str
    default: []
  packages: {description: Those that are wanted., type: list, elements: str, default: []}
author: [The Deep Learning Workshop]
"""

EXAMPLES = r"""
- name: See what the machine lacks
  machine_lacks:
    path: /opt/workshop
    required_mb: 6000
    query: [rpm, --query, "--queryformat=installed %{NAME}\\n"]
    packages: [git]
"""

RETURN = r"""
free_mb: {description: Free MB for this user., type: int, returned: always}
packages: {description: The wanted packages that are missing., type: list, elements: str, returned: success}
"""

import shutil
import subprocess
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


def missing(query: list[str], packages: list[str]) -> list[str]:
    """Return the packages that the query does not call installed; all, where it cannot be run."""
    if not packages:
        return []
    try:
        done = subprocess.run([*query, *packages], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return packages
    lines = set(done.stdout.splitlines())
    return [name for name in packages if f"installed {name}" not in lines]


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "required_mb": {"type": "int", "required": True},
            "environments": {"type": "list", "elements": "str", "default": []},
            "query": {"type": "list", "elements": "str", "default": []},
            "packages": {"type": "list", "elements": "str", "default": []},
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
    lacking = missing(module.params["query"], module.params["packages"])
    module.exit_json(changed=False, free_mb=free_mb, packages=lacking)


if __name__ == "__main__":
    main()
