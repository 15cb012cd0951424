"""Each kind of part: what is here already (``look``), and getting what is not (``gather``)."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from organiser.thumbdrive import appliance, bundle, debs, kinds, wheels
from organiser.thumbdrive.contents import Part
from organiser.thumbdrive.fetching import Shelf, Wanted
from organiser.thumbdrive.names import require_writable
from organiser.thumbdrive.pieces import Context, Found, Piece, below
from workshop.datasets.catalogue import load_catalogue
from workshop.datasets.fetch import Options, fetch_all
from workshop.datasets.store import Store
from workshop.errors import WorkshopError
from workshop.output import Progress, messages
from workshop.site.build import RECORD, build_site
from workshop.system.files import hash_file

MARKS = {".dmg": (b"koly", -512), ".msi": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0)}
"""What installers have that nobody lists a hash of, and where: a disk image's trailer, an MSI's head."""
DEBS_ABOUT = 170_000_000
"""Bytes for each processor, until they were collected once."""


def look(part: Part, context: Context) -> Found:
    """Return what a part would bring: what is here, what is expected, what is missing. Downloads nothing."""
    return _found(part, context, fetch=False)


def gather(part: Part, context: Context) -> Found:
    """Return what a part brings, after getting what is not here yet; nothing is only expected any more."""
    return _found(part, context, fetch=not context.offline)


def _found(part: Part, context: Context, fetch: bool) -> Found:
    try:
        found = _KINDS[part.kind](part, context, fetch)
    except WorkshopError as error:
        return Found(missing=[str(error)])
    try:
        # Before the hour that staging and writing take.
        require_writable(piece.name for piece in found.pieces)
    except WorkshopError as error:
        found.missing.append(str(error))
    return found


def _downloads(part: Part, context: Context, fetch: bool) -> Found:
    shelf = Shelf(context.work / part.name)
    wanted = [
        Wanted(
            entry["name"],
            entry["url"],
            entry["sha256"],
            int(entry.get("bytes") or entry["about"]),
            entry.get("bytes"),
        )
        for entry in part.more["files"]
        if not context.kinds or entry.get("system") in kinds.systems_of(context.kinds)
    ]
    there = {each.name: _places(each.name, context.folders) for each in wanted}
    right = {
        each.name: [path for path in there[each.name] if hash_file(path) == each.sha256] for each in wanted
    }
    given = {name: paths[0] for name, paths in right.items() if paths}
    reasons: dict[str, str] = {}
    if fetch:
        rest = [each for each in wanted if not there[each.name]]
        reasons = shelf.fetch(rest, context.settings.ca_bundle)
    found = Found()
    for each in wanted:
        if each.name in given:
            found.pieces.append(Piece(f"{part.into}/{each.name}", given[each.name]))
        elif (wrong := there[each.name]) and not shelf.has(each):
            found.missing.append(
                f"{wrong[0]} is damaged, or not the file of that name: its hash is another; get it again "
                f"from {each.url.replace('{file}', each.name)}, or take it away to have it downloaded"
            )
        else:
            _from_shelf(shelf, each, part.into, found, reasons, context, fetch)
    return found


def _places(name: str, folders: Sequence[Path]) -> list[Path]:
    """Return where somebody put a file of this name."""
    return [
        path for folder in folders for path in (folder / name, *folder.glob(f"*/{name}")) if path.is_file()
    ]


def _from_shelf(
    shelf: Shelf,
    each: Wanted,
    into: str,
    found: Found,
    reasons: dict[str, str],
    context: Context,
    fetch: bool,
) -> None:
    """Note one download: here, still to come, or not to be had."""
    if shelf.has(each):
        found.pieces.append(Piece(f"{into}/{each.name}", shelf.path(each)))
    elif fetch or context.offline:
        why = reasons.get(each.name, "offline, and not downloaded before")
        found.missing.append(f"{each.name}: {why}; put it into a folder and name that with --folder")
    else:
        found.expected.append((f"{into}/{each.name}", each.about))


def _appliance(part: Part, context: Context, fetch: bool) -> Found:
    del fetch  # it is made here, or not at all
    files, missing = appliance.find(context)
    pieces = [Piece(f"{part.into}/{path.name}", path) for path in files]
    return Found(pieces, missing=missing)


def _given_apps(part: Part, context: Context, fetch: bool) -> Found:
    """Find programs that nobody may download for others: where the organiser put them."""
    del fetch
    found = Found()
    for entry in part.more["files"]:
        if entry["for"] not in context.kinds:
            continue
        # Of several versions the one that was put there last.
        own = context.work / part.name
        folders = (*context.folders, own)
        places = [path for folder in folders for path in folder.glob(entry["name"]) if path.is_file()]
        here = max(places, key=lambda path: path.stat().st_mtime, default=None)
        if here and _is_what_it_says(here):
            found.pieces.append(Piece(f"{part.into}/{here.name}", here))
        elif here:
            found.missing.append(
                f"{here} is cut off, or something else was saved by its name, such as a web page: get it "
                f"again from {entry['from']}"
            )
        else:
            found.missing.append(
                f"{entry['name']}: get it from {entry['from']}, and put it into {own}, or into a folder and "
                "add --folder"
            )
    return found


def _is_what_it_says(path: Path) -> bool:
    """Tell whether an installer without a known hash is a disk image of Apple's, or an MSI, to its end."""
    mark, place = MARKS.get(path.suffix.lower(), (b"", 0))
    with path.open("rb") as file:
        if path.stat().st_size < abs(place):
            return False
        file.seek(place, os.SEEK_END if place < 0 else os.SEEK_SET)
        return file.read(len(mark)) == mark


