"""The network is cut while a lesson runs: on the day there is none.

Where the system allows it the runner moves into a network namespace of its own in which only
loopback exists; root may, and on most systems a plain user inside a user namespace. Elsewhere a
guard on Python's sockets refuses every address but loopback; it cannot stop programs in other
languages that the lesson starts.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
from pathlib import Path

NAMESPACE = "namespace"
GUARD = "guard"

# linux/sched.h, linux/sockios.h, linux/if.h
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_IFF_UP_RUNNING = 0x1 | 0x40

_libc = ctypes.CDLL(None, use_errno=True)


def cut() -> str:
    """Cut this process and its children to come off the network; return how.

    Call it before the process has a second thread. With the answer ``guard`` the children need
    the environment of ``guarded``.
    """
    if not _possible():
        return GUARD
    _enter_namespace()
    return NAMESPACE


def guarded(environment: dict[str, str]) -> dict[str, str]:
    """Return the environment with the guard in it: Python imports ``sitecustomize`` at its start."""
    folder = str(Path(__file__).with_name("guard"))
    paths = [folder, *filter(None, [environment.get("PYTHONPATH")])]
    return {**environment, "PYTHONPATH": os.pathsep.join(paths)}


def _possible() -> bool:
    """Try the namespace in a child: a half-entered one could not be left again."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _enter_namespace()
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0


def _enter_namespace() -> None:
    """Move into a network namespace with nothing but loopback.

    Raises OSError where the system does not allow it.
    """
    user, group = os.geteuid(), os.getegid()
    try:
        _unshare(_CLONE_NEWNET)
    except PermissionError:
        _unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14s", b"lo", _IFF_UP_RUNNING, b""))


def _unshare(flags: int) -> None:
    """Leave the namespaces that the flags name for new ones (``os.unshare`` came with Python 3.12)."""
    if _libc.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
