"""Let Numba compile in less time, and count it as ``compiling`` counts what Theano compiles.

Numba calls ``count`` before it compiles or loads its first function: the package names it as an extension of
Numba, in the group ``numba_extensions`` of its entry points.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading

from workshop.machine.compiling import RECORD, counting

UNROLL = "-unroll-runtime=false"
"""Loops of a length that nobody knows stay as they are. Unrolled, they cost LLVM most of the time that it
compiles for, and no game or search of ours is quicker by it: docs/figures.md."""


@functools.cache
def _leave_loops() -> None:
    """Tell LLVM, once: it takes an option no second time."""
    import llvmlite.binding

    llvmlite.binding.set_option("workshop", UNROLL)


def count() -> None:
    """Have Numba compile quickly, and each function that it compiles counted, where somebody counts.

    What it finds in its own cache is not compiled, and not counted.
    """
    _leave_loops()
    if not os.environ.get(RECORD):
        return
    from numba.core import event

    class Compiling(event.Listener):
        """Hears when a function begins to be compiled, and when it is; one may need another."""

        def __init__(self) -> None:
            self._thread = threading.local()

        def on_start(self, event: event.Event) -> None:
            block = contextlib.ExitStack()
            line = block.enter_context(counting())
            line["module"] = event.data["dispatcher"].py_func.__name__
            self._thread.blocks = [*getattr(self._thread, "blocks", []), block]

        def on_end(self, event: event.Event) -> None:
            self._thread.blocks.pop().close()

    event.register("numba:compile", Compiling())  # type: ignore[no-untyped-call]
