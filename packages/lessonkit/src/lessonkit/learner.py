"""The process in the sandbox that runs a hand-in's cells, and its functions when the judge calls them.

It knows no check's verdict and no solution to come. All that it says is a value to be judged elsewhere, so a
hand-in that takes over this process wins nothing by it but to answer itself.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from lessonkit import sandbox
from lessonkit.faults import cause, words_of_cell
from lessonkit.handover import NotPlainError, pack, unpack


def main() -> None:
    """Answer what comes on standard input, one line of JSON each, until it ends."""
    asked, told = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    sandbox.limit()
    shutil.copytree(sandbox.COURSE, sandbox.HOME, dirs_exist_ok=True)
    from IPython.core.interactiveshell import InteractiveShell

    shell: Any = InteractiveShell.instance()
    for line in asked:
        order = json.loads(line)
        told.write(json.dumps(_answer(order, shell)) + "\n")
        told.flush()


def _answer(order: dict[str, Any], shell: Any) -> dict[str, Any]:
    names = shell.user_ns
    if "folder" in order:
        os.chdir(Path(sandbox.HOME, order["folder"]))
        return {}
    if "cell" in order:
        result = shell.run_cell(order["cell"], store_history=True)
        error = result.error_before_exec or result.error_in_exec
        failed = isinstance(error, Exception)
        return {"failed": [type(error).__name__, words_of_cell(error)] if failed else None}
    if "names" in order:
        return {"names": {name: _kind(names[name]) for name in order["names"] if name in names}}
    given, named = unpack(order["given"]), unpack(order["named"])
    try:
        value = names[order["call"]](*given, **named)
        return {"value": pack(value), "given": pack(given)}
    except NotPlainError as error:
        return {"not_plain": str(error)}
    except Exception as error:
        return {"raised": [type(error).__name__, cause(error), _line(error)], "given": _packed(given)}


def _kind(value: Any) -> dict[str, Any]:
    if isinstance(value, type):
        return {"not_plain": "a class cannot be handed over, only functions and plain values"}
    if callable(value):
        return {"function": True}
    try:
        return {"value": pack(value)}
    except NotPlainError as error:
        return {"not_plain": str(error)}


def _packed(given: Any) -> Any:
    with suppress(NotPlainError):
        return pack(given)
    return None


def _line(error: Exception) -> int:
    """Return in which line of a cell it was raised; 0 where in none."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if (
            "ipython-input" in trace.tb_frame.f_code.co_filename
            or "ipykernel" in trace.tb_frame.f_code.co_filename
        ):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


if __name__ == "__main__":
    main()
