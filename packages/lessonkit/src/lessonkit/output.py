"""Where the command prints: its text on stdout, everything else on stderr; and how it ends."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

from rich.console import Console

# Texts hold names of others: brackets in them are no markup.
console = Console(soft_wrap=True, markup=False, highlight=False)
messages = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
steps = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
"""Shows progress; ``--quiet`` silences it."""


@contextlib.contextmanager
def ended_cleanly() -> Iterator[None]:
    """Leave by the ordinary way, which ends what was started, when the process is told to end."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    signals = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, leave) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
