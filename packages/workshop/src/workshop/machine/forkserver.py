"""A process that has imported a kernel's libraries once, and becomes kernels by forking.

``python -P -m workshop.machine.forkserver OPTIONS`` reads from its options (JSON) the ``modules`` to import,
and whether ``threads``, and when garbage is collected, are to be chosen as by ``workshop.machine.kernel``.
When it is ready it writes a line of JSON: the processor ``seconds`` that it took, which each of its kernels
would have taken, and whether it is ``alone``, that is without threads, which a fork would not have. Then it
reads an order a line, with the ``arguments``, ``environment`` and ``folder`` of a kernel, and answers each
with its ``pid``.

A kernel is forked twice, so that it becomes the child of the process that ordered it, which measures and ends
it like one that it started. Only the libraries of others are imported here: a module of ours may look at the
notebook in which it is.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import io
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import IO, Any

from workshop import priority
from workshop.machine import kernel

ALWAYS = (
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "psutil",
    "sqlite3",
    "tornado.platform.asyncio",
)
"""What a kernel begins with: its application, and what that imports as it starts, above all the debugger."""
ADOPTED_SECONDS = 10.0
"""How long to wait for the one who is to adopt a kernel; a moment is enough."""
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Import, and fork kernels until nobody orders any more."""
    options = json.loads(sys.argv[1])
    priority.keep_giving_way()
    # What a library prints must not get among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    chosen = dict(os.environ)
    if options["threads"]:
        chosen = kernel.environment(chosen)
        os.environ.update(chosen)
        gc.set_threshold(*kernel.COLLECTING)
    threads = {kernel.VARIABLE: chosen[kernel.VARIABLE]} if kernel.VARIABLE in chosen else {}
    _import(options["modules"])
    alone = len(list(Path("/proc/self/task").iterdir())) == 1
    _tell(answers, {"seconds": round(sum(os.times()[:4]), 3), "alone": alone})
    for line in sys.stdin:
        order = json.loads(line)
        look_at_what_was_compiled()
        _tell(answers, {"pid": _fork(order, threads)})


def _tell(answers: IO[str], line: dict[str, Any]) -> None:
    answers.write(json.dumps(line) + "\n")
    answers.flush()


def _import(modules: list[str]) -> None:
    """Import modules; what is not there, the lesson that needs it will say."""
    # Else matplotlib would choose how to show plots before the kernel can tell it.
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    for module in (*ALWAYS, *modules):
        try:
            importlib.import_module(module)
        except Exception as error:
            print(f"{module} cannot be imported beforehand: {error}", file=sys.stderr)
    theano = sys.modules.get("theano")
    if theano is not None and theano.config.cxx:
        # What it looks up before it takes its first function from the cache.
        theano.gof.cc.get_module_cache()
        theano.gof.cmodule.GCC_compiler.compile_args()
    if "matplotlib.pyplot" in sys.modules:
        _draw_once()
    # A fork that collects garbage would else write to every page, and so copy it.
    gc.collect()
    gc.freeze()


def _draw_once() -> None:
    """Read the fonts and what else a first picture needs."""
    from matplotlib.figure import Figure

    figure = Figure((1, 1))
    figure.subplots().set(title="$x$")
    figure.savefig(io.BytesIO(), format="png")


def look_at_what_was_compiled() -> None:
    """Read what was compiled since; kernels that were forked then have it."""
    theano = sys.modules.get("theano")
    if theano is not None and theano.config.cxx:
        theano.gof.cc.get_module_cache().refresh(cleanup=False)


def _fork(order: dict[str, Any], threads: dict[str, str]) -> int:
    """Start a kernel; return its process id, or 0 where the one who ordered it does not become its parent."""
    wanted, own = os.getppid(), os.getpid()
    reading, writing = os.pipe()
    between = os.fork()
    if between == 0:
        # Whatever happens here, there must be no second server.
        try:
            os.close(reading)
            if os.fork() == 0 and _is_adopted(own, wanted):
                os.write(writing, str(os.getpid()).encode())
                os.close(writing)
                _become(order, threads)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(between, 0)
    with os.fdopen(reading, "rb") as told:
        return int(told.read() or 0)


def _is_adopted(server: int, wanted: int) -> bool:
    """Wait until the process between is gone, and return whether the right one is the parent then."""
    libc = ctypes.CDLL(None)
    limit = time.monotonic() + ADOPTED_SECONDS
    while os.getppid() != wanted:
        if time.monotonic() > limit:
            return False
        time.sleep(0.001)
    libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    return os.getppid() == wanted != server


def _become(order: dict[str, Any], threads: dict[str, str]) -> None:
    """Become the kernel."""
    os.setsid()
    # A session of its own, which would else compete with everybody.
    priority.keep_giving_way()
    # Its files are those that a kernel has that was started: no input, and the log for its output.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.closerange(3, 64)
    os.environ.clear()
    os.environ.update(order["environment"] | threads)
    os.chdir(order["folder"])
    tempfile.tempdir = None
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()
    sys.argv = ["ipykernel_launcher", *order["arguments"]]
    sys.modules["ipykernel.kernelapp"].launch_new_instance()


if __name__ == "__main__":
    main()
