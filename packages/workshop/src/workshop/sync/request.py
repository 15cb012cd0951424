"""What everybody calls: one request, whatever the source is and whoever asks, and one report.

>>> request = Request("https://example.org/workshop.git", into, state, signers=keys)  # doctest: +SKIP
>>> report = perform(request)  # doctest: +SKIP
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

from workshop.errors import WorkshopError
from workshop.settings import Settings
from workshop.sync.engine import Fetch, Report, synchronise, undo
from workshop.sync.files import read_json
from workshop.sync.openbooks import Open, ask_jupyter
from workshop.sync.source import PACKED, Source, folder_with, is_address, read_folder, repository_in
from workshop.sync.state import HashCache
from workshop.updates import Updates


@dataclass(frozen=True)
class Request:
    """One sync, or its undo: from where, into which folder, on whose word."""

    source: str
    """A git address, a folder, a bundle, a stick, or another machine's packed folder; empty for an undo."""
    into: Path
    state: Path
    subdir: str = "notebooks"
    branch: str | None = None
    """None follows the source's default branch, also when it is renamed."""
    dry_run: bool = False
    undo: bool = False
    signers: Path | None = None
    allow_unsigned: bool = False
    trust_new_source: bool = False
    ignore_clock: bool = False
    reset: str = ""
    project: str = ""

    def as_json(self) -> str:
        """Return the request as one JSON document, for another process or another account to perform."""
        return json.dumps(
            {name: str(each) if isinstance(each, Path) else each for name, each in asdict(self).items()}
        )


def request_from(text: str) -> Request:
    """Read a request that somebody wrote as JSON; raises WorkshopError when it is none."""
    try:
        given = json.loads(text)
        kinds: dict[str, Any] = {each.name: each.type for each in fields(Request)}
        made: dict[str, Any] = {}
        for name, value in given.items():
            kind = kinds[name]
            right = {"bool": bool, "str": str, "Path": str}.get(kind, (str, type(None)))
            if not isinstance(value, right) or "\0" in str(value):
                raise TypeError(name)
            made[name] = Path(str(value)) if "Path" in kind and value is not None else value
        return Request(**made)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise WorkshopError(f"the request cannot be read ({type(error).__name__}: {error})") from error


def perform(request: Request, open_notebooks: Open | None = None) -> Report:
    """Bring the participant's folder to the newest revision that may be trusted, or undo the last sync.

    Offline is no error: the report says so and nothing was done. Raises WorkshopError when the
    update is refused or fails as a whole; then nothing of it was run or written.
    """
    from workshop.sync.git import UnreachableError

    ask = open_notebooks or ask_jupyter([request.state.resolve().parent / "run" / "jupyter"])
    if request.undo:
        return undo(request.into, request.state, request.dry_run, ask)
    if request.source.endswith(PACKED) and Path(request.source).is_file():
        from workshop.sync.home import take_up  # seldom needed

        return take_up(Path(request.source), request.into, request.state, request.dry_run, ask)
    try:
        return synchronise(_reader(request), request.into, request.state, request.dry_run, ask)
    except UnreachableError as reason:
        return Report(_last_revision(request.state), [], notes=(f"nothing done, {reason}",), offline=True)


def _reader(request: Request) -> Fetch:
    """Return what reads the source, once the lock is held."""
    if is_address(request.source):
        return partial(_repository, request, request.source)
    if not request.source:
        raise WorkshopError("the source has no name; give an address, a folder or a stick with --from")
    place = Path(request.source)
    if not place.exists():
        raise WorkshopError(f"there is no {place}; plug the stick in, or name another source with --from")
    found = folder_with(place, request.subdir) if place.is_dir() else place
    has_folder = (found / request.subdir).is_dir()
    repository = repository_in(place) or repository_in(found)
    # Whoever names keys wants signatures, which only git's history carries.
    if repository is not None and (request.signers is not None or not has_folder):
        return partial(_repository, request, str(repository.resolve()))
    if request.signers is not None or not request.allow_unsigned:
        raise WorkshopError(
            f"{place} is a folder without signatures; take a bundle, or say --allow-unsigned to take it"
        )
    return lambda hashes: read_folder(found, request.subdir, hashes.version)


def _repository(request: Request, source: str, _hashes: HashCache) -> Source:
    from workshop.sync.repository import origin, read_repository
    from workshop.sync.trust import Trust

    trust = Trust(**{each.name: getattr(request, each.name) for each in fields(Trust)})
    state = request.state.resolve()
    return read_repository(origin(source), request.subdir, request.branch, state, trust, not request.dry_run)


def _last_revision(state: Path) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError):
        return str(read_json(state / "trust.json")["commit"])[:8]
    return ""


def own_state(settings: Settings) -> Path:
    """Return where sync remembers what it delivered; raises WorkshopError on a machine without set-up."""
    if settings.prefix is None:
        raise WorkshopError("this machine was not set up; run the set-up first, or name --into and --state")
    return settings.prefix / "state"


def own_request(settings: Settings, updates: Updates, source: str = "") -> Request:
    """Return what a set-up machine syncs when nobody says otherwise: its notebooks, its organiser, its keys.

    ``source`` is a stick that somebody names. Raises WorkshopError when there is neither a stick nor an
    address, or when the machine was not set up.
    """
    state = own_state(settings)
    chosen = source or updates.url
    if not chosen:
        raise WorkshopError(
            "this machine has no address for updates; plug the organiser's stick in and name it with --from"
        )
    branch = updates.branch or None if is_address(chosen) else None
    return Request(chosen, settings.notebooks, state, updates.subdir, branch, signers=updates.signers)
