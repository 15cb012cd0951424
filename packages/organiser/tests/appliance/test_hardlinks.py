"""What a root holds several times becomes one file, and nothing else does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from organiser.appliance import hardlinks

from .building import needs

pytestmark = needs("hardlink")
FIRST, SECOND = "opt/workshop/venvs/a/lib", "opt/workshop/venvs/b/lib"
LARGE = b"L" * hardlinks.LEAST


def put(path: Path, data: bytes = LARGE, *, date: int = 1_700_000_000) -> Path:
    """Write a file of a date."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (date, date))
    return path


@pytest.mark.parametrize("name", ["library.so", "same-date.py"])
def test_the_same_files_become_one(tmp_path: Path, name: str) -> None:
    first, second = put(tmp_path / FIRST / name), put(tmp_path / SECOND / name)
    third = put(tmp_path / "usr/share" / name)
    hardlinks.link(tmp_path)
    assert first.samefile(second)
    assert first.samefile(third)
    assert third.read_bytes() == LARGE


@pytest.mark.parametrize(
    ("first", "second", "change"),
    [
        (f"{FIRST}/x", f"{SECOND}/x", "rights"),
        (f"{FIRST}/x", f"{SECOND}/x", "attribute"),
        (f"{FIRST}/x.py", f"{SECOND}/x.py", "date"),
        (f"{FIRST}/x", "home/workshop/notebooks/x", "place"),
    ],
)
def test_what_differs_in_anything_stays_two(tmp_path: Path, first: str, second: str, change: str) -> None:
    one, two = put(tmp_path / first), put(tmp_path / second)
    if change == "rights":
        two.chmod(0o600)
    elif change == "attribute":
        try:
            os.setxattr(two, "user.colour", b"red")
        except OSError:
            pytest.skip("this file system has no attributes")
    elif change == "date":
        put(two, date=1_700_000_001)
    hardlinks.link(tmp_path)
    assert not one.samefile(two)
