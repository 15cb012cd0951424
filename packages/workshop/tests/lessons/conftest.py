"""What the tests of running lessons share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from workshop.lessons.runner import Worker


@pytest.fixture(scope="session")
def kept() -> Iterator[Worker]:
    """A worker for all tests to which it does not matter whether their kernel is started or forked.

    A test may end it: the next one gets another.
    """
    with Worker() as worker:
        yield worker
