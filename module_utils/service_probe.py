"""Who has a service's port: the service itself, nobody, or somebody else. For this repository's modules.

Reads /proc only. A process is the service's own when it runs as the service's account and from the folder of
this installation, and its control group names the service, or the folder's supervisor is among its parents.
Where it cannot be seen, as for root in a container without ptrace, a process of the service that runs as the
same account stands for it.
"""

from __future__ import annotations

import os
import pwd
import time
from dataclasses import dataclass
from pathlib import Path

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


def supervisor_of(prefix: str) -> str:
    """Return the process id that the supervisor of the prefix wrote down; the folder is the account's."""
    try:
        descriptor = os.open(
            Path(prefix) / "run/supervisord.pid", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        )
    except OSError:
        return ""
    with os.fdopen(descriptor) as file:
        return file.read(20).strip()


@dataclass(frozen=True)
class Service:
    """What makes a process the service's own."""

    name: str
    prefix: str
    uid: int | None
    """Of its account; None before there is such an account."""

    def owns(self, pid: int, proc: Path = PROC) -> bool:
        """Tell whether the process belongs to the service of this installation and account."""
        try:
            if (proc / str(pid)).stat().st_uid != self.uid:
                return False
        except OSError:  # it has just ended
            return False
        # Each of its words is the program's or the service's own: another's installation has another folder.
        if f" {self.prefix.rstrip('/')}/" not in f" {read(proc / str(pid) / 'cmdline')}":
            return False
        if f"/{self.name}.service" in read(proc / str(pid) / "cgroup"):
            return True
        supervisor = supervisor_of(self.prefix)
        return any(
            str(parent) == supervisor and "supervisord" in read(proc / supervisor / "cmdline")
            for parent in parents(pid, proc)
        )


def stand_in(sockets: dict[str, int], service: Service, proc: Path = PROC) -> int | None:
    """Return the youngest process of the service, if the listener is its account's; None without one."""
    own = {}
    for pid in processes(proc):
        try:
            if service.uid in sockets.values() and service.owns(pid, proc):
                own[pid] = started(pid, proc)
        except (OSError, IndexError):  # it has just ended
            continue
    return max(own, key=lambda pid: own[pid], default=None)


def started(pid: int, proc: Path = PROC) -> float:
    """Return when a process was started, in seconds since the epoch."""
    boot = next(line for line in read(proc / "stat").splitlines() if line.startswith("btime"))
    ticks = int(read(proc / str(pid) / "stat").rpartition(")")[2].split()[19])
    return int(boot.split()[1]) + ticks / os.sysconf("SC_CLK_TCK")


def is_stale(pid: int, files: list[str]) -> bool:
    """Tell whether the process is older than one of its files; one from the future tells nothing."""
    times = [Path(path).stat().st_mtime for path in files if Path(path).exists()]
    past = [written for written in times if written <= time.time()]
    return max(past, default=0.0) > started(pid) + CLOCK_SLACK


def account(uid: int) -> str:
    """Return the name of an account for people."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"account {uid}"


def description(pid: int | None, sockets: dict[str, int], proc: Path = PROC) -> str:
    """Return the name of a process and its account for people."""
    owners = " and ".join(sorted({account(uid) for uid in sockets.values()}))
    if pid is None:
        return f"a process of {owners} that this account cannot look into"
    return f"{read(proc / str(pid) / 'comm')} (pid {pid}, of {owners})"


def number(user: str) -> int | None:
    """Return the number of an account, which check mode may not have made yet."""
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        return None


@dataclass(frozen=True)
class Found:
    """What is known of a service's process."""

    running: bool
    """Whether the service has its port."""
    stale: bool
    """Whether it is older than the files that it stands on, as an interrupted run leaves it."""


class TakenError(Exception):
    """Somebody else has the port; the message says who, and what to do, on one line."""


def probe(service: Service, port: int, files: list[str]) -> Found:
    """Return what has the port; raise TakenError where that is not the service.

    Args:
        service: Who may have it.
        port: The TCP port.
        files: What the service stands on.
    """
    sockets = listening_sockets(port)
    if not sockets:
        return Found(running=False, stale=False)
    # One by one: beside the service somebody else may listen on another address of the port, as ::1, which
    # browsers ask first for "localhost".
    pids = []
    for inode, uid in sockets.items():
        each = {inode: uid}
        seen = holder(each)
        pid = seen or stand_in(each, service)
        if pid is None or not service.owns(pid):
            raise TakenError(
                f"port {port}, which {service.name} needs, is taken by {description(seen, each)}; "
                "stop it or choose another port"
            )
        pids.append(pid)
    return Found(running=True, stale=any(is_stale(pid, files) for pid in pids))
