from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from organiser.thumbdrive import signature
from organiser.thumbdrive.contents import Context, Part
from organiser.thumbdrive.stage import Staged, stage
from organiser.thumbdrive.verify import check_stick
from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings

from .bed import quiet_row

PARTS = [
    Part("one", "One", "folder", "1-one", more={"from": "first"}),
    Part("two", "Two", "folder", "2-two", optional=True, more={"from": "second"}),
]


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Staged]:
    """Stage two folders of a checkout."""
    (tmp_path / "checkout" / "first" / "deep").mkdir(parents=True)
    (tmp_path / "checkout" / "first" / "a").write_bytes(b"a" * 1000)
    (tmp_path / "checkout" / "first" / "deep" / "b").write_bytes(b"b")

    def run(key: Path | None = None, parts: list[Part] = PARTS) -> Staged:
        context = Context(tmp_path / "checkout", tmp_path / "work", Settings())
        return stage(parts, tmp_path / "stage", context, key)

    return run


def test_what_is_staged_is_a_right_stick(tmp_path: Path, put: Callable[..., Staged], key: Path) -> None:
    staged = put(key)
    verdict = check_stick(tmp_path / "stage", quiet_row())
    assert verdict.reasons == [] and verdict.extra == []
    assert verdict.signature.state == "unknown" and staged.signed
    assert staged.files == verdict.files
    there = {path.name for path in (tmp_path / "stage").iterdir()}
    assert {
        "0_START_HERE.html",
        "verify.sh",
        "verify.cmd",
        "verify.ps1",
        "verify.command",
        "signer.pub",
    } <= there
    assert "set-up-from-stick.bash" in there
    assert (tmp_path / "stage" / "1-one" / "deep" / "b").read_bytes() == b"b"
    assert staged.notes == {"two": ["the checkout has no second yet"]} and staged.missing == {}


def test_staged_again_nothing_is_touched(tmp_path: Path, put: Callable[..., Staged], key: Path) -> None:
    def times() -> dict[str, tuple[int, int]]:
        found = [path for path in (tmp_path / "stage").rglob("*") if path.is_file()]
        return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in found}

    assert put(key).changed
    before = times()
    assert not put(key).changed
    assert times() == before


def test_on_another_disk_they_are(
    tmp_path: Path, put: Callable[..., Staged], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    put()
    copy, source = tmp_path / "stage" / "1-one" / "a", tmp_path / "checkout" / "first" / "a"
    assert not copy.samefile(source)
    assert (copy.read_bytes(), copy.stat().st_mtime_ns) == (source.read_bytes(), source.stat().st_mtime_ns)


def test_changes_arrive_and_what_is_gone_goes(tmp_path: Path, put: Callable[..., Staged], key: Path) -> None:
    put(key)
    (tmp_path / "stage" / "theirs").write_bytes(b"theirs")
    (tmp_path / "checkout" / "first" / "deep" / "b").unlink()
    (tmp_path / "checkout" / "first" / "a").write_bytes(b"new")
    put(key)
    assert (tmp_path / "stage" / "1-one" / "a").read_bytes() == b"new"
    assert not (tmp_path / "stage" / "1-one" / "deep").exists()
    verdict = check_stick(tmp_path / "stage", quiet_row())
    assert (verdict.reasons, verdict.extra) == ([], ["theirs"])


def test_without_a_key_an_old_signature_goes(tmp_path: Path, put: Callable[..., Staged], key: Path) -> None:
    put(key)
    without = put()
    assert without.changed and not without.signed
    assert signature.check(tmp_path / "stage", None).state == "none"
    assert not (tmp_path / "stage" / "signer.pub").exists()


def test_a_name_that_windows_refuses_stops_it(tmp_path: Path, put: Callable[..., Staged]) -> None:
    (tmp_path / "checkout" / "first" / "what?").touch()
    with pytest.raises(WorkshopError, match="cannot be on a stick"):
        put()
    assert not (tmp_path / "stage").exists()


def test_a_strangers_file_in_the_way_stops_it(tmp_path: Path, put: Callable[..., Staged]) -> None:
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage" / "verify.sh").write_text("mine")
    with pytest.raises(WorkshopError, match="not ours"):
        put()
