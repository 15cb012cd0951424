"""Try answers to an exercise where it stands: in a copy of the kernel's process, which then ends.

The runner of the lessons lets the kernel call ``run`` just before the exercise's cell. Each answer is
run, and the check after it, in a fork: all that the lesson computed so far is there, and nothing that
the answers do is left behind. One fork tries them one after the other, and gives each the names as they were.
What an answer changes in place stays changed for those behind it; so the solution comes last. If its check
does not find it right there, every answer is tried again in a fork of its own.

A fork has none of the other threads: where TensorFlow is loaded, or the lesson has threads of its own, an
answer is tried in the kernel itself, on a copy of the names.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import random
import resource
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CPU_SECONDS = 60
"""What one answer may take, by the processor's clock: an endless one is ended."""
WALL_SECONDS = 600
KERNELS = ("ipykernel", "IPython", "zmq", "tornado", "asyncio", "concurrent")
"""The packages whose threads a cell does not wait for."""

Tried = dict[str, str]
"""``answer``: not done, wrong, right, or *stops* where a cell raises; ``message``; ``error``."""


@dataclass(frozen=True)
class Cheaper:
    """A way to try answers that takes less time than the learner's own would, such as without a compiler."""

    block: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext
    """Answers are tried within such a block."""
    fails: Callable[[Tried], bool] = lambda _tried: False
    """Tells whether an answer has to be tried again, outside of a block."""


cheaper = Cheaper()


class _TooLongError(BaseException):
    """No check may take this for a wrong answer."""


def run(file: str) -> None:
    """Do what a file orders, and write down there what came of it.

    The file holds JSON with the name of the ``exercise``, the text of its ``check``, that of its ``solution``
    and the ``answers``, by a name each. Then it holds ``results``, by the same names, and the ``cpu_seconds``
    that they took. It may name, as ``cheaper``, where a ``Cheaper`` is: MODULE:NAME.
    """
    global cheaper
    from IPython import get_ipython

    order = json.loads(Path(file).read_text(encoding="utf-8"))
    namespace = get_ipython().user_ns
    exercise, check, answers = order["exercise"], order["check"], order["answers"]
    if order.get("cheaper"):
        module, _, name = order["cheaper"].partition(":")
        cheaper = getattr(importlib.import_module(module), name)
    before = _cpu_seconds()
    if "tensorflow" in sys.modules or _has_threads():
        results = {name: _in_this_process(exercise, text, check, namespace) for name, text in answers.items()}
    else:
        results = _in_forks(exercise, answers, check, order["solution"], namespace)
    done = {"results": results, "cpu_seconds": _cpu_seconds() - before}
    Path(file).write_text(json.dumps(done), encoding="utf-8")


def _has_threads() -> bool:
    """Tell whether the lesson has threads of its own: a fork would wait for locks that they hold."""
    return any(not _is_kernels(thread) for thread in threading.enumerate())


def _is_kernels(thread: threading.Thread) -> bool:
    """Tell whether a thread is one that IPython's kernel runs cells with."""
    owners = (type(thread), getattr(thread, "_target", None))
    modules = (str(getattr(owner, "__module__", "")) for owner in owners)
    return thread is threading.main_thread() or any(module.startswith(KERNELS) for module in modules)


def _cpu_seconds() -> float:
    """Return the processor seconds of this process and of all that it waited for."""
    return sum(os.times()[:4])


def _in_forks(
    exercise: str, answers: dict[str, str], check: str, solution: str, namespace: dict[str, Any]
) -> dict[str, Tried]:
    """Try answers in one fork, without one that ends it; each in a fork of its own if need be."""
    ended_it: dict[str, Tried] = {}
    while True:
        left = {name: text for name, text in answers.items() if name not in ended_it}
        found, status = _in_a_fork(exercise, [*left.values(), solution], check, namespace)
        if len(found) >= len(left):
            break
        ended_it[list(left)[len(found)]] = _stopped(status)
    if len(found) > len(left) and found[-1]["answer"] == "right":
        told = ended_it | dict(zip(left, found[:-1], strict=True))
        return {name: told[name] for name in answers}
    alone = {name: _in_a_fork(exercise, [text], check, namespace) for name, text in answers.items()}
    return {name: found[0] if found else _stopped(status) for name, (found, status) in alone.items()}


