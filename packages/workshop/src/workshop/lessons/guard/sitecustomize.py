"""Refuse every network address but loopback; Python imports this module at its start.

The lesson runner puts this folder on PYTHONPATH where it cannot take the network away itself. An
audit hook sees each use of a socket, whatever library makes it, and cannot be taken out again.
"""

import errno
import importlib
import ipaddress
import socket
import sys
from typing import Any

CONNECTING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
RESOLVING = {"socket.getaddrinfo", "socket.gethostbyname"}


def is_loopback(host: object) -> bool:
    """Tell whether a host is this machine; no name at all means the machine's own addresses."""
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if name in ("", "localhost", "localhost.localdomain", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise OSError when the event would leave this machine."""
    if event in CONNECTING and arguments[0].family in (socket.AF_INET, socket.AF_INET6):
        host = arguments[1][0] if arguments[1] else ""
    elif event in RESOLVING:
        host = arguments[0]
    else:
        return
    if not is_loopback(host):
        raise OSError(errno.ENETUNREACH, f"lessons run with the network cut; {host} was asked for")


sys.addaudithook(refuse_network)

# The environment's own sitecustomize, which this one hides, still has its turn.
sys.path[:] = [entry for entry in sys.path if entry != __file__.rpartition("/")[0]]
this = sys.modules.pop("sitecustomize")
try:
    importlib.import_module("sitecustomize")
except ImportError:
    sys.modules["sitecustomize"] = this
