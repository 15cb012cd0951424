"""Who is at the other end of a connection to the hub: its proxy, a seat of this machine, or somebody else.

Kernels of seats run on the machine of the hub and reach its ports, past the proxy, with any header that they
like. The system knows the account of each connection that begins on this machine, and nobody can forge that.
"""

from __future__ import annotations

import os
import pwd
from typing import Any

from organiser.hub.seats import seat_of
from workshop.core import ports


def account_of(request: Any) -> int | None:
    """Return the account at the other end, ``ports.ELSEWHERE`` for another machine, None where nobody knows.

    request: tornado's.
    """
    connection = getattr(getattr(request.connection, "stream", None), "socket", None)
    return None if connection is None else ports.caller(connection)


def is_proxy(account: int | None) -> bool:
    """Tell whether an account is the proxy's: the hub's own one, or, on a cluster, on another machine."""
    return account in (os.geteuid(), ports.ELSEWHERE)


def is_seat(account: int | None) -> bool:
    """Tell whether an account of this machine is a seat's; one that has no name may have been one."""
    if account == ports.ELSEWHERE:
        return False
    if account is None:
        return True
    try:
        seat_of(pwd.getpwuid(account).pw_name)
    except ValueError:
        return False
    except KeyError:
        return True
    return True