def _site(part: Part, context: Context, fetch: bool) -> Found:
    del fetch
    into = context.work / "site"
    report = build_site(context.checkout, into, context.settings)
    pieces = [piece for piece in below(into, part.into) if not piece.name.endswith(RECORD)]
    return Found(pieces, missing=report.notes)


def _folder(part: Part, context: Context, fetch: bool) -> Found:
    del fetch
    folder = context.checkout / part.more["from"]
    if not folder.is_dir():
        return Found(missing=[f"the checkout has no {part.more['from']} yet"])
    return Found(below(folder, part.into))


def _repository(part: Part, context: Context, fetch: bool) -> Found:
    del fetch
    return Found([Piece(part.into, bundle.make(context.checkout, context.work / part.into))])


def _data(part: Part, context: Context, fetch: bool) -> Found:
    store = Store(context.settings.data.absolute())
    datasets = list(load_catalogue().values())
    reasons: dict[str, str] = {}
    if fetch:
        os.environ.setdefault("RES_OPTIONS", "timeout:2 attempts:2")
        folders = tuple(folder for folder in (context.settings.stick, context.settings.cache) if folder)
        options = Options(folders, ca_bundle=context.settings.ca_bundle)
        results = fetch_all(datasets, datasets, store, options, Progress(messages))
        reasons = {result.name: result.why for result in results if result.state == "unavailable"}
    found = Found()
    for dataset in datasets:
        names = [f"{part.into}/{dataset.name}/{file.name}" for file in dataset.files]
        here = [store.has(dataset, file) for file in dataset.files]
        if all(here):
            found.pieces += [
                Piece(name, store.path(dataset, file))
                for name, file in zip(names, dataset.files, strict=True)
            ]
        elif fetch or context.offline:
            found.missing.append(f"{dataset.name}: {reasons.get(dataset.name, 'offline, and not here')}")
        else:
            found.expected.append((f"{part.into}/{dataset.name}", dataset.size))
    return found


def _wheels(part: Part, context: Context, fetch: bool) -> Found:
    shelf = Shelf(context.work / part.name)
    uv = wheels.find_uv(context.settings, context.checkout)
    wanted: dict[str, Wanted] = {}
    processors = kinds.processors_of(context.kinds)
    for entry in part.more["locks"]:
        lock = context.checkout / "locks" / f"{entry['lock']}.txt"
        listed = wheels.wheels_for(lock, entry["python"], processors, uv, context.work, context.offline)
        wanted |= {each.name: each for each in listed}
    reasons = shelf.fetch(list(wanted.values()), context.settings.ca_bundle) if fetch else {}
    found = Found()
    for each in wanted.values():
        _from_shelf(shelf, each, part.into, found, reasons, context, fetch)
    return found


def _debs(part: Part, context: Context, fetch: bool) -> Found:
    work, processors = context.work / part.name, kinds.processors_of(context.kinds)
    if fetch:
        base = _role_variables(context.checkout, "base-fedora")
        python = _role_variables(context.checkout, "python-venv")
        packages = [
            *part.more["packages"],
            *base["__base_fedora_packages"],
            *python["__python_venv_packages"],
        ]
        folder: Path | None = debs.fetch_debs(
            work, part.more["suite"], python["__python_venv_suite"], packages, processors
        )
    else:
        folder = debs.collected(work, processors)
    if folder:
        return Found(below(folder, part.into))
    if context.offline:
        return Found(missing=["offline, and not collected before"])
    return Found(expected=[(f"{part.into}/", DEBS_ABOUT * len(processors))])


def _role_variables(checkout: Path, role: str) -> dict[str, Any]:
    """Return what a role sets for Debian: the one list of packages is the role's."""
    file = checkout / "roles" / role / "vars" / "Debian.yml"
    try:
        variables: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise WorkshopError(f"cannot read {file}: {error.strerror}; is {checkout} the checkout?") from error
    return variables


_KINDS: dict[str, Callable[[Part, Context, bool], Found]] = {
    "downloads": _downloads,
    "appliance": _appliance,
    "given": _given_apps,
    "site": _site,
    "folder": _folder,
    "repository": _repository,
    "data": _data,
    "wheels": _wheels,
    "debs": _debs,
}
