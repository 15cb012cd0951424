"""One classroom for all tests here: each file goes on where the one before left it, by their names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from machines.classroom.house import Classroom


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    made = Classroom(tmp_path_factory.mktemp("classroom"))
    made.start()
    try:
        done = made.set_up_first()
        assert done.status == 0, done.text
        yield made
    finally:
        made.stop()
