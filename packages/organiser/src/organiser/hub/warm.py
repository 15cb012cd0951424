"""Start all seats before the doors open, a few at a time, so that nobody waits when a hundred arrive."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from organiser.hub.client import Client
from organiser.hub.seats import account
from workshop.core.errors import WorkshopError

LOOK_SECONDS = 0.5


@dataclass
class Warmed:
    """What became of the seats."""

    ready: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    """For each seat that did not start, why."""


def warm(
    client: Client,
    numbers: Sequence[str],
    at_once: int = 0,
    progress: Callable[[str], None] = lambda number: None,
    seconds: float = 300.0,
    why: str = "'journalctl -u classroom-seat@{}' shows why it did not start",
) -> Warmed:
    """Start the seats' servers and wait until they are ready.

    at_once: how many may be on their way; 0: one more than there are processors.
    progress: is called with each seat that is done with, well or not.
    seconds: that one seat may take.
    why: what is said of a seat that did not start, with {} for its number.
    """
    waiting, running, done = list(numbers), dict[str, float](), Warmed()
    limit = at_once or (os.cpu_count() or 1) + 1
    while waiting or running:
        while waiting and len(running) < limit:
            number = waiting.pop(0)
            try:
                client.start(account(number))
                running[number] = time.monotonic()
            except WorkshopError as error:
                done.failed[number] = str(error)
                progress(number)
        for number, since in list(running.items()):
            ready = client.ready(account(number))
            if ready:
                done.ready.append(number)
            elif ready is None or time.monotonic() - since > seconds:
                done.failed[number] = why.format(number)
            else:
                continue
            del running[number]
            progress(number)
        if running:
            time.sleep(LOOK_SECONDS)
    return done
