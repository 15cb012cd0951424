"""A Jupyter server that is asked to end at the worst moment."""

from __future__ import annotations

# What is written to the log goes through a stream that asks the server to end while it writes a line: as
# systemd or a container may at any moment.
IN_THE_MIDDLE_OF_A_LINE = """
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
