#!/usr/bin/python
# SPDX-License-Identifier: MIT
"""Ansible module: fail, naming the holder, when a foreign process listens on a service's port."""

from __future__ import annotations

DOCUMENTATION = r"""
module: port_owner
short_description: Refuse a port that a foreign process holds
description:
  - Reads /proc only, so it needs no tool and changes nothing; it runs in check mode too.
  - A listener is ours when its control group names the service, or when a supervisor that was
    started from the prefix is among its parents.
options:
  port: {description: The TCP port., type: int, required: true}
  service: {description: Name of the service that wants the port., type: str, required: true}
  prefix: {description: Folder of the installation., type: path, required: true}
author: [The Deep Learning Workshop]
"""

EXAMPLES = r"""
- name: Refuse a port that another process holds
  port_owner: {port: 8080, service: workshop-jupyter, prefix: /opt/workshop}
"""

RETURN = r"""
listening: {description: Whether somebody listens on the port., type: bool, returned: always}
pid: {description: The listener's process id; absent when it cannot be seen., type: int, returned: sometimes}
"""

import os  # noqa: E402
from pathlib import Path  # noqa: E402

from ansible.module_utils.basic import AnsibleModule  # noqa: E402

LISTEN = "0A"  # TCP_LISTEN in include/net/tcp_states.h


def listening_sockets(port: int, proc: Path = Path("/proc")) -> set[str]:
    """Return the inodes, as text, of the sockets that listen on ``port``."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        try:
            lines = (proc / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[3] == LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(fields[9])
    return inodes


def holder(inodes: set[str], proc: Path = Path("/proc")) -> int | None:
    """Return the lowest id of a process that has one of the sockets open; None when none can be seen."""
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for pid in sorted(int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()):
        try:
            for descriptor in os.scandir(proc / str(pid) / "fd"):
                if os.readlink(descriptor.path) in wanted:
                    return pid
        except OSError:  # another user's process, or one that has just ended
            continue
    return None


def read(path: Path) -> str:
    """Return a file of /proc as text; empty when the process is gone or hidden."""
    try:
        return path.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def parents(pid: int, proc: Path = Path("/proc")) -> list[int]:
    """Return the process and its parents, nearest first."""
    line = []
    while pid > 0:
        line.append(pid)
        stat = read(proc / str(pid) / "stat").rpartition(")")[2].split()
        pid = int(stat[1]) if len(stat) > 1 else 0
    return line


def is_ours(pid: int, service: str, prefix: str, proc: Path = Path("/proc")) -> bool:
    """Tell whether the process belongs to the service of this installation."""
    if f"/{service}.service" in read(proc / str(pid) / "cgroup"):
        return True
    for parent in parents(pid, proc):
        command = read(proc / str(parent) / "cmdline")
        # Supervisor is started from its prefix by a relative name; its folder tells which it is.
        if "supervisord" in command:
            try:
                return os.path.samefile(proc / str(parent) / "cwd", prefix)
            except OSError:
                return False
    return False


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "port": {"type": "int", "required": True},
            "service": {"type": "str", "required": True},
            "prefix": {"type": "path", "required": True},
        },
        supports_check_mode=True,
    )
    port, service, prefix = (module.params[name] for name in ("port", "service", "prefix"))
    inodes = listening_sockets(port)
    if not inodes:
        module.exit_json(changed=False, listening=False)
    pid = holder(inodes)
    if pid is not None and is_ours(pid, service, prefix):
        module.exit_json(changed=False, listening=True, pid=pid)
    name = read(Path("/proc") / str(pid) / "comm")
    who = "a process that this user cannot see" if pid is None else f"{name} (pid {pid})"
    module.fail_json(
        msg=f"port {port}, which {service} needs, is taken by {who}; stop it or choose another port"
    )


if __name__ == "__main__":
    main()
