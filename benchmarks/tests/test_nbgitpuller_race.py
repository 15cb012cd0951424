import json
from pathlib import Path

import pytest

from benchmarks.sync import nbgitpuller_race as peer
from benchmarks.sync.nbgitpuller_race import Cost, Course, Timing, run
from workshop.errors import WorkshopError


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A small course whose peer is a plain clone, which needs no registry."""
    puller = tmp_path / "gitpuller"
    puller.write_text('#!/bin/sh\ntest -d "$3" || git clone --quiet --branch "$2" "$1" "$3"\n')
    puller.chmod(0o755)
    monkeypatch.setattr(peer, "install", lambda _folder: puller)
    monkeypatch.setattr(peer, "NOTEBOOKS", 3)
    monkeypatch.setattr(peer, "OUTPUT_BYTES", 1000)
    monkeypatch.setattr(peer, "SETTLING", 0.0)
    return Course(tmp_path)


def test_both_have_run_the_same_notebooks(course: Course, tmp_path: Path) -> None:
    course.run_all()
    ours, theirs = tmp_path / "ours", tmp_path / "theirs" / "notebooks"
    names = sorted(file.name for file in ours.iterdir())
    assert len(names) == 3
    for name in names:
        assert (ours / name).read_bytes() == (theirs / name).read_bytes()
        assert len(json.loads((ours / name).read_bytes())["cells"][0]["outputs"]) == 1


def test_timings_are_medians_of_turns(course: Course) -> None:
    turns: list[str] = []
    timing = course.time(3, lambda: turns.append("before"))
    assert (timing.rounds, len(turns)) == (3, 3)
    assert min(timing.ours.seconds, timing.ours.work, timing.peers.seconds, timing.peers.work) > 0
    assert Timing(Cost(9, 0.5), Cost(9, 2.0), 1).ratio == 4.0
    assert peer.middle([Cost(1, 6), Cost(2, 5), Cost(9, 4)]) == Cost(2, 5)


def test_a_command_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match=r"git nonsense failed: .*not a git command"):
        run(["git", "nonsense"], tmp_path)
