"""How many processor seconds are spent on compiling, for whoever counts a lesson's work without them.

A lesson that finds the compile cache cold does work that it never does again. Theano writes C code, starts
g++ and waits for it, and stores the module: ``theano_mends`` lays a copy of this file into Theano's package
and has the functions counted that do this; so it imports nothing of ours. Numba compiles in the process
itself and tells when: a kernel that loads this file as an extension of IPython listens.

Where the variable ``RECORD`` names a file, each outermost call adds a line to it, and a second file beside it
is there meanwhile: a compiler's memory is not the lesson's either. Elsewhere nothing is measured.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

RECORD = "WORKSHOP_COMPILING"
"""The environment variable that names the file."""
UNDER_WAY = ".now"
"""What the name of the second file has in addition."""
EVENTS = "numba.core.event"
"""The module by which Numba tells what it does."""

Given = ParamSpec("Given")
Result = TypeVar("Result")

_now = threading.local()


def counted(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Let a function that compiles add its processor seconds, with those of its compilers, to the record."""

    @functools.wraps(function)
    def counting(*arguments: Given.args, **named: Given.kwargs) -> Result:
        file = os.environ.get(RECORD)
        if not file or getattr(_now, "counting", False):
            return function(*arguments, **named)
        _now.counting = True
        with contextlib.suppress(OSError):
            Path(file + UNDER_WAY).touch(0o600)
        before, module = _processor_seconds(), ""
        try:
            result = function(*arguments, **named)
            module = str(getattr(result, "__name__", ""))
            return result
        finally:
            _now.counting = False
            with contextlib.suppress(OSError):
                Path(file + UNDER_WAY).unlink()
            _add(file, module, _processor_seconds() - before)

    return counting


def load_ipython_extension(_shell: Any = None) -> None:
    """Count what Numba compiles in this process from now on, once it is imported."""
    if EVENTS in sys.modules:
        _listen(sys.modules[EVENTS])
    else:
        sys.meta_path.insert(0, _WhenImported())


class _WhenImported(MetaPathFinder):
    """Waits for Numba without importing it: most lessons do without."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname != EVENTS:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        loader: Any = spec.loader if spec else None
        if loader is not None:
            execute = loader.exec_module

            def executing(module: Any) -> None:
                execute(module)
                _listen(module)

            loader.exec_module = executing
        return spec


def _listen(events: Any) -> None:
    """Add a line for each outermost compilation; one that finds the result on disk is none.

    Its memory is the lesson's own, so nothing says meanwhile that it is not.
    """
    started: list[float] = []

    class Listener(events.Listener):  # type: ignore[misc]
        def on_start(self, event: Any) -> None:
            started.append(_processor_seconds())

        def on_end(self, event: Any) -> None:
            seconds = _processor_seconds() - started.pop()
            file = os.environ.get(RECORD)
            if file and not started:
                _add(file, str(getattr(event.data["dispatcher"], "__name__", "")), seconds)

    # Numba compiles in one thread at a time, under a lock of its own.
    events.register("numba:compile", Listener())


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
