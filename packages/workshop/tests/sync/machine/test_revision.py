"""What counts as a source of signed revisions."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.bed import git, notebook
from sync.machine.bed import PullBed
from workshop.core.errors import WorkshopError
from workshop.sync.git import Mirror
from workshop.sync.machine import verified_revision
from workshop.sync.source import origin
from workshop.sync.trust import Last, Trust


def test_an_address_is_known_without_its_password() -> None:
    with pytest.raises(WorkshopError, match="given with a name or password in it") as told:
        origin("https://me:secret@example.org/w.git")
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("source", ["ext::sh -c evil", "--upload-pack=evil", "/no/such/place"])
def test_anything_else_is_refused(source: str) -> None:
    with pytest.raises(WorkshopError):
        origin(source)


def test_the_newest_signed_revision_is_taken_though_the_branch_went_on(bed: PullBed) -> None:
    commit = bed.organiser.release("v1", a_ipynb=notebook("1"))
    bed.organiser.commit(a_ipynb=notebook("in the making"))
    mirror = Mirror(bed.folder / "mirror")
    trust = Trust(signers=bed.signers)
    found = verified_revision(mirror, origin(bed.organiser.url), None, trust, Last())
    assert (found.commit, found.tag) == (commit, "v1")
    assert git(mirror.repository, "symbolic-ref", "HEAD") == "refs/heads/main"


@pytest.fixture
def gpg_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A GPG home with one key."""
    if shutil.which("gpg") is None:
        pytest.skip("gpg is not installed")
    home = tmp_path_factory.mktemp("gpg")
    home.chmod(0o700)
    gpg(home, "--pinentry-mode=loopback", "--passphrase=", "--quick-generate-key", "o@x", "ed25519", "sign")
    yield home
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)


def gpg(home: Path, *words: str) -> bytes:
    command = ["gpg", "--homedir", str(home), "--batch", "--quiet", *words]
    return subprocess.run(command, check=True, capture_output=True).stdout


def test_a_gpg_key_does_as_well_as_an_ssh_key(bed: PullBed, gpg_home: Path) -> None:
    organiser = bed.organiser
    organiser.key, organiser.format = Path("o@x"), "openpgp"
    organiser.environment = {"GNUPGHOME": str(gpg_home)}
    organiser.release("v1", a_ipynb=notebook("1"))
    with pytest.raises(WorkshopError, match="key that you trust"):
        bed.puller().pull()
    bed.signers.write_bytes(gpg(gpg_home, "--armor", "--export", "o@x"))
    assert bed.puller().pull().tag == "v1"
