import shutil
from pathlib import Path

import pytest

from sync.bed import Bed, notebook
from sync.organiser import Organiser, allowed_signers, new_key
from workshop.core.errors import WorkshopError
from workshop.sync.trust import (
    Last,
    Signers,
    Trust,
    read_last,
    require_known_url,
    same_place,
    version,
    write_last,
)

ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB7dPbMmmlDsPtWqq05H8n4yZJCt+IDql9zsew40BGyz"


@pytest.fixture
def organiser(bed: Bed, tmp_path: Path) -> Organiser:
    return Organiser(bed, new_key(tmp_path / "keys", "organiser"))


def test_versions_are_compared_by_their_numbers() -> None:
    assert version("v2026.11") > version("v2026.9") > version("2025")
    assert version("first") == version("") == version("v1-rc") == ()


def test_what_was_delivered_is_remembered(tmp_path: Path) -> None:
    assert read_last(tmp_path) == Last()
    write_last(tmp_path, Last("https://x", "abc", "v1", 7, "p", ("k",), "a"))
    assert read_last(tmp_path) == Last("https://x", "abc", "v1", 7, "p", ("k",), "a")
    (tmp_path / "trust.json").write_text('{"strange": 1}')
    with pytest.raises(WorkshopError, match="cannot be read"):
        read_last(tmp_path)


def test_one_repository_has_more_than_one_spelling() -> None:
    assert same_place("https://x/y", "https://x/y.git") and same_place("https://x/y/", "https://x/y")
    assert not same_place("https://x/y", "https://x/z")
    require_known_url(Last("https://x/y"), "https://x/y.git", Trust())
    require_known_url(Last("https://x/y"), "", Trust())  # a stick has no address
    require_known_url(Last(), "https://z", Trust())
    with pytest.raises(WorkshopError, match="--trust-new-source"):
        require_known_url(Last("https://x/y"), "https://z", Trust())


@pytest.mark.parametrize(
    ("data", "is_gpg"), [(f"o {ED25519}".encode(), False), (b"-----BEGIN PGP PUBLIC KEY BLOCK-", True)]
)
def test_the_kind_of_keys_is_found_out(tmp_path: Path, data: bytes, is_gpg: bool) -> None:
    (tmp_path / "keys").write_bytes(data)
    assert Signers(tmp_path / "keys").is_gpg is is_gpg


def test_keys_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="cannot be read"):
        Signers(tmp_path / "missing")
    (tmp_path / "empty").touch()
    with pytest.raises(WorkshopError, match="holds no key"):
        Signers(tmp_path / "empty")
    (tmp_path / "public").write_text("ssh-ed25519 AAAA organiser@desk", encoding="ascii")  # a .pub file
    with pytest.raises(WorkshopError, match="names its owner"):
        Signers(tmp_path / "public")


def test_a_list_that_an_editor_of_another_system_wrote(organiser: Organiser, tmp_path: Path) -> None:
    assert organiser.key is not None
    signers = allowed_signers(tmp_path / "signers", organiser.key)
    signers.write_bytes(b"\xef\xbb\xbf" + signers.read_bytes().replace(b"\n", b"\r\n"))
    organiser.release("v1", a_ipynb=notebook("1"))
    assert organiser.actions(signers=signers) == {"a.ipynb": "updated"}


def test_a_machine_that_cannot_check_signatures_says_so(
    organiser: Organiser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the machine that lacks something; the organiser's signature is good."""
    assert organiser.key is not None
    signers = allowed_signers(tmp_path / "signers", organiser.key)
    organiser.release("v1", a_ipynb=notebook("1"))
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "git").symlink_to(str(shutil.which("git")))
    monkeypatch.setenv("PATH", str(programs))
    with pytest.raises(WorkshopError, match="ssh-keygen is not installed"):
        organiser.sync(signers=signers)
