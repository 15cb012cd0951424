from pathlib import Path

import pytest

from workshop.errors import WorkshopError
from workshop.sync.trust import Last, Signers, read_last, require_known_url, same_place, version, write_last


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
    require_known_url(Last("https://x/y"), "https://x/y.git", False)
    require_known_url(Last("https://x/y"), "", False)  # a stick has no address
    require_known_url(Last(), "https://z", False)
    with pytest.raises(WorkshopError, match="--trust-new-source"):
        require_known_url(Last("https://x/y"), "https://z", False)


@pytest.mark.parametrize(
    ("data", "is_gpg"), [(b"o ssh-ed25519 AAAA", False), (b"-----BEGIN PGP PUBLIC KEY BLOCK-", True)]
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
