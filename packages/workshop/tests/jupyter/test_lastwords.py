"""What a participant reads when a kernel died."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from workshop.jupyter.lastwords import CRASHES, KILLS, Death, kills_for_memory, words


def death(number: int = signal.SIGKILL, *, counted: bool = True, others: int = 0, others_mb: int = 0) -> str:
    return words(Death(number, counted, 1640, 2000, others, others_mb))


def test_the_reason_the_figures_and_what_to_do() -> None:
    said = death()
    assert said.startswith("Memory ran out, so the system ended this notebook's kernel.")
    assert "1,640 MB" in said
    assert "2,000 MB" in said
    assert said.endswith("run the cells again from the top, with less data at once.")


@pytest.mark.parametrize(
    ("others", "named"), [(1, "another kernel holds 700 MB"), (3, "3 other kernels hold 700 MB")]
)
def test_other_kernels_are_where_room_can_be_made(others: int, named: str) -> None:
    assert named in death(others=others, others_mb=700)


def test_small_kernels_are_not_worth_a_word() -> None:
    assert "other" not in death(others=2, others_mb=160)


def test_what_is_not_known_is_not_claimed() -> None:
    assert "most likely because memory ran out" in death(counted=False)
    assert "most likely because memory ran out" in death(signal.SIGTERM, counted=False)
    assert "Memory ran out, so" not in death(counted=False)


@pytest.mark.parametrize("number", sorted(KILLS | CRASHES))
def test_it_is_one_short_line(number: int) -> None:
    said = death(number, others=2, others_mb=900)
    assert "\n" not in said
    assert 120 < len(said) < 420
    assert "None" not in said


def test_the_systems_count_is_read(tmp_path: Path) -> None:
    (tmp_path / "vmstat").write_text("pgfault 12\noom_kill 7\noom_kill_other 9\n")
    assert kills_for_memory(tmp_path / "vmstat") == 7
    (tmp_path / "vmstat").write_text("pgfault 12\n")
    assert kills_for_memory(tmp_path / "vmstat") == 0
    assert kills_for_memory(tmp_path / "none") == 0
