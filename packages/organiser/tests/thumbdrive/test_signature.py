from __future__ import annotations

from pathlib import Path

import pytest

from organiser.thumbdrive.names import SIGNATURE, SUMS
from organiser.thumbdrive.signature import NAMESPACE, check, sign

from .bed import make_key


@pytest.fixture
def stick(tmp_path: Path, key: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    (folder / SUMS).write_bytes(b"the list\n")
    (folder / SIGNATURE).write_bytes(sign(b"the list\n", key))
    return folder


def signers(tmp_path: Path, key: Path, options: str = "") -> Path:
    file = tmp_path / "allowed-signers"
    file.write_text(f"organiser {options} {key.with_suffix('.pub').read_text()}")
    return file


def test_who_signed_by_a_list_of_keys(tmp_path: Path, stick: Path, key: Path) -> None:
    assert check(stick, signers(tmp_path, key)).sentence == "signed by organiser"
    assert check(stick, signers(tmp_path, key, f'namespaces="git,{NAMESPACE}"')).state == "trusted"


def test_without_a_list_the_key_is_named(stick: Path) -> None:
    found = check(stick, None)
    assert found.state == "unknown"
    assert found.by.startswith("ED25519 SHA256:")


def test_another_key_or_one_for_something_else_is_wrong(tmp_path: Path, stick: Path, key: Path) -> None:
    assert check(stick, signers(tmp_path, make_key(tmp_path / "other"))).state == "wrong"
    assert check(stick, signers(tmp_path, key, 'namespaces="git"')).state == "wrong"


def test_a_changed_list_or_signature_is_wrong(tmp_path: Path, stick: Path, key: Path) -> None:
    (stick / SUMS).write_bytes(b"another list\n")
    assert check(stick, None).sentence.startswith("the signature is wrong")
    assert check(stick, signers(tmp_path, key)).state == "wrong"
    (stick / SIGNATURE).write_bytes(b"nonsense")
    assert check(stick, None).state == "wrong"


def test_a_signature_made_for_another_purpose_is_wrong(
    tmp_path: Path, stick: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("organiser.thumbdrive.signature.NAMESPACE", "git")
        (stick / SIGNATURE).write_bytes(sign(b"the list\n", key))
    assert check(stick, None).state == "wrong"


def test_no_signature(tmp_path: Path, stick: Path) -> None:
    (stick / SIGNATURE).unlink()
    assert check(stick, None).sentence == "not signed"
