"""How long tests wait for a condition before they give up."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Answer = TypeVar("Answer")
POLL_SECONDS = 0.02


def patience(seconds: float) -> float:
    """Return the seconds to wait for what takes at most ``seconds`` on an idle machine, for a busy one."""
    return 4 * seconds


def wait_until(
    condition: Callable[[], Answer], seconds: float, what: str, every: float = POLL_SECONDS
) -> Answer:
    """Wait until a condition holds, and return what it answered.

    Args:
        condition: Called again and again until its answer is true.
        seconds: After so many, on an idle machine, waiting is given up.
        what: What should have happened, for the message.
        every: How long to wait before it is called again; to ask a machine costs more than to ask oneself.
    """
    limit = time.monotonic() + patience(seconds)
    while True:
        if answer := condition():
            return answer
        assert time.monotonic() < limit, f"{what}: not within {patience(seconds):.0f} s"
        time.sleep(every)


def alive(pid: int) -> bool:
    """Return whether a process runs. One that has ended is there until somebody asks how: it does not."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return "\nState:\tZ" not in status


def end(process: subprocess.Popen[Any], seconds: float = 30) -> None:
    """Have a server of a test end, and wait until it has; one that takes longer is killed.

    It is asked again and again: until the workshop's extension is loaded, Jupyter's own handler writes a line
    of the log, and a SIGTERM that comes in the middle of another line is lost with an error.
    """
    limit = time.monotonic() + patience(seconds)
    while process.poll() is None:
        if time.monotonic() < limit:
            process.terminate()
        else:
            process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
