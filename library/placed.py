#!/usr/bin/python
"""Ansible module: make a number of folders and files in one go."""

from __future__ import annotations

DOCUMENTATION = r"""
module: placed
short_description: Make a number of folders and files in one go
description:
  - Does for a whole list what C(ansible.builtin.file) and C(ansible.builtin.copy) do for one item.
    A loop over those starts Python on the machine anew for each item, which is most of the time that
    a set-up takes which has nothing to do.
  - A file is written beside its place, flushed to the disk and renamed. What nobody owns by name is
    the caller's.
  - Root writes with its own rights only where no other account can change a folder on the way. Elsewhere
    it works with the rights of the account that can, and follows no link further than that account may.
options:
  folders:
    description:
      - Folders to make; each has C(path), and C(owner) and C(mode) where they matter.
      - With C(fresh), what another account than the owner left there is removed first.
    type: list
    elements: dict
    default: []
  files:
    description:
      - Files to write; each has C(path) and C(content), and C(owner) and C(mode) where they matter.
      - Never a secret, which would be in the journal; the tasks in roles/workshop/tasks/secret.yml place one.
    type: list
    elements: dict
    default: []
attributes:
  check_mode: {support: full, description: Reports what would change; writes nothing.}
  diff_mode: {support: full, description: Shows the old and the new content of files.}
author: [The Deep Learning Workshop]
"""

RETURN = r"""
paths:
  description: The folders and files that were made or changed.
  type: list
  elements: str
  returned: success
"""

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.boundary import BoundaryError
from ansible.module_utils.placing import FILES, FOLDERS, place


def main() -> None:
    """Read the arguments and report what was done."""
    module = AnsibleModule(argument_spec={"folders": FOLDERS, "files": FILES}, supports_check_mode=True)
    try:
        result = place(module.params["folders"], module.params["files"], module.check_mode)
    except BoundaryError as error:
        module.fail_json(msg=str(error))
    except OSError as error:
        what = error.filename or "what set-up needs"
        module.fail_json(msg=f"cannot write {what}: {error.strerror}; make room or mend its rights")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
