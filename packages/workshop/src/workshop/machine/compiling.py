"""How many processor seconds Theano spends on compiling, for whoever counts a lesson's work without them.

A lesson that finds the compile cache cold does work that it never does again: it writes C code, starts g++
and waits for it, and stores the module. ``theano_patches`` lays a copy of this file into Theano's package and
has the functions counted that do this; so it imports nothing of ours.

Where the variable ``RECORD`` names a file, each outermost call adds a line to it, and a second file beside it
is there meanwhile: a compiler's memory is not the lesson's either. Elsewhere nothing is measured.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

RECORD = "WORKSHOP_COMPILING"
"""The environment variable that names the file."""
UNDER_WAY = ".now"
"""What the name of the second file has in addition."""

Given = ParamSpec("Given")
Result = TypeVar("Result")

_now = threading.local()


def counted(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Let a function that compiles add its processor seconds, with those of its compilers, to the record."""

    @functools.wraps(function)
    def wrapped(*arguments: Given.args, **named: Given.kwargs) -> Result:
        with counting() as line:
            result = function(*arguments, **named)
            line["module"] = str(getattr(result, "__name__", ""))
            return result

    return wrapped


@contextlib.contextmanager
def counting() -> Iterator[dict[str, Any]]:
    """Add the processor seconds of a block that compiles, if it is the outermost one, to the record.

    Yields the line that is written, for the block to name the ``module``.
    """
    line: dict[str, Any] = {"module": ""}
    file = os.environ.get(RECORD)
    if not file or getattr(_now, "counting", False):
        yield line
        return
    _now.counting = True
    with contextlib.suppress(OSError):
        Path(file + UNDER_WAY).touch(0o600)
    before = _processor_seconds()
    try:
        yield line
    finally:
        _now.counting = False
        with contextlib.suppress(OSError):
            Path(file + UNDER_WAY).unlink()
        _add(file, line["module"], _processor_seconds() - before)


def _processor_seconds() -> float:
    """Return the seconds of this thread, and of all children that this process has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.thread_time() + children.ru_utime + children.ru_stime


def _add(file: str, module: str, seconds: float) -> None:
    """Write one line at once: processes of one lesson may share the file."""
    line = json.dumps({"module": module, "cpu_seconds": round(seconds, 4)}) + "\n"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError:
        return  # it only counts more work than there was
    try:
        os.write(descriptor, line.encode())
    except OSError:
        pass
    finally:
        os.close(descriptor)


class Record:
    """The file as the one who counts reads it."""

    def __init__(self, path: Path) -> None:
        """Read ``path``, which need not be there yet; what was read once is not read again."""
        self.path = path
        self._read = 0

    def is_under_way(self) -> bool:
        """Tell whether something is being compiled now."""
        return Path(f"{self.path}{UNDER_WAY}").exists()

    def new_lines(self) -> list[dict[str, Any]]:
        """Return what was compiled since the last call: for each module its name and ``cpu_seconds``."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._read)
                text = file.read()
        except OSError:
            return []
        # A killed process may have left half a line, and the next one goes on behind it.
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        lines = []
        for line in whole.splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                continue
        return lines
