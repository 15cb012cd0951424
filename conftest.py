"""What all tests share: signals as in a terminal, two depths, one thread a process."""

from __future__ import annotations

import contextlib
import gc
import os
import re
import signal
import time
from collections.abc import Generator
from typing import Any

import hypothesis
import pytest
from depth import FULL

# What a shell starts in the background ignores Ctrl-C, and so would all that tests start and then interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The processes of pytest fill the cores: the threads of BLAS would wait for each other, and that busily.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# What a test takes for a terminal is one, also where this machine says that it has a dumb one, or none.
os.environ["TERM"] = "xterm-256color"

# The normal run tries the same examples each time, so that it fails for a change and not by chance; in full
# depth they are new ones, and the message holds what runs them again.
hypothesis.settings.register_profile("normal", max_examples=30, deadline=None, derandomize=True)
hypothesis.settings.register_profile("full", max_examples=100, deadline=None, print_blob=True)
hypothesis.settings.load_profile("full" if FULL else "normal")

# What is made while tests are read stays to the end: to look for garbage in it again and again takes a
# quarter of the time of reading them.
gc.disable()

LEFT_OUT = pytest.StashKey[int]()


def pytest_report_header() -> str:
    """Say at the top which depth this is."""
    return (
        "depth: full" if FULL else "depth: normal; WORKSHOP_FULL=1 plays more games and draws more examples"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests of full depth to the jobs that ask for them, by ``-m full``."""
    wanted = "full" in config.option.markexpr
    left_out = [] if wanted else [item for item in items if item.get_closest_marker("full")]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
    config.stash[LEFT_OUT] = len(left_out)


OF_THE_NETWORK = re.compile(
    r"gave no answer|cannot be (reached|found)|broke off|timed out|connect to a network|name resolution"
    r"|Could not resolve|Connection (reset|refused)|Network is unreachable",
    re.IGNORECASE,
)
"""What a failure says whose reason is that a package registry was slow, or away."""
PAUSES = (5, 20)
"""Seconds before a test that needs a registry is run a second and a third time."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test that needs a registry again when the network failed it; at last skip it, with the reason."""
    try:
        return (yield)
    except Exception as error:
        if not (item.get_closest_marker("network") and OF_THE_NETWORK.search(str(error))):
            raise
        reason = next(line for line in str(error).splitlines() if OF_THE_NETWORK.search(line)).strip()
    for pause in PAUSES:
        time.sleep(pause)
        with contextlib.suppress(Exception):
            item.runtest()
            return None
    pytest.skip(f"the network: {reason[:200]}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a worker of pytest-xdist send a failure that shows half a character; it would crash."""
    report = yield
    report.sections = [(title, _sendable(text)) for title, text in report.sections]
    if report.failed and _sendable(report.longreprtext) != report.longreprtext:
        report.longrepr = _sendable(report.longreprtext)
    return report


def _sendable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def pytest_collection_finish() -> None:
    """Look for garbage from now on, in what the tests themselves make."""
    gc.freeze()
    gc.enable()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a worker of pytest-xdist say how many tests it left out: all workers leave out the same."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    left_out = terminalreporter.config.stash.get(LEFT_OUT, 0)
    if left_out:
        terminalreporter.line(
            f"{left_out} tests of full depth not run; a full job of the part runs them", yellow=True
        )
