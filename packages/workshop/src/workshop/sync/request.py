"""What everybody calls: one request, whatever the source is and whoever asks; and its report in words.

Before anything is written Jupyter is asked which notebooks somebody has open right now.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from workshop.core.errors import WorkshopError
from workshop.core.servers import Server, jupyters, parent_jupyter, runtime_folders
from workshop.core.settings import Settings
from workshop.sync.apply import Fetch, Open, Outcome, Report, synchronise, undo
from workshop.sync.decide import Action
from workshop.sync.files import from_json, shown, without_links
from workshop.sync.git import UnreachableError
from workshop.sync.source import (
    PACKED,
    Source,
    is_address,
    origin,
    read_folder,
    read_repository,
    repository_in,
)
from workshop.sync.trust import Trust, read_last
from workshop.sync.updates import Updates

WHY = "it is open in Jupyter; save it, close its tab and sync again"
UNKNOWN = "Jupyter does not say whether it is open; sync again when Jupyter answers"
LOCKED = "a Jupyter that wants a password may have it open; end that Jupyter and sync again"
NOT_FOUND, SERVERS_FAULT = 404, 500
ORDER = [
    (Action.MERGED, "Merged: the new version and what you changed are both in"),
    (Action.BESIDE, "Beside yours lies a new version of"),
    (Action.DEFERRED, "Waiting"),
    (Action.KEPT, "Left as you have it"),
    (Action.RESTORED, "Restored"),
    (Action.BACKED_UP, "Moved to the backup"),
    (Action.REFUSED, "Not delivered"),
]
NBDIFF_WEB = "nbdiff-web"


@dataclass(frozen=True)
class Request(Trust):
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

    def as_json(self) -> str:
        """Return the request as one JSON document, for another process or another account to perform."""
        return json.dumps(asdict(self), default=str)  # of its values only paths are none of JSON's


def request_from(text: str) -> Request:
    """Read a request that somebody wrote as JSON; raises WorkshopError when it is none."""
    try:
        request: Request = from_json(Request, json.loads(text), strict=True)
        return request
    except (ValueError, TypeError, RecursionError) as error:
        raise WorkshopError(f"the request cannot be read ({type(error).__name__}: {error})") from error


def perform(request: Request, open_notebooks: Open | None = None) -> Report:
    """Bring the participant's folder to the newest revision that may be trusted, or undo the last sync.

    Offline is no error: the report says so and nothing was done. Raises WorkshopError when the
    update is refused or fails as a whole; then nothing of it was run or written.
    """
    ask = open_notebooks or ask_jupyter([request.state.resolve().parent / "run" / "jupyter"])
    here = (request.into, request.state, request.dry_run, ask)
    if request.undo:
        return undo(*here)
    if request.source.endswith(PACKED) and Path(request.source).is_file():
        from workshop.sync.pack import take_up  # seldom needed

        return take_up(Path(request.source), *here)
    try:
        return synchronise(_reader(request), *here)
    except UnreachableError as reason:
        known = read_last(request.state).commit[:8]
        return Report(known, [], notes=(f"nothing done, {reason}",), offline=True)


def _reader(request: Request) -> Fetch:
    """Return what reads the source, once the lock is held."""
    if is_address(request.source):
        return partial(_repository, request, request.source)
    if not request.source:
        raise WorkshopError("no source; give an address, a folder or a stick with --from")
    place = Path(request.source)
    if not place.exists():
        raise WorkshopError(f"no {place}; plug in the stick, or name another source with --from")
    found = folder_with(place, request.subdir) if place.is_dir() else place
    has_folder = (found / request.subdir).is_dir()
    repository = repository_in(place) or repository_in(found)
    if repository is None and not has_folder:
        raise WorkshopError(f"{place} holds neither a git bundle nor a folder {request.subdir}; name another")
    # Whoever names keys wants signatures, which only git's history carries.
    if repository is not None and (request.signers is not None or not has_folder):
        return partial(_repository, request, str(repository.resolve()))
    if request.signers is not None or not request.allow_unsigned:
        raise WorkshopError(f"{place} is a folder without signatures; use a bundle, or add --allow-unsigned")
    return partial(read_folder, found, request.subdir)


def folder_with(folder: Path, subdir: str) -> Path:
    """Return the folder that holds ``subdir``: the stick itself, or the one folder on it that does.

    Raises WorkshopError when there is no such folder, or more than one.
    """
    if (folder / subdir).is_dir():
        return folder
    inside = [each for each in sorted(folder.glob("*")) if (each / subdir).is_dir() and not each.is_symlink()]
    if len(inside) > 1:
        raise WorkshopError(f"{folder} has several folders with {subdir}; name one of them with --from")
    return inside[0] if inside else folder


def _repository(request: Request, source: str) -> Source:
    state, keep = request.state.resolve(), not request.dry_run
    return read_repository(origin(source), request.subdir, request.branch, state, request, keep)


def own_state(settings: Settings) -> Path:
    """Return where sync remembers what it delivered; raises WorkshopError on a machine without set-up."""
    if settings.prefix is None:
        raise WorkshopError("this machine was not set up; run set-up first, or name --into and --state")
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
            "this machine has no address for updates; plug in the organiser's stick and name it with --from"
        )
    branch = updates.branch or None if is_address(chosen) else None
    return Request(chosen, settings.notebooks, state, updates.subdir, branch, signers=updates.signers)


def ask_jupyter(runtime: Sequence[Path] = ()) -> Open:
    """Return a function that asks every Jupyter server of this account; ``runtime`` names more folders."""

    def open_notebooks(into: Path) -> dict[str, str]:
        found: dict[str, str] = {}
        for server in servers([*runtime, *runtime_folders()]):
            answer = sessions(server)
            if isinstance(answer, str):  # what somebody may have open is not replaced
                found |= dict.fromkeys(_notebooks_below(server, into), answer)
                continue
            paths = [_below(server, session, into) for session in answer if is_open(session)]
            found |= dict.fromkeys(filter(None, paths), WHY)
        return found

    return open_notebooks


def servers(folders: Sequence[Path]) -> Iterator[Server]:
    """Yield the servers that run, by the environment and by the files that they keep while they do."""
    if started_by := parent_jupyter():
        yield started_by
    yield from jupyters(folders)


def sessions(server: Server) -> list[dict[str, Any]] | str:
    """Return the server's sessions: none when it does not answer as Jupyter does; or why it does not say."""
    from workshop.core.ports import RefusedError, ask_json  # it takes longer to load than most syncs need

    try:
        found = ask_json(server, "GET", "api/sessions")
    except TimeoutError:
        return UNKNOWN
    except RefusedError as error:
        if error.status == NOT_FOUND:  # there is no Jupyter below that address
            return []
        return LOCKED if error.status < SERVERS_FAULT else UNKNOWN
    except (OSError, ValueError, RecursionError):
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def is_open(session: dict[str, Any]) -> bool:
    """Tell whether a browser shows the notebook: it is connected to the kernel.

    A kernel that runs on without a browser holds nothing unsaved. A server that does not count
    its connections is taken to have one.
    """
    kernel = session.get("kernel")
    return bool(kernel.get("connections", 1)) if isinstance(kernel, dict) else True


