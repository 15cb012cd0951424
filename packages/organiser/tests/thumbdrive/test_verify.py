from __future__ import annotations

from pathlib import Path

import pytest

from organiser.thumbdrive.verify import check_stick
from workshop.errors import WorkshopError

from .bed import fill, make_key, quiet_row

FILES = {"a": b"one", "deep/b": b"two"}


@pytest.fixture
def stick(tmp_path: Path, key: Path) -> Path:
    return fill(tmp_path / "stick", FILES, key)


def test_a_right_stick(stick: Path) -> None:
    (stick / "System Volume Information").mkdir()
    (stick / "System Volume Information" / "x").write_bytes(b"")
    verdict = check_stick(stick, None, False, quiet_row())
    assert (verdict.reasons, verdict.extra, verdict.files) == ([], [], 2)
    assert verdict.as_document()["right"] is True


def test_each_fault_is_named(stick: Path) -> None:
    (stick / "a").write_bytes(b"onE")
    (stick / "deep" / "b").unlink()
    (stick / "theirs.txt").write_bytes(b"")
    verdict = check_stick(stick, None, False, quiet_row())
    assert verdict.reasons == ["a is damaged", "deep/b is missing"]
    assert verdict.extra == ["theirs.txt"]


def test_a_file_that_cannot_be_read(stick: Path) -> None:
    (stick / "a").unlink()
    (stick / "a").mkdir()
    verdict = check_stick(stick, None, False, quiet_row())
    assert (verdict.reasons, verdict.advice) == (["a cannot be read"], "take another stick")


def test_what_to_do_is_told(stick: Path) -> None:
    assert check_stick(stick, None, False, quiet_row()).advice == ""
    (stick / "deep" / "b").unlink()
    assert check_stick(stick, None, False, quiet_row()).advice == "mend it by 'workshop thumbdrive write'"
    (stick / "a").write_bytes(b"onE")
    assert check_stick(stick, None, False, quiet_row()).advice == "mend it by 'workshop thumbdrive write --reread'"


def test_a_wrong_signature_is_a_fault(tmp_path: Path, stick: Path) -> None:
    signers = tmp_path / "signers"
    signers.write_text("somebody " + make_key(tmp_path / "other").with_suffix(".pub").read_text())
    assert "signature is wrong" in check_stick(stick, signers, False, quiet_row()).reasons[0]


def test_a_stick_without_a_list(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="has no SHA256SUMS; write it"):
        check_stick(tmp_path, None, False, quiet_row())
    (tmp_path / ".workshop-thumbdrive").write_text("")
    with pytest.raises(WorkshopError, match="not written to its end"):
        check_stick(tmp_path, None, False, quiet_row())
