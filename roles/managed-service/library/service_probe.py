#!/usr/bin/python
# SPDX-License-Identifier: MIT
"""Ansible module: tell whether a service runs as it should, and refuse a port that is taken."""

from __future__ import annotations

DOCUMENTATION = r"""
module: service_probe
short_description: Tell whether a service runs as it should
description:
  - Reads files and /proc only. It changes nothing and runs in check mode too.
  - One look instead of ten tasks makes the second run of a set-up short.
  - A service is current when its files have the wanted content and the process that listens on
    its port is its own and younger than those files. The last makes good what an interrupted run
    left, written files with the old process still on them.
  - A listener is the service's own when its control group names the service, or when the
    supervisor of the prefix is among its parents. Where the listener cannot be seen, as for root
    in a container without ptrace, a process of the service that runs as the same user stands for it.
  - Fails, and names the process, when a foreign one has the port.
options:
  port: {description: The TCP port., type: int, required: true}
  service: {description: Name of the service that wants the port., type: str, required: true}
  prefix: {description: Folder of the installation., type: path, required: true}
  files: {description: The sha256 that each file should have., type: dict, default: {}}
author: [The Deep Learning Workshop]
"""

EXAMPLES = r"""
- name: See whether Jupyter runs as it should
  service_probe: {port: 8080, service: workshop-jupyter, prefix: /opt/workshop}
"""

RETURN = r"""
current: {description: Whether nothing is to be done., type: bool, returned: always}
stale: {description: Whether the process is older than its files., type: bool, returned: always}
"""

import hashlib
import os
import time
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

PROC = Path("/proc")
LISTEN = "0A"  # TCP_LISTEN in include/net/tcp_states.h
CLOCK_SLACK = 2.0
"""Seconds; /proc gives the time of boot in whole ones."""


def read(path: Path) -> str:
    """Return a file of /proc as text; empty when the process is gone or hidden."""
    try:
        return path.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def listening_sockets(port: int, proc: Path = PROC) -> dict[str, int]:
    """Return the sockets that listen on ``port``: their inodes, as text, and their users' ids."""
    sockets = {}
    for table in ("tcp", "tcp6"):
        for fields in map(str.split, read(proc / "net" / table).splitlines()[1:]):
            if fields[3] == LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                sockets[fields[9]] = int(fields[7])
    return sockets


def processes(proc: Path = PROC) -> list[int]:
    """Return the ids of all processes, lowest first."""
    return sorted(int(entry.name) for entry in proc.iterdir() if entry.name.isdigit())


def holder(sockets: dict[str, int], proc: Path = PROC) -> int | None:
    """Return the lowest id of a process that has one of the sockets open; None when none can be seen."""
    wanted = {f"socket:[{inode}]" for inode in sockets}
    for pid in processes(proc):
        try:
            for descriptor in (proc / str(pid) / "fd").iterdir():
                if str(descriptor.readlink()) in wanted:
                    return pid
        except OSError:  # another user's process, or one that has just ended
            continue
    return None


def parents(pid: int, proc: Path = PROC) -> list[int]:
    """Return the process and its parents, nearest first."""
    line = []
    while pid > 0:
        line.append(pid)
        stat = read(proc / str(pid) / "stat").rpartition(")")[2].split()
        pid = int(stat[1]) if len(stat) > 1 else 0
    return line


def is_own(pid: int, service: str, prefix: str, proc: Path = PROC) -> bool:
    """Tell whether the process belongs to the service of this installation."""
    if f"/{service}.service" in read(proc / str(pid) / "cgroup"):
        return True
    supervisor = read(Path(prefix) / "run" / "supervisord.pid")
    return any(
        str(parent) == supervisor and "supervisord" in read(proc / supervisor / "cmdline")
        for parent in parents(pid, proc)
    )


def stand_in(sockets: dict[str, int], service: str, prefix: str, proc: Path = PROC) -> int | None:
    """Return the youngest process of the service that runs as the listener's user; None without one."""
    own = {}
    for pid in processes(proc):
        try:
            if is_own(pid, service, prefix, proc) and (proc / str(pid)).stat().st_uid in sockets.values():
                own[pid] = started(pid, proc)
        except (OSError, IndexError):  # it has just ended
            continue
    return max(own, key=lambda pid: own[pid], default=None)


def started(pid: int, proc: Path = PROC) -> float:
    """Return when a process was started, in seconds since the epoch."""
    boot = next(line for line in read(proc / "stat").splitlines() if line.startswith("btime"))
    ticks = int(read(proc / str(pid) / "stat").rpartition(")")[2].split()[19])
    return int(boot.split()[1]) + ticks / os.sysconf("SC_CLK_TCK")


def content_is(path: str, sha256: str) -> bool:
    """Tell whether a file has the wanted content."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest() == sha256
    except OSError:
        return False


def is_stale(pid: int, files: dict[str, str]) -> bool:
    """Tell whether the process is older than one of its files; one from the future tells nothing."""
    times = [Path(path).stat().st_mtime for path in files if Path(path).exists()]
    past = [written for written in times if written <= time.time()]
    return max(past, default=0.0) > started(pid) + CLOCK_SLACK


def description(pid: int | None, proc: Path = PROC) -> str:
    """Return the name of a process for people."""
    if pid is None:
        return "a process that this user cannot see"
    return f"{read(proc / str(pid) / 'comm')} (pid {pid})"


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "port": {"type": "int", "required": True},
            "service": {"type": "str", "required": True},
            "prefix": {"type": "path", "required": True},
            "files": {"type": "dict", "default": {}},
        },
        supports_check_mode=True,
    )
    port, service, prefix, files = (module.params[key] for key in ("port", "service", "prefix", "files"))
    sockets = listening_sockets(port)
    if not sockets:
        module.exit_json(changed=False, current=False, stale=False)
    pid = holder(sockets) or stand_in(sockets, service, prefix)
    if pid is None or not is_own(pid, service, prefix):
        module.fail_json(
            msg=f"port {port}, which {service} needs, is taken by {description(pid)}; "
            "stop it or choose another port"
        )
    stale = is_stale(pid, files)
    current = not stale and all(content_is(*item) for item in files.items())
    module.exit_json(changed=False, current=current, stale=stale)


if __name__ == "__main__":
    main()
