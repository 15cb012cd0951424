"""The server ends when it is asked to, whatever it does at that moment."""

from __future__ import annotations

from pathlib import Path

import pytest
from waiting import alive, wait_until

from .serving import jupyter

# What is written to the log goes through a stream that asks the server to end while it writes a line: as
# systemd or a container may at any moment.
ASKED_IN_THE_MIDDLE_OF_A_LINE = """
import io
import os
import signal
import sys


class Asking(io.RawIOBase):
    asked = False

    def writable(self):
        return True

    def write(self, text):
        line = bytes(text)
        if b"nobody-has-this" in line and not self.asked:
            self.asked = True
            os.kill(os.getpid(), signal.SIGTERM)
            sum(range(1000))  # the handlers of signals run between two steps of Python's
        return os.write(2, line)


sys.stderr = io.TextIOWrapper(io.BufferedWriter(Asking()), write_through=True)
c.Application.logging_config = {"handlers": {"console": {"stream": "ext://sys.stderr"}}}
"""


def test_a_server_that_is_asked_to_end_while_it_writes_its_log_ends(tmp_path: Path) -> None:
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    with jupyter(tmp_path / "own", notebooks, more=ASKED_IN_THE_MIDDLE_OF_A_LINE) as server:
        with pytest.raises(OSError, match="404"):
            server.ask("GET", "contents/nobody-has-this")
        wait_until(lambda: not alive(server.process), 10, "the server ended")
        assert "reentrant" not in server.log.read_text()
