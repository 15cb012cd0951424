"""What all tests share: signals as in a terminal, one thread a process, groups, retries of the network."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import signal
import sys
import time
from collections.abc import Generator
from pathlib import Path

import hypothesis
import of_theano
import pytest

pytest_plugins = ["local_machine"]

ROOT = Path(__file__).resolve().parent
CACHE = ROOT / ".cache/testbed"

# What a shell starts in the background ignores Ctrl-C, and so would all that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The processes of pytest fill the cores: BLAS threads would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A test that takes something for a terminal needs a real one, also where this machine has a dumb one.
os.environ["TERM"] = "xterm-256color"

# Programs of the tests' environment, also where an editor runs it.
os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

# Downloads of all tests; machines in containers see the same folder as /srv/cache.
os.environ.setdefault("WORKSHOP_TEST_CACHE", str(CACHE))
os.environ.setdefault("UV_CACHE_DIR", str(CACHE / "uv"))
os.environ.setdefault("WORKSHOP_WHEELS", str(CACHE / "wheels"))

# The same examples in each run, so that it fails for a change and not by chance.
# --hypothesis-profile=random draws new ones.
hypothesis.settings.register_profile("repeatable", max_examples=30, deadline=None, derandomize=True)
hypothesis.settings.register_profile("random", max_examples=300, deadline=None, print_blob=True)
hypothesis.settings.load_profile("repeatable")

FIRST = ("machine", "lesson", "browser")
"""Markers of the tests that take longest and often wait: they begin first, beside the unit tests."""


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave the tests of Theano to the environment that has it."""
    if not collection_path.name.startswith("test_") or importlib.util.find_spec("theano"):
        return None
    return True if of_theano.ALL.search(collection_path.read_text(encoding="utf-8")) else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Name what tests/machines looks at: a machine, or something that was built."""
    parser.addoption("--prefix", default="/opt/workshop", help="where the machine's workshop is")
    parser.addoption("--ova", type=Path, help="boot this appliance under qemu and look at it")
    parser.addoption("--wsl", type=Path, help="start this distribution for WSL instead of a small one")
    parser.addoption("--image", type=Path, help="load this image and look at its containers")
    parser.addoption(
        "--without", action="append", default=[], help="a kernel that the machine was made without"
    )
    parser.addoption("--box", help="a box of tools/testbed/vagrant-box.bash: start a machine from it")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file in one process, unless they name a group; start the longest first."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(ROOT).as_posix()))
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    return min([FIRST.index(name) for name in FIRST if item.get_closest_marker(name)], default=len(FIRST))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse a pytest with which pytest-xdist loses its groups, and tests of a machine disturb each other."""
    lost = [item.nodeid for item in session.items if "@" not in item.nodeid]
    if session.config.getoption("loadgroup", default=False) and lost:
        raise pytest.UsageError("this pytest-xdist and pytest ignore xdist_group; see pyproject.toml")


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
