"""The judge of one hand-in: runs the course's own lesson, solved, and asks the hand-in only for values.

The hand-in's cells run in a sandbox (``sandbox``, ``learner``). A check runs here, in the course's own text;
what it calls stands for a function over there. Nothing that the hand-in does to its own process changes a
check, a solution or a verdict: it can only return other values.
"""

from __future__ import annotations

import builtins
import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lessonkit import sandbox
from lessonkit.catalogue import MAY_RAISE, Cell, Notebook, check_of, exercise_of, source_of, tags_of
from lessonkit.handover import NotPlainError, give_changes, pack, unpack
from lessonkit.processes import MemoryWatch, descendants, memory_below
from lessonkit.watching import Theirs

LONGEST_REPLY = 50 * 10**6
LONGEST_MESSAGE = 300
MEMORY_OF_ALL = sandbox.MEMORY


class EndedError(BaseException):
    """The hand-in's process is gone, or was ended; no check may take this for a wrong answer."""


class Learner:
    """The hand-in's process."""

    def __init__(self, course: Path, folder: str, seconds: float) -> None:
        """Prepare it; each of its replies may take so many seconds."""
        self._course, self._folder, self._seconds = course, folder, seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._ran: list[str] = []
        self.why = ""

    def cell(self, text: str) -> Any:
        """Run a cell and return class and words of what it raised, if it did."""
        failed = self.ask({"cell": text}).get("failed")
        self._ran.append(text)
        if failed is None:
            return None
        kind, said = failed
        return str(kind), str(said)[:LONGEST_MESSAGE]

    def ask(self, order: dict[str, Any]) -> dict[str, Any]:
        """Return the reply to an order; raises EndedError where there is none."""
        if self._process is None:
            self._start()
        return self._ask(order)

    def _start(self) -> None:
        command = [*sandbox.words(self._course), sys.executable, "-m", "lessonkit.learner"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._rest, self.why = b"", ""
        self._ask({"folder": self._folder})
        # What ended the one before is not among them.
        for text in self._ran:
            self._ask({"cell": text})

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()
            reply = json.loads(self._line(process.stdout.fileno()))
            if isinstance(reply, dict):
                return reply
            raise ValueError
        except (OSError, ValueError, RecursionError) as error:
            why = self.why or "it ended its process, or broke off its talk with the judge"
            self.end()
            raise EndedError(why) from error

    def _line(self, descriptor: int) -> bytes:
        until = time.monotonic() + self._seconds
        parts = [self._rest]
        while b"\n" not in parts[-1]:
            left = until - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                self.why = f"it does not end within {self._seconds:.0f} s"
                raise ValueError
            part = os.read(descriptor, 1 << 16)
            if not part or sum(map(len, parts)) > LONGEST_REPLY:
                self.why = self.why or ("what it returns is too large" if part else "")
                raise ValueError
            parts.append(part)
        line, _, self._rest = b"".join(parts).partition(b"\n")
        return line

    def end(self, why: str = "") -> None:
        """End it and all that it started."""
        self.why = self.why or why
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    assert pipe is not None
                    pipe.close()

    def kill(self, why: str) -> None:
        """End it from another thread; whoever waits for its reply notices."""
        process = self._process
        if process is not None:
            self.why = why
            process.kill()


def judge(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Return for each exercise of a lesson what its check says of a hand-in."""
    from IPython.core.interactiveshell import InteractiveShell

    shell: Any = InteractiveShell.instance()
    learner = Learner(Path(order["course"]), order["folder"], order["seconds"])
    watch = MemoryWatch(lambda: _memory(learner))
    watch.start()
    theirs = _Cells(order["hand_in"], learner)
    found = []
    try:
        for number, cell in enumerate(order["lesson"]["cells"], start=1):
            if cell["cell_type"] != "code":
                continue
            exercise = check_of(cell)
            if exercise is not None:
                found.append(_judged(exercise, cell, order["solutions"][exercise], theirs, shell))
            result = shell.run_cell(source_of(cell), store_history=True)
            if not result.success and MAY_RAISE not in tags_of(cell):
                error = result.error_before_exec or result.error_in_exec
                raise SystemExit(f"cell {number} of the lesson itself stops: {type(error).__name__}: {error}")
    finally:
        watch.stop()
        learner.end()
    return found


def _memory(learner: Learner) -> int:
    found = memory_below()
    if found > MEMORY_OF_ALL:
        learner.kill(f"it takes more than {MEMORY_OF_ALL / 1e9:.0f} GB of memory")
    if len(descendants()) > sandbox.PROCESSES:
        learner.kill(f"it starts more than {sandbox.PROCESSES} processes")
    return found


class _Cells:
    """The cells of a hand-in, run as far as they are needed."""

    def __init__(self, notebook: Notebook, learner: Learner) -> None:
        self.learner = learner
        self._cells: list[Cell] = notebook["cells"]
        self._at = 0
        self.texts: list[str] = []
        self.failed: list[tuple[str, str] | None] = []

    def run_to(self, exercise: str) -> bool:
        """Run what stands before an exercise's check; tell whether the exercise is there at all.

        Raises EndedError when its own cell ends the process.
        """
        places = [place for place, cell in enumerate(self._cells) if exercise_of(cell) == exercise]
        if not places:
            return False
        checks = [place for place, cell in enumerate(self._cells) if check_of(cell) == exercise]
        until = max([*places[-1:], *(place - 1 for place in checks[:1])])
        ended = None
        while self._at <= until:
            cell = self._cells[self._at]
            self._at += 1
            if cell["cell_type"] != "code" or check_of(cell) is not None:
                continue
            try:
                failed = self.learner.cell(source_of(cell))
            except EndedError as error:
                if exercise_of(cell) == exercise:
                    ended = error
                continue
            self.texts.append(source_of(cell))
            self.failed.append(failed)
        if ended is not None:
            raise ended
        return True


def _judged(exercise: str, cell: Cell, solution: str, theirs: _Cells, shell: Any) -> dict[str, Any]:
    """Return what the check of an exercise says of the hand-in's answer."""
    began = time.monotonic()
    learner = theirs.learner
    try:
        state, said = _state(exercise, source_of(cell), theirs, shell)
    except (NotPlainError, EndedError) as error:
        state, said = "error", str(error)
    except Exception as error:
        # Most often its text is such that Python's own parser gives up.
        state, said = "error", f"the check itself stops: {type(error).__name__}: {error}"
    seconds = time.monotonic() - began
    if state != "right":
        # As in the notebook, later cells run the solution; this verdict is given, so it may be known now.
        with contextlib.suppress(EndedError):
            learner.cell(solution)
    return {"exercise": exercise, "state": state, "said": said, "seconds": round(seconds, 2)}


def _state(exercise: str, check: str, theirs: _Cells, shell: Any) -> tuple[str, str]:
    from lessonkit import checks
    from lessonkit.tried_answers import as_it_was, unseen

    namespace = shell.user_ns
    if not theirs.run_to(exercise):
        return "not done", "the hand-in lacks its cell"
    with as_it_was(exercise, namespace), _remembered(theirs, namespace):
        names = checks.asked_names(checks.Check(exercise, namespace).solution)
        there = theirs.learner.ask({"names": names}).get("names")
        if not isinstance(there, dict):
            raise EndedError("it broke off its talk with the judge")
        for name in names:
            like = namespace.pop(name, None)
            if name in there:
                namespace[name] = _stand_in(name, there[name], theirs.learner, like)
        with unseen():
            exec(compile(check, "<the check>", "exec"), namespace)
        record = checks.records.get(exercise)
    if record is None:
        return "error", "the check records nothing"
    return str(record.answer), record.message if record.answer is checks.Answer.WRONG else ""


@contextlib.contextmanager
def _remembered(theirs: _Cells, namespace: dict[str, Any]) -> Iterator[None]:
    """Let the check see the hand-in's cells, as text, behind those of the lesson."""
    from lessonkit import checks

    cells, kept = namespace["In"], dict(checks._failed)
    for text, failed in zip(theirs.texts, theirs.failed, strict=True):
        if failed is not None:
            checks._failed[len(cells)] = failed
        cells.append(text)
    try:
        yield
    finally:
        checks._failed.clear()
        checks._failed.update(kept)


def _stand_in(name: str, told: Any, learner: Learner, like: Any) -> Any:
    """Return what stands for a name of the hand-in's in the check."""
    if not isinstance(told, dict):
        raise EndedError("it broke off its talk with the judge")
    if "not_plain" in told:
        raise NotPlainError(str(told["not_plain"])[:LONGEST_MESSAGE])
    if "function" not in told:
        return _value(told.get("value"))

    def call(given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        reply = learner.ask({"call": name, "given": pack(given), "named": pack(named)})
        if "not_plain" in reply:
            raise NotPlainError(str(reply["not_plain"])[:LONGEST_MESSAGE])
        now = _value(reply.get("given"))
        if isinstance(now, tuple) and len(now) == len(given):
            for each, changed in zip(given, now, strict=True):
                give_changes(each, changed)
        if "raised" in reply:
            raise _error(reply["raised"])
        return _value(reply.get("value"))

    return Theirs(call, like)


def _value(packed: Any) -> Any:
    try:
        return unpack(packed)
    except Exception as error:
        raise EndedError("what it returns cannot be read") from error


def _error(told: Any) -> Exception:
    """Return the exception that a function of the hand-in's raised, of its class where that is Python's."""
    if not isinstance(told, list) or len(told) != 3:
        raise EndedError("what it returns cannot be read")
    kind: Any = getattr(builtins, str(told[0]), None)
    known = isinstance(kind, type) and issubclass(kind, Exception)
    # It would end a loop of the check's before all was asked, as if all were well.
    ends_loops = known and issubclass(kind, StopIteration | StopAsyncIteration)
    error: Exception = RuntimeError(f"{told[0]}: {told[1]}")
    if known and not ends_loops:
        with contextlib.suppress(TypeError):
            error = kind(str(told[1]))
    if isinstance(told[2], int):
        error.line_in_answer = told[2]  # type: ignore[attr-defined]
    return error


def main() -> None:
    """Judge one hand-in: ``python -m lessonkit.grading ORDER RESULT``, two files of JSON."""
    order = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    found = judge(order)
    Path(sys.argv[2]).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
