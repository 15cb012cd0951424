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
  - A file is written beside its place, flushed to the disk and renamed.
options:
  folders:
    description: Folders to make; each has C(path), and C(owner) and C(mode) where they matter.
    type: list
    elements: dict
    default: []
  files:
    description: Files to write; each has C(path) and C(content), and C(owner) and C(mode) where they matter.
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

import os
import pwd
import stat
import tempfile
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule


def user_id(owner: str | None) -> int | None:
    """Return the number of an account; None when no owner is asked for or there is no such account yet."""
    try:
        return pwd.getpwnam(owner).pw_uid if owner else None
    except KeyError:
        return None


def differs(path: Path, item: dict[str, Any]) -> bool:
    """Tell whether the mode or the owner of what is there must change."""
    found = path.stat()
    owner = user_id(item["owner"])
    return stat.S_IMODE(found.st_mode) != int(item["mode"], 8) or owner not in (None, found.st_uid)


def dress(path: Path, item: dict[str, Any]) -> None:
    """Give a file or folder its mode and its owner."""
    path.chmod(int(item["mode"], 8))
    owner = user_id(item["owner"])
    if owner is not None and owner != path.stat().st_uid:
        os.chown(path, owner, pwd.getpwuid(owner).pw_gid)


def place_folder(item: dict[str, Any], check: bool) -> bool:
    """Make a folder with those above it; return whether that changed anything."""
    path = Path(item["path"])
    if path.is_dir() and not differs(path, item):
        return False
    if not check:
        path.mkdir(parents=True, exist_ok=True)
        dress(path, item)
    return True


def old_content(path: Path) -> str | None:
    """Return what stands in a file, or None when there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None


def place_file(item: dict[str, Any], check: bool) -> bool:
    """Write a file unless it is there as wanted; return whether that changed anything."""
    path = Path(item["path"])
    same = old_content(path) == item["content"]
    if same and not differs(path, item):
        return False
    if not check and same:
        dress(path, item)
    elif not check:
        write(path, item)
    return True


def write(path: Path, item: dict[str, Any]) -> None:
    """Write beside and rename, so that nobody ever reads half a file."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(item["content"])
            file.flush()
            os.fsync(file.fileno())
        dress(beside, item)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def describe(item: dict[str, Any], before: str) -> dict[str, str]:
    """Return one file's entry for ``--diff``."""
    path = item["path"]
    return {"before_header": path, "after_header": path, "before": before, "after": item["content"]}


def place(folders: list[dict[str, Any]], files: list[dict[str, Any]], check: bool) -> dict[str, Any]:
    """Make what is missing or different; return the module's result."""
    before = {item["path"]: old_content(Path(item["path"])) or "" for item in files}
    paths = [item["path"] for item in folders if place_folder(item, check)]
    written = [item["path"] for item in files if place_file(item, check)]
    diff = [describe(item, before[item["path"]]) for item in files if item["path"] in written]
    return {"changed": bool(paths or written), "paths": paths + written, "diff": diff}


def main() -> None:
    """Read the arguments and report what was done."""
    shared = {
        "path": {"type": "path", "required": True},
        "owner": {"type": "str"},
    }
    module = AnsibleModule(
        argument_spec={
            "folders": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": shared | {"mode": {"type": "str", "default": "0755"}},
            },
            "files": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": shared
                | {
                    "content": {"type": "str", "required": True, "no_log": False},
                    "mode": {"type": "str", "default": "0644"},
                },
            },
        },
        supports_check_mode=True,
    )
    try:
        result = place(module.params["folders"], module.params["files"], module.check_mode)
    except OSError as error:
        what = error.filename or "what set-up needs"
        module.fail_json(msg=f"cannot write {what}: {error.strerror}; make room or mend its rights")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
