"""A notebook that was edited long ago imports a name that the workshop does not have any more: say so."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Any

OURS = ("workshop", "lessonkit", "bubblebreaker")


def advice(error: ImportError, notebook: str) -> str:
    """Return one line for an import that failed, or "" where it is not one of ours.

    Args:
        error: What Python raised; its ``name`` is the module that is missing or lacks a name.
        notebook: The path of the notebook, or "" where nobody knows it.
    """
    if (error.name or "").partition(".")[0] not in OURS:
        return ""
    which = f"the new {Path(notebook).name}" if notebook else "the new notebooks"
    return f"If this cell is from an older workshop: 'workshop update notebooks' brings {which}."


def show(
    shell: Any, kind: type[BaseException], error: ImportError, traceback: TracebackType, tb_offset: Any = None
) -> None:
    """Show an error as always, and the advice below it (IPython's ``set_custom_exc``)."""
    shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)
    if line := advice(error, os.environ.get("JPY_SESSION_NAME", "")):
        print(line)


def watch() -> None:
    """Let IPython, where it runs this, show the advice."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.set_custom_exc((ImportError,), show)
