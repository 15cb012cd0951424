"""What counts as a source of signed revisions."""

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
