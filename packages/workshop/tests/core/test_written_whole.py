"""A file is the old one or the new one, and nothing is left beside it."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
from waiting import patience

from workshop.core.files import at_once, written_whole


def test_the_new_file_takes_the_place_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    target.write_bytes(b"old")
    with written_whole(target, 0o600) as file:
        file.write(b"new")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("fault", ["block", "flush", "rename"])
def test_a_fault_leaves_the_old_one_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    target = tmp_path / "a.json"
    target.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if fault == "flush":
        monkeypatch.setattr(os, "fsync", fail)
    if fault == "rename":
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"), written_whole(target) as file:
        file.write(b"new")
        if fault == "block":
            fail()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_many_are_written_at_once_and_told_in_their_order() -> None:
    both = threading.Barrier(2, timeout=patience(60))

    def work(number: int) -> int:
        if number < 2:
            both.wait()  # neither ends without the other
        return number * number

    assert at_once(work, range(100)) == [number * number for number in range(100)]


def test_the_first_fault_of_many_is_raised() -> None:
    def work(number: int) -> None:
        if number >= 3:
            raise OSError(28, f"No space left for {number}")

    with pytest.raises(OSError, match="for 3"):
        at_once(work, range(50))
    at_once(work, [])
