"""The ``workshop`` command in the test's own process: the same code from its arguments to its exit status.

A process of its own takes half a second of a processor before it does anything; tests/test_cli.py starts
those that show what only a process can (signals, what is imported).
"""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from pathlib import Path
from unittest import mock

from workshop.core.command import main


def workshop(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``workshop WORD…`` and return what a process would have returned."""
    arguments = ["workshop", *map(str, words)]
    out, err = io.StringIO(), io.StringIO()
    status: object = 0
    with (
        mock.patch.object(sys, "argv", arguments),
        mock.patch.object(sys, "stdin", io.StringIO()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            status = ended.code
    # As Python does: nothing is a success, and a text is a failure.
    number = status if isinstance(status, int) else int(status is not None)
    return subprocess.CompletedProcess(arguments, number, out.getvalue(), err.getvalue())
