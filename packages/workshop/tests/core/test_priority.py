"""Work in the background gives way, also to what runs in another session."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workshop.core import processors

SESSION = Path("/proc/self/autogroup")
SHOW = "import os; print(os.nice(0), open('/proc/self/autogroup').read().split()[-1])"

pytestmark = pytest.mark.skipif(not SESSION.exists(), reason="this kernel does not share by sessions")


def started(code: str, before: object = None) -> list[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        preexec_fn=before,  # type: ignore[call-overload]
        start_new_session=True,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()


def test_a_session_gives_way_as_its_first_process_does() -> None:
    assert started(SHOW, processors.give_way) == ["10", "10"]


def test_a_session_that_such_a_process_begins_gives_way_only_when_it_says_so() -> None:
    child = (
        "import subprocess, sys; print(subprocess.run([sys.executable, '-c', {code!r}],"
        " start_new_session=True, capture_output=True, text=True, check=True).stdout)"
    )
    assert started(child.format(code=SHOW), processors.give_way) == ["10", "0"]
    kept = f"from workshop.core import processors; processors.keep_giving_way(); {SHOW}"
    assert started(child.format(code=kept), processors.give_way) == ["10", "10"]


def test_whoever_is_not_nice_stays_as_it_is() -> None:
    ours = str(os.nice(0))  # 0, unless somebody runs these tests in the background
    kept = f"from workshop.core import processors; processors.keep_giving_way(); {SHOW}"
    assert started(kept) == [ours, ours]
