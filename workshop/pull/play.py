"""Run a playbook of a verified tree on this machine."""

from __future__ import annotations

import json
import os
import pwd
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workshop.environment import network
from workshop.errors import WorkshopError

HANDED_ON = {"XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "DBUS_SESSION_BUS_ADDRESS"}
"""Variables that the user's own systemd cannot do without."""


@dataclass(frozen=True)
class Played:
    """How a playbook ended."""

    changed: int


def ansible_playbook(prefix: Path) -> Path:
    """Return the machine's own Ansible; raises WorkshopError when it has none."""
    for folder in (prefix / "venvs" / "control", prefix / "control"):
        if (program := folder / "bin" / "ansible-playbook").is_file():
            return program
    raise WorkshopError(f"{prefix} has no Ansible of its own; run the set-up again with notebook_sync_url")


def play(
    prefix: Path, tree: Path, playbook: str, variables: Mapping[str, object], check: bool = False
) -> Played:
    """Run ``playbook`` of ``tree`` against this machine; what Ansible says goes to stderr.

    ``check`` changes nothing and shows what would change. Raises WorkshopError when a task failed.
    """
    if not (tree / playbook).is_file():
        raise WorkshopError(f"the organiser's revision has no {playbook}; ask the organiser")
    command = [ansible_playbook(prefix), playbook, "-i", "localhost,", "-c", "local"]
    command += ["-e", f"@{prefix / 'etc' / 'pull-variables.json'}", "-e", json.dumps(variables)]
    status, text = _run([*map(str, command), *(["--check", "--diff"] if check else [])], tree, prefix)
    changed = re.findall(r"^localhost .*\bchanged=(\d+)", text, re.MULTILINE)
    if status or not changed:
        said = [line for line in text.splitlines() if line.strip()] or ["it said nothing"]
        raise WorkshopError(f"the update is not complete ({said[-1].strip()}); the next pull tries again")
    return Played(int(changed[-1]))


def _run(command: Sequence[str], tree: Path, prefix: Path) -> tuple[int, str]:
    """Run Ansible; pass on each line as it comes, and return all of them."""
    lines = []
    with subprocess.Popen(
        command,
        cwd=tree,
        env=_environment(tree, prefix),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            sys.stderr.write(line)
    return process.returncode, "".join(lines)


def _environment(tree: Path, prefix: Path) -> dict[str, str]:
    """Return an environment with nothing in it that could bend what Ansible or Python run."""
    account = pwd.getpwuid(os.geteuid())
    own = prefix / "pull" / "ansible"
    handed_on = {name: value for name, value in os.environ.items() if name in HANDED_ON}
    return (
        handed_on
        | network()
        | {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": account.pw_dir,
            "USER": account.pw_name,
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_CONFIG": str(tree / "ansible.cfg"),
            "ANSIBLE_HOME": str(own),
            "ANSIBLE_REMOTE_TEMP": str(own / "tmp"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        }
    )
