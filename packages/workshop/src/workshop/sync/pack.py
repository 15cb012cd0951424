"""A participant's folder as one file, to go on with on another machine: from a classroom's seat, or to one.

The file is a zip that anybody can open::

    workshop-folder.json   whose folder it is, what was left out, what had been delivered
    notebooks/             the folder as it is
    delivered/             of each changed file, the version that the workshop had delivered

So whoever takes it up has all three versions of a merge, whatever revision its own notebooks are at. Neither
of the two folders goes before the other: where both changed one cell, or answered one exercise in two ways,
the other machine's file is laid beside. Nothing is deleted: a file that the other folder no longer has stays.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import stat
import zipfile
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from workshop.core.errors import WorkshopError
from workshop.core.zips import read_member
from workshop.sync.apply import Open, Report, synchronise
from workshop.sync.decide import synced
from workshop.sync.files import only_one, read_own, shown, unsafe, write_own
from workshop.sync.merge import MOST_MEMORY, Version
from workshop.sync.source import (
    LARGEST_BYTES,
    Source,
    content_revision,
    hidden,
    read_folder,
    too_large,
    too_long,
)
from workshop.sync.state import OTHERS, Manifest

ABOUT = "workshop-folder.json"
FORMAT = 1
FOLDER, BEFORE = "notebooks/", "delivered/"
LARGEST_ABOUT = 4_000_000
ORIGIN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Packed:
    """What a file got."""

    files: int
    left_out: dict[str, str]
    """Paths of the folder that are not in it, with the reason."""


def pack(folder: Path, state: Path, out: IO[bytes], name: str = "") -> Packed:
    """Write a participant's folder into a file that another machine's sync takes up; ``name`` is for people.

    ``state``, where sync remembers what it delivered into the folder, also gets the folder's own mark.
    Raises WorkshopError when there is no such folder or nothing in it.
    """
    if not folder.is_dir():
        raise WorkshopError(f"no folder {folder} to pack; name another with --into")
    found = read_folder(folder, ".")
    manifest = Manifest(state)
    left_out = {path: why.replace("the workshop's file", "it") for path, why in found.skipped.items()}
    before: dict[str, str] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for path, version in sorted(found.files.items()):
            base = manifest.base(path)
            if base is not None:
                before[path] = base.sha256
                if base.sha256 != version.sha256:
                    archive.writestr(BEFORE + path, base.data)
            # Of one moment, whatever is saved meanwhile.
            archive.writestr(_entry(folder, path), version.data)
        about = {
            "format": FORMAT,
            "origin": _origin(state),
            "name": name,
            "delivered": before,
            "left_out": left_out,
        }
        archive.writestr(ABOUT, json.dumps(about, indent=1, ensure_ascii=False))
    return Packed(len(found.files), left_out)


def _entry(folder: Path, path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo.from_file(folder / path, FOLDER + path, strict_timestamps=False)
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _origin(state: Path) -> str:
    """Return the mark of a folder, 32 hex digits, made when it is first needed."""
    known = _known_origin(state)
    if not ORIGIN.fullmatch(known):
        known = secrets.token_hex(16)
        write_own(state / "origin", known.encode())
    return known


def take_up(
    file: Path, into: Path, state: Path, dry_run: bool, open_notebooks: Open, is_own: bool = False
) -> Report:
    """Bring what another folder has into a participant's folder, and keep what that one has.

    The record of what the organiser delivered stays as it is: to the next update, what came is the
    participant's.

    is_own: whether the file may have been made from this very folder, to which an archive is brought back.

    Raises WorkshopError when the file is none of ``pack``'s, or was made from this very folder and may not.
    """
    with ExitStack() as stack:
        opened = stack.enter_context(file.open("rb"))
        try:
            archive = stack.enter_context(zipfile.ZipFile(opened))
            about = _about(archive)
        except Exception as error:  # nobody knows what all a damaged file makes its readers raise
            raise WorkshopError(
                f"{file} is no folder that a workshop packed ({error}); download it again, or pack it with "
                "'workshop update notebooks --pack FILE'"
            ) from error
        origin, who = str(about["origin"]), shown(str(about["name"])) or "another machine"
        if origin == _known_origin(state) and not is_own:
            raise WorkshopError(f"{file} was made from this folder; import it on another machine")
        own = place = state / OTHERS / origin
        source, before = _read(archive, about, file)
        if dry_run:  # the same in a passing folder
            place = Path(stack.enter_context(TemporaryDirectory(prefix="workshop-sync-")))
            with suppress(FileNotFoundError):
                shutil.copytree(own, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("backups"))
        else:  # a sync with the organiser changes the same files
            stack.enter_context(only_one(state))
        _seed(place, source, before)
        report = synchronise(source, into, place, dry_run, open_notebooks)
    return _told(report, about, who, into, own)


def _known_origin(state: Path) -> str:
    try:
        return read_own(state / "origin").decode("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _about(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Return what a file says about itself; raises whatever its damage makes one stumble over."""
    about = json.loads(read_member(archive, ABOUT, LARGEST_ABOUT))
    if about["format"] != FORMAT:
        raise ValueError(f"it is of format {about['format']}")
    if not ORIGIN.fullmatch(about["origin"]):
        raise ValueError("it does not name its owner")
    kinds = {"delivered": dict, "left_out": dict, "name": str}
    if not all(isinstance(about[name], kind) for name, kind in kinds.items()):
        raise ValueError("its description is damaged")
    return dict(about)


