from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organiser.thumbdrive.names import fault
from organiser.thumbdrive.sums import format_sums, parse_sums, read_staged, read_sums
from workshop.core.errors import WorkshopError

from .bed import fill

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(lambda name: not fault(name))
HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(st.dictionaries(NAMES, HASHES))
def test_a_list_is_read_as_it_was_written(hashes: dict[str, str]) -> None:
    assert parse_sums(format_sums(hashes), "x") == hashes


@pytest.mark.parametrize("line", ["", "xyz", "0" * 64 + "  ../up", "0" * 63 + "  a", "\\" + "0" * 64 + "  a"])
def test_a_damaged_list_is_refused_in_one_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "SHA256SUMS").write_text("0" * 64 + f"  fine\n{line}\n")
    with pytest.raises(WorkshopError, match="line 2 of SHA256SUMS is damaged"):
        read_sums(tmp_path)


def test_no_list_is_no_error(tmp_path: Path) -> None:
    assert read_sums(tmp_path) is None


def test_what_is_staged(tmp_path: Path) -> None:
    entries = read_staged(fill(tmp_path, {"a": b"one", "b/c": b""}))
    assert {name: entry.bytes for name, entry in entries.items()} == {"a": 3, "b/c": 0}
    (tmp_path / "a").unlink()
    with pytest.raises(WorkshopError, match="lacks a; run"):
        read_staged(tmp_path)
    (tmp_path / "SHA256SUMS").unlink()
    with pytest.raises(WorkshopError, match="run 'workshop stick stage'"):
        read_staged(tmp_path)
