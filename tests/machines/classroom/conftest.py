"""One classroom for all tests here: each file goes on where the one before left it, by their names."""

from __future__ import annotations

from collections.abc import Generator, Iterator

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure what the hub and the seats said last: the machine is gone by then."""
    report = yield
    room = getattr(item, "funcargs", {}).get("room")
    if report.failed and room is not None:
        said = room.bed.run("journalctl --no-pager --lines=60 -u workshop-hub -u 'classroom-seat@*'", "root")
        report.sections.append(("the classroom's journal", said.text))
    return report
