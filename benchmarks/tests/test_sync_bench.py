from pathlib import Path
from typing import Any

import pytest

from benchmarks.sync.bench import lines, measure, missed, time_offline, try_pairs
from workshop.sync import git as git_module

TIMED = {"seconds": 0.5, "nbgitpuller_seconds": 1.2, "work": 0.03, "nbgitpuller_work": 0.18}
GOOD: dict[str, Any] = {
    "kills": {"kills": 2, "at_work": 1, "lost": 0, "invalid": 0, "healed": 2, "faults": []},
    "pairs": {"pairs": 2, "faulty": 0, "faults": []},
    "shapes": {"shapes": 7, "faulty": 0, "faults": []},
    "hostile": {"repositories": 3, "megabytes": 90, "processor_seconds": 9.0, "faults": []},
    "oracle": {
        "pairs": 50,
        "agreed": 40,
        "nbdime_gave_up": 6,
        "we_gave_up": 1,
        "both_gave_up": 3,
        "faults": [],
    },
    "untouched": TIMED | {"ratio": 7.0},
    "ran": TIMED | {"ratio": 6.0},
    "offline_seconds": 8.0,
}


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("kills", {"lost": 1}),
        ("kills", {"invalid": 1}),
        ("kills", {"healed": 1}),
        ("pairs", {"faulty": 1}),
        ("shapes", {"faulty": 1}),
        ("hostile", {"faults": ["bomb: 300 MB"]}),
        ("oracle", {"faults": ["1/7 cells"]}),
        ("untouched", {"work": 0.51}),
        ("untouched", {"ratio": 4.9}),
        ("ran", {"work": 0.51}),
        ("ran", {"ratio": 4.9}),
    ],
)
def test_each_bar_can_be_missed(part: str, change: dict[str, float]) -> None:
    assert list(missed(GOOD)) == []
    (bar,) = missed(GOOD | {part: GOOD[part] | change})
    assert bar.startswith(part)
    (bar,) = missed(GOOD | {"offline_seconds": 10.0})
    assert bar.startswith("offline")


def test_every_figure_is_printed() -> None:
    text = "\n".join(lines(GOOD | {"missed": []}))
    for figure in (
        "2 moments",
        "2 healed",
        "2 random pairs",
        "7 odd notebooks",
        "3 syncs with repositories made to hurt: at most 90 MB",
        "50 merges beside nbdime's: 40 the same, 0 not",
        "6.0 times",
        "7.0 times",
        "8.0 s",
        "every bar is met",
    ):
        assert figure in text
    assert "missed: x" in "\n".join(lines(GOOD | {"missed": ["x"]}))


def test_pairs_are_really_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks.sync import bench

    assert try_pairs(tmp_path / "a", 5, 1) == {"pairs": 5, "faulty": 0, "faults": []}
    monkeypatch.setattr(bench, "faults_of", lambda _pair, _folder: iter(["lost", "lost more"]))
    assert try_pairs(tmp_path / "b", 2, 1)["faulty"] == 2


def test_a_silent_server_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_module, "ASK_SECONDS", 0.3)
    assert time_offline(tmp_path) >= 0.3
    report = measure(tmp_path / "x", kills=0, pairs=0, shapes=0, rounds=1, seed=1, peer=False)
    assert list(report) == ["offline_seconds"]
