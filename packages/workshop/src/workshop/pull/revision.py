"""The newest revision that the organiser signed; nothing but git and the keys is needed to know it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.sync.git import check_url, require_git, without_password
from workshop.sync.mirror import Mirror
from workshop.sync.stick import repository_in
from workshop.sync.trust import (
    Last,
    Revision,
    Signers,
    require_known_url,
    require_no_rollback,
    signed_revision,
)
from workshop.sync.update import is_address


@dataclass(frozen=True)
class Origin:
    """Where revisions come from."""

    url: str
    """What git is given: an address, or the path of a bundle or repository."""
    address: str
    """The address, without a password in it; empty for a stick, which may change its place."""

    @property
    def shown(self) -> str:
        """What people are told."""
        return self.address or self.url


def origin(source: str) -> Origin:
    """Tell what a source is; raises WorkshopError when git could not read it."""
    if is_address(source):
        check_url(source)
        return Origin(source, without_password(source))
    place = Path(source)
    if not place.exists():
        raise WorkshopError(f"there is no {place}; plug the stick in, or leave out --from")
    found = repository_in(place)
    if found is None:
        raise WorkshopError(f"{place} holds no git bundle; only git's history carries a signature")
    return Origin(str(found.resolve()), "")


def verified_revision(
    mirror: Mirror, start: Origin, branch: str | None, signers: Path, last: Last, trust_new_source: bool
) -> tuple[Revision, str]:
    """Fetch into the mirror; return the revision to take, and the branch that it is on.

    Raises UnreachableError when the network fails, WorkshopError when there is no revision with a good
    signature, when it is older than ``last``, or when it comes from another address.
    """
    require_git()
    keys = Signers(signers)
    require_known_url(last, start.address, trust_new_source)
    mirror.ensure()
    followed = mirror.look(start.url, start.shown).branch(branch, start.shown)
    tip = mirror.fetch(start.url, followed, start.shown)
    revision = signed_revision(mirror, tip, followed, keys)
    require_no_rollback(mirror, last, revision)
    return revision, followed
