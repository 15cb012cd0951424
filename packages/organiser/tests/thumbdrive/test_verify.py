from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from organiser.thumbdrive.sources import make_bundle
from organiser.thumbdrive.verify import check_stick
from workshop.core.errors import WorkshopError

from .bed import fill, make_key, quiet_row

FILES = {"a": b"one", "deep/b": b"two"}


@pytest.fixture
def stick(tmp_path: Path, key: Path) -> Path:
    return fill(tmp_path / "stick", FILES, key)


def test_a_right_stick(stick: Path) -> None:
    (stick / "System Volume Information").mkdir()
    (stick / "System Volume Information" / "x").write_bytes(b"")
    verdict = check_stick(stick, quiet_row())
    assert (verdict.reasons, verdict.extra, verdict.files) == ([], [], 2)
    assert verdict.as_document()["right"] is True


def test_a_file_that_cannot_be_read(stick: Path) -> None:
    (stick / "a").unlink()
    (stick / "a").mkdir()
    verdict = check_stick(stick, quiet_row())
    assert (verdict.reasons, verdict.advice) == (["a cannot be read"], "take another stick")


def test_a_wrong_signature_is_a_fault(tmp_path: Path, stick: Path) -> None:
    signers = tmp_path / "signers"
    signers.write_text("somebody " + make_key(tmp_path / "other").with_suffix(".pub").read_text())
    assert "signature is wrong" in check_stick(stick, quiet_row(), signers=signers).reasons[0]


def test_a_stick_without_a_list(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="has no SHA256SUMS; write it"):
        check_stick(tmp_path, quiet_row())
    (tmp_path / ".workshop-thumbdrive").write_text("")
    with pytest.raises(WorkshopError, match="not written to its end"):
        check_stick(tmp_path, quiet_row())


@pytest.fixture
def bundle(tmp_path: Path, key: Path) -> Path:
    """The repository as one file, whose one tag the key has signed."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    who = [
        "-c",
        "user.name=o",
        "-c",
        "user.email=o@x",
        "-c",
        "gpg.format=ssh",
        "-c",
        f"user.signingkey={key}",
    ]
    for words in ("init -b main", "commit --allow-empty -m x", "tag --sign -m x v1"):
        command = ["git", "-C", checkout, *who, *words.split()]
        subprocess.run(command, check=True, capture_output=True)
    return make_bundle(checkout, tmp_path / "workshop.bundle")


def test_a_bundle_is_held_against_this_machines_keys(tmp_path: Path, bundle: Path, key: Path) -> None:
    stick = fill(tmp_path / "stick", {"workshop.bundle": bundle.read_bytes()})
    keys, others = tmp_path / "keys", tmp_path / "others"
    keys.write_text("organiser " + key.with_suffix(".pub").read_text())
    others.write_text("organiser " + make_key(tmp_path / "other").with_suffix(".pub").read_text())
    assert check_stick(stick, quiet_row(), pinned=keys).reasons == []
    assert check_stick(stick, quiet_row()).reasons == []
    (reason,) = check_stick(stick, quiet_row(), pinned=others).reasons
    assert reason.startswith("'workshop update machine' refuses workshop.bundle: the newest revision (")
