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
    require_known_url,
    same_place,
)


@pytest.fixture
def organiser(bed: Bed, tmp_path: Path) -> Organiser:
    return Organiser(bed, new_key(tmp_path / "keys", "organiser"))


def test_one_repository_has_more_than_one_spelling() -> None:
    assert same_place("https://x/y", "https://x/y.git") and same_place("https://x/y/", "https://x/y")
    assert not same_place("https://x/y", "https://x/z")
    require_known_url(Last("https://x/y"), "https://x/y.git", Trust())
    require_known_url(Last("https://x/y"), "", Trust())  # a stick has no address
    require_known_url(Last(), "https://z", Trust())
    with pytest.raises(WorkshopError, match="--trust-new-source"):
        require_known_url(Last("https://x/y"), "https://z", Trust())


def test_keys_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="cannot be read"):
        Signers(tmp_path / "missing")
    (tmp_path / "empty").touch()
    with pytest.raises(WorkshopError, match="contains no key"):
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