def _read(archive: zipfile.ZipFile, about: dict[str, Any], file: Path) -> tuple[Source, dict[str, Version]]:
    """Return the other folder's files, and of those that had been delivered to it, what was delivered."""
    files: dict[str, Version] = {}
    older: dict[str, Version] = {}
    skipped: dict[str, str] = {}
    infos = [each for each in archive.infolist() if not each.is_dir()]
    if why := too_large(each.file_size for each in infos):
        raise WorkshopError(f"{file} {why}; nothing was changed")
    for info in infos:
        kind = next((each for each in (FOLDER, BEFORE) if info.filename.startswith(each)), "")
        path = info.filename.removeprefix(kind)
        if not kind or hidden(path):
            continue
        if why := unsafe(path) or too_long(info.file_size) or _odd(info):
            skipped[shown(path)] = why
            continue
        try:
            # What it holds is counted: the size that it gives was checked above, and may be untrue.
            read = partial(read_member, archive, info, min(info.file_size, LARGEST_BYTES))
            version = Version(read(), read, MOST_MEMORY)
        except Exception:  # one damaged file stops no other
            skipped[shown(path)] = "it is damaged in the file that holds it"
            continue
        (files if kind == FOLDER else older)[path] = version
    if not files:
        raise WorkshopError(f"{file} contains no notebook; nothing was changed")
    before = {
        path: known
        for path, sha256 in about["delivered"].items()
        if path in files and (known := older.get(path, files[path])).sha256 == sha256
    }
    return Source(files, skipped, content_revision(files), both_mine=True), before


def _odd(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & 1:
        return "it is encrypted"
    # Programs that make zips on Windows say nothing of kinds.
    kind = stat.S_IFMT(info.external_attr >> 16)
    return "" if kind in (0, stat.S_IFREG) else "it is no ordinary file"


def _seed(state: Path, source: Source, before: dict[str, Version]) -> None:
    """Let the first take-up know what had been delivered; a later one knows what the one before brought.

    What the other folder no longer has is forgotten, so that it stays here.
    """
    manifest = Manifest(state)
    changes = dict.fromkeys(path for path in manifest.entries if path not in source.files)
    new = {path: version for path, version in before.items() if path not in manifest.entries}
    for version in new.values():
        manifest.keep(version)
    manifest.update(changes | {path: synced(version) for path, version in new.items()})


def _told(report: Report, about: dict[str, Any], who: str, into: Path, state: Path) -> Report:
    """Return a report that speaks of the other machine, and says how to undo."""
    files = [replace(each, reason=each.reason.replace("the workshop", who)) for each in report.files]
    notes = [
        f"{shown(path)} did not come along: {shown(str(why))}" for path, why in about["left_out"].items()
    ]
    if report.backups is not None:
        notes.append(
            f"the files as they were before are in {report.backups}; 'workshop update undo --into "
            f"{into} --state {state}' restores them"
        )
    return replace(
        report, revision=f"{report.revision}, from {who}", files=files, backups=None,
        notes=(*report.notes, *notes),
    )  # fmt: skip