def _notebooks_below(server: Server, into: Path) -> list[str]:
    """Return the notebooks in the participant's folder that the server can reach."""
    root = _place(server, "")
    if root is None:
        return []
    return [file.relative_to(into).as_posix() for file in into.rglob("*.ipynb") if file.is_relative_to(root)]


def _below(server: Server, session: dict[str, Any], into: Path) -> str:
    """Return the notebook's path below ``into``; empty when it lies elsewhere."""
    older = session.get("notebook")
    path = session.get("path") or (older.get("path") if isinstance(older, dict) else None)
    if not isinstance(path, str):
        return ""
    file = _place(server, path)
    return file.relative_to(into).as_posix() if file is not None and file.is_relative_to(into) else ""


def _place(server: Server, path: str) -> Path | None:
    """Return where a path of a server's lies; None for a loop of links, or a name that no file can have."""
    with suppress(OSError, RuntimeError, ValueError):
        return without_links(server.root.expanduser() / path)
    return None


def summary(
    report: Report, into: Path, dry_run: bool, has_viewer: bool, undo: str = "workshop update undo"
) -> Iterator[str]:
    """Return the lines of the summary; every file that was not simply updated is named."""
    return map(shown, _summary(report, into, dry_run, has_viewer, undo))


def _summary(report: Report, into: Path, dry_run: bool, has_viewer: bool, undo: str) -> Iterator[str]:
    yield from (f"! {note}" for note in report.notes)
    if report.offline:
        return
    if report.news and report.changed:
        yield from (f"  {line}".rstrip() for line in f"What is new: {report.news}".splitlines())
    updated = [outcome for outcome in report.files if outcome.action == Action.UPDATED]
    if updated:
        yield f"Updated: {len(updated)} file{'s' if len(updated) > 1 else ''}"
        yield from (f"  {outcome.path}: {outcome.reason}" for outcome in updated)
    for action, title in ORDER:
        told = [outcome for outcome in report.files if outcome.action == action]
        if told:
            yield f"{title}:"
            yield from (f"  {outcome.path}: {outcome.reason}" for outcome in told)
    yield from _how_to_compare(report.files, into, has_viewer)
    yield _verdict(report, dry_run)
    if report.backups is not None:
        yield f"The files as they were before are in {report.backups}; {undo} puts them back."


def _how_to_compare(files: list[Outcome], into: Path, has_viewer: bool) -> Iterator[str]:
    pairs = [(each.path, each.beside) for each in files if each.beside]
    if not pairs:
        return
    notebooks = [(mine, theirs) for mine, theirs in pairs if mine.endswith(".ipynb")]
    if has_viewer and notebooks:
        yield "To see both side by side:"
        yield from (
            f"  {NBDIFF_WEB} {shlex.quote(str(into / mine))} {shlex.quote(str(into / theirs))}"
            for mine, theirs in notebooks
        )
    else:
        yield "To see both, open them side by side in Jupyter; copy what you want into yours."


def _verdict(report: Report, dry_run: bool) -> str:
    if not report.files:
        return f"Nothing to do: your notebooks are at revision {report.revision}."
    if dry_run:
        return "Nothing was written: this was a dry run."
    if report.undone:
        return f"Your notebooks are as they were before revision {report.revision}; a sync brings it again."
    return f"Your notebooks are at revision {report.revision}."
