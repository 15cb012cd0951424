#!/usr/bin/python
# SPDX-License-Identifier: MIT
"""Ansible module: refuse a port that somebody else has, and tell how its service is."""

from __future__ import annotations

DOCUMENTATION = r"""
module: service_port
short_description: Refuse a port that somebody else has, and tell how its service is
description:
  - Another account's server would answer in the service's place, and be sent its token. No stock module
    tells whose process listens on a port. Changes nothing.
options:
  name: {description: The service., type: str, required: true}
  port: {description: Its TCP port., type: int, required: true}
  prefix: {description: Folder of the installation., type: path, required: true}
  user: {description: Account that the service runs as., type: str, required: true}
  files: {description: What it stands on., type: list, elements: path, default: []}
attributes:
  check_mode: {support: full, description: Changes nothing anyway.}
author: [The Deep Learning Workshop]
"""

RETURN = r"""
running: {description: Whether the service has its port., type: bool, returned: success}
stale:
  description: Whether it is older than its files, as a set-up that was killed before restarting it leaves it.
  type: bool
  returned: success
"""

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.service_probe import Service, TakenError, number, probe


def main() -> None:
    """Look at the port."""
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "port": {"type": "int", "required": True},
            "prefix": {"type": "path", "required": True},
            "user": {"type": "str", "required": True},
            "files": {"type": "list", "elements": "path", "default": []},
        },
        supports_check_mode=True,
    )
    given = module.params
    try:
        found = probe(
            Service(given["name"], given["prefix"], number(given["user"])), given["port"], given["files"]
        )
    except TakenError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, running=found.running, stale=found.stale)


if __name__ == "__main__":
    main()
