"""Ask a local program that may be busy: once soon, and once more with patience, before it counts as silent.

A refusal is an answer and ends the matter at once. So what does not run costs nothing, and what is
slow, on a machine on which all is slow, is not taken for what does not run.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

PATIENCE = (3.0, 30.0)
"""Seconds in which the answer must come, at the first attempt and at the second."""


def patiently(ask: Callable[[float], Answer]) -> Answer:
    """Return what ``ask`` does, given so many seconds; it is called again when the first are not enough.

    Raises TimeoutError when it is silent to the end, and at once whatever else it raises.
    """
    silence: Exception | None = None
    for seconds in PATIENCE:
        try:
            return ask(seconds)
        except (OSError, subprocess.TimeoutExpired) as error:
            if not is_silence(error):
                raise
            silence = error
    raise TimeoutError("no answer in time") from silence


def is_silence(error: BaseException) -> bool:
    """Tell whether the error means that time ran out; urllib wraps some of these in an error of its own."""
    return isinstance(error, TimeoutError | subprocess.TimeoutExpired) or isinstance(
        getattr(error, "reason", None), TimeoutError
    )
