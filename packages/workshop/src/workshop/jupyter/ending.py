"""How a Jupyter server ends: the machine's, and a seat's in the classroom."""

from __future__ import annotations

import signal
from typing import Any


def end_when_asked(server: Any) -> None:
    """End the server at SIGTERM between two of the loop's steps.

    Jupyter's own handler writes a line of the log at once: in the middle of another line that fails, and
    the server goes on as if nobody had asked, until whoever did loses patience and kills it.
    """

    def end() -> None:
        server.log.critical("asked to end by SIGTERM, stopping")
        server.stop()

    server.io_loop.asyncio_loop.add_signal_handler(signal.SIGTERM, end)
