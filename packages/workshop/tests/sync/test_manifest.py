import json
from pathlib import Path

import pytest

from workshop.sync.decide import Entry, synced
from workshop.sync.files import from_json
from workshop.sync.merge import Version
from workshop.sync.state import Manifest, as_fields

VERSION = Version(b"1")
ENTRY = synced(VERSION)


def test_what_is_remembered_is_read_again(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    manifest.keep(VERSION)
    manifest.update({"a": ENTRY, "b": Entry("x", "y", "z", ("1", "2"))})
    again = Manifest(tmp_path)
    assert again.entries == manifest.entries and again.damage == ""
    base = again.base("a")
    assert base is not None and base.data == b"1"
    assert again.base("b") is None and again.base("c") is None


def test_an_update_without_news_writes_nothing(tmp_path: Path) -> None:
    Manifest(tmp_path).update({"a": ENTRY})
    before = (tmp_path / "manifest.json").stat().st_mtime_ns
    Manifest(tmp_path).update({"a": ENTRY, "gone": None})
    assert (tmp_path / "manifest.json").stat().st_mtime_ns == before


def test_the_first_form_of_the_record_is_still_read(tmp_path: Path) -> None:
    files = {"a": {"sha256": "1", "meaning": "2", "offered": ""}}
    (tmp_path / "manifest.json").write_text(json.dumps({"version": 1, "files": files}))
    assert Manifest(tmp_path).entries == {"a": Entry("1", "2")}


def test_damaged_bytes_are_no_base(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    manifest.keep(VERSION)
    manifest.update({"a": ENTRY})
    (tmp_path / "delivered" / VERSION.sha256).write_bytes(b"2")
    assert manifest.base("a") is None


def test_bytes_that_nothing_needs_are_forgotten(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    for data in (b"1", b"2"):
        manifest.keep(Version(data))
    manifest.update({"a": ENTRY})
    manifest.forget_unused()
    assert [file.name for file in (tmp_path / "delivered").iterdir()] == [VERSION.sha256]


@pytest.mark.parametrize("fields", [{}, {"sha256": 1}, {"sha256": "1", "earlier": [2]}])
def test_an_entry_of_another_form_is_none(fields: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError)):
        from_json(Entry, fields)


def test_what_is_empty_is_left_out() -> None:
    assert as_fields(Entry("", "")) == {"sha256": ""}
