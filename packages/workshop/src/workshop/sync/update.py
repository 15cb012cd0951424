"""What everybody calls: one request, whatever the source is, and one report.

>>> request = Request("https://example.org/workshop.git", into, state, signers=keys)  # doctest: +SKIP
>>> report = update(request)  # doctest: +SKIP
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.sync.deliver import Fetch, Report, synchronise
from workshop.sync.openbooks import Open, ask_jupyter
from workshop.sync.source import Source, read_folder
from workshop.sync.stats import Stats


@dataclass(frozen=True)
class Request:
    """One sync: from where, into which folder, on whose word."""

    source: str
    """A git address, a folder, a bundle, or a mounted stick."""
    into: Path
    state: Path
    subdir: str = "notebooks"
    branch: str | None = None
    """None follows the source's default branch, also when it is renamed."""
    dry_run: bool = False
    signers: Path | None = None
    allow_unsigned: bool = False
    trust_new_source: bool = False


def update(request: Request, open_notebooks: Open | None = None) -> Report:
    """Bring the participant's folder to the newest revision that may be trusted.

    Offline is no error: the report says so and nothing was done. Raises WorkshopError when the
    update is refused or fails as a whole; then nothing of it was run or written.
    """
    ask = open_notebooks or ask_jupyter([request.state.resolve().parent / "run" / "jupyter"])
    from workshop.sync.git import UnreachableError

    try:
        return synchronise(_reader(request), request.into, request.state, request.dry_run, ask)
    except UnreachableError as reason:
        return Report(_last_revision(request.state), [], notes=(f"nothing done, {reason}",), offline=True)


def is_address(source: str) -> bool:
    """Tell whether a source is a git address rather than a path."""
    return "://" in source or bool(re.match(r"[\w.-]+@[\w.-]+:", source))


def _reader(request: Request) -> Fetch:
    """Return what reads the source, once the lock is held."""
    if is_address(request.source):
        return partial(_repository, request, request.source, True)
    from workshop.sync.stick import folder_with, repository_in

    place = Path(request.source)
    if not place.exists():
        raise WorkshopError(f"there is no {place}; plug the stick in, or name another source with --from")
    found = folder_with(place, request.subdir) if place.is_dir() else place
    has_folder = (found / request.subdir).is_dir()
    repository = repository_in(place) or repository_in(found)
    # Whoever names keys wants signatures, which only git's history carries.
    if repository is not None and (request.signers is not None or not has_folder):
        return partial(_repository, request, str(repository.resolve()), False)
    if request.signers is not None:
        raise WorkshopError(
            f"{place} is a folder without signatures; take a bundle, or leave out --allowed-signers"
        )
    return lambda stats: read_folder(found, request.subdir, stats.version)


def _repository(request: Request, url: str, address: bool, _stats: Stats) -> Source:
    from workshop.sync.offer import Trust, read_repository

    trust = Trust(request.signers, request.allow_unsigned, request.trust_new_source)
    return read_repository(
        url, request.subdir, request.branch, request.state.resolve(), trust, not request.dry_run, address
    )


def _last_revision(state: Path) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError):
        return str(json.loads((state / "trust.json").read_text(encoding="utf-8"))["commit"])[:8]
    return ""
