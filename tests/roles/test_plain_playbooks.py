"""Playbooks are lists of roles, and what a role keeps to itself nobody else reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_module import ROOT

ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
SHARED = "workshop"
"""The role that all depend on: what it has is everybody's."""
PRIVATE = re.compile(r"\b__(?:" + "|".join(name.replace("-", "_") for name in ROLES) + r")_\w+")
# What uninstall reads of a role's own file of variables, by its own name.
LOADED = "__uninstall_known."


def files(folder: Path) -> list[Path]:
    """Return what Ansible reads in a folder."""
    return [path for path in sorted(folder.rglob("*")) if path.suffix in (".yml", ".j2") and path.is_file()]


@pytest.mark.parametrize("role", [*ROLES, "playbooks", "inventories"])
def test_nobody_reads_what_another_role_keeps_to_itself(role: str) -> None:
    own = f"__{role.replace('-', '_')}_"
    shared = f"__{SHARED}_"
    folder = ROOT / role if role in ("playbooks", "inventories") else ROOT / "roles" / role
    for path in files(folder):
        text = path.read_text(encoding="utf-8").replace(LOADED + "__", LOADED)
        others = {name for name in PRIVATE.findall(text) if not name.startswith((own, shared))}
        assert not others, f"{path.relative_to(ROOT)} reads {sorted(others)}"


def test_tasks_name_modules_in_full_unless_they_are_our_own() -> None:
    own = {path.stem for path in [*ROOT.glob("library/*.py"), *ROOT.glob("roles/*/library/*.py")]}
    assert len(own) <= 5
    words = {
        "name",
        "when",
        "block",
        "rescue",
        "always",
        "vars",
        "loop",
        "loop_control",
        "register",
        "become",
    }
    words |= {
        "changed_when",
        "failed_when",
        "check_mode",
        "tags",
        "notify",
        "until",
        "retries",
        "delay",
        "no_log",
    }
    words |= {"diff", "environment", "run_once", "delegate_to", "ignore_errors", "listen", "throttle", "args"}
    for path in [*ROOT.glob("roles/*/tasks/**/*.yml"), *ROOT.glob("playbooks/tasks/**/*.yml")]:
        for task in yaml.safe_load(path.read_text(encoding="utf-8")) or []:
            modules = set(task) - words - own
            assert all(name.count(".") == 2 for name in modules), f"{path}: {modules}"
