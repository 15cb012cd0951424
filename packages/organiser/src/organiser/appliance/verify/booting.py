"""The check that starts the machine: under qemu, does every forwarded port answer?

What more is asked of a running machine is a ``Trial``; the tests of this project bring theirs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from organiser.appliance.boot import BOOT_SECONDS, Guest, booted
from organiser.appliance.verify.checks import Result
from workshop.errors import WorkshopError

Trial = Callable[[Guest], Iterable[str]]
"""Takes a machine that was just started; yields a line for each fault."""
NAME = "boot.answers"
WHY = "an image that looks right and does not start is found here, not in the room"
SSH = 22


def answers(guest: Guest, seconds: float = BOOT_SECONDS) -> Iterator[str]:
    """Yield each forwarded port that does not answer: with ssh's greeting on 22, else by HTTP.

    seconds: for all of them together. A login page is an answer; a server's own error is none.
    """
    until = time.monotonic() + seconds
    for port in guest.ports:
        left = max(1.0, until - time.monotonic())
        try:
            if port == SSH:
                guest.wait_for_port(port, left)
            else:
                guest.wait_for_http(port, accept=lambda status: 200 <= status < 500, seconds=left)
        except WorkshopError as error:
            yield str(error)


def boot_result(ova: Path, trial: Trial = answers, folder: Path | None = None) -> Result:
    """Boot an OVA and let ``trial`` judge it; ``folder`` keeps the log of the serial port."""
    try:
        with booted(ova, folder=folder) as guest:
            return Result(NAME, WHY, tuple(trial(guest)))
    except WorkshopError as error:
        return Result(NAME, WHY, (str(error),))