def _in_a_fork(
    exercise: str, texts: list[str], check: str, namespace: dict[str, Any]
) -> tuple[list[Tried], int]:
    """Try answers in a process of its own; return what came of them until one ended it, and how it ended."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        # Whatever happens here, this process must not go on as a second kernel.
        try:
            os.close(reading)
            signal.signal(signal.SIGXCPU, signal.SIG_DFL)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            with os.fdopen(writing, "w", encoding="utf-8") as pipe:
                for text in texts:
                    _limit()
                    with as_it_was(exercise, namespace), cheaper.block():
                        tried = _try(exercise, text, check, namespace)
                    if cheaper.fails(tried):
                        with as_it_was(exercise, namespace):
                            tried = _try(exercise, text, check, namespace)
                    pipe.write(json.dumps(tried) + "\n")
                    pipe.flush()
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        found = [json.loads(line) for line in pipe if line.endswith("\n")]
    return found, os.waitpid(child, 0)[1]


def _limit() -> None:
    """Let the next answer end this process when it takes too long."""
    spent = int(sum(os.times()[:2]))
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = spent + CPU_SECONDS if hard == resource.RLIM_INFINITY else min(spent + CPU_SECONDS, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
    signal.alarm(WALL_SECONDS)


def _stopped(status: int) -> Tried:
    """Say of an answer how the process ended that tried it."""
    ended = f"by {signal.Signals(os.WTERMSIG(status)).name}" if os.WIFSIGNALED(status) else "by itself"
    return {"answer": "stops", "message": f"it was ended {ended}", "error": ""}


@contextlib.contextmanager
def as_it_was(exercise: str, namespace: dict[str, Any]) -> Iterator[None]:
    """Put back what an answer binds and draws, and forget what its check said."""
    from lessonkit import checks

    numpy, pyplot = sys.modules.get("numpy"), sys.modules.get("matplotlib.pyplot")
    kept, cells = dict(namespace), len(namespace.get("In", []))
    drawn = random.getstate(), numpy.random.get_state() if numpy else None
    dice = [value for value in kept.values() if numpy and isinstance(value, numpy.random.Generator)]
    states = [one.bit_generator.state for one in dice]
    try:
        yield
    finally:
        checks.forget(exercise)
        namespace.clear()
        namespace.update(kept)
        del namespace.get("In", [])[cells:]
        random.setstate(drawn[0])
        if numpy:
            numpy.random.set_state(drawn[1])
        for one, state in zip(dice, states, strict=True):
            one.bit_generator.state = state
        if pyplot:
            pyplot.close("all")


def _in_this_process(exercise: str, text: str, check: str, namespace: dict[str, Any]) -> Tried:
    """Try an answer here, on a copy of the names."""
    from lessonkit import checks

    def give_up(_number: int, _frame: types.FrameType | None) -> None:
        raise _TooLongError

    def attempt() -> Tried:
        return _try(exercise, text, check, {**namespace, "In": list(namespace.get("In", []))})

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(CPU_SECONDS)
    try:
        with cheaper.block():
            tried = attempt()
        return attempt() if cheaper.fails(tried) else tried
    except _TooLongError:
        return {"answer": "stops", "message": "it does not end", "error": ""}
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        checks.forget(exercise)


def _try(exercise: str, text: str, check: str, namespace: dict[str, Any]) -> Tried:
    """Run an answer and its check; say what the check recorded."""
    from lessonkit import checks

    namespace.setdefault("In", []).append(text)
    with unseen():
        for source, what in ((text, "the exercise"), (check, "the check")):
            try:
                exec(compile(source, f"<{what}>", "exec"), namespace)
            except Exception as error:
                said = f"{what} raises {type(error).__name__}: {error}"
                return {"answer": "stops", "message": said, "error": type(error).__name__}
    record = checks.records.get(exercise)
    if record is None:
        return {"answer": "stops", "message": "the check records nothing", "error": ""}
    return {"answer": str(record.answer), "message": record.message, "error": record.error}


@contextlib.contextmanager
def unseen() -> Iterator[None]:
    """Keep what is printed and drawn from the notebook, whose sockets are the kernel's alone."""
    from IPython.utils.capture import capture_output

    with capture_output():
        yield
