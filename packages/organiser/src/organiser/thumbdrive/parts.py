"""Each kind of part: what is here already (``look``), and getting what is not (``gather``)."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from organiser.appliance.verify import alone
from organiser.thumbdrive import appliance, bundle, debs, kinds, wheels
from organiser.thumbdrive.contents import Part
from organiser.thumbdrive.fetching import Shelf, Wanted
from organiser.thumbdrive.pieces import Context, Found, Piece, below
from workshop.datasets.catalogue import load_catalogue
from workshop.datasets.fetch import Options, fetch_all
from workshop.datasets.store import Store
from workshop.errors import WorkshopError
from workshop.output import Progress, messages
from workshop.site.build import RECORD, build_site
from workshop.system.files import hash_file

DEBS_ABOUT = 170_000_000
"""Bytes, until they were collected once."""


def look(part: Part, context: Context) -> Found:
    """Return what a part would bring: what is here, what is expected, what is missing. Downloads nothing."""
    return _found(part, context, fetch=False)


def gather(part: Part, context: Context) -> Found:
    """Return what a part brings, after getting what is not here yet; nothing is only expected any more."""
    return _found(part, context, fetch=not context.offline)


def _found(part: Part, context: Context, fetch: bool) -> Found:
    try:
        return _KINDS[part.kind](part, context, fetch)
    except WorkshopError as error:
        return Found(missing=[str(error)])


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
    given = {each.name: path for each in wanted if (path := _given(each, context.folders))}
    reasons: dict[str, str] = {}
    if fetch:
        rest = [each for each in wanted if each.name not in given]
        reasons = shelf.fetch(rest, context.settings.ca_bundle)
    found = Found()
    for each in wanted:
        if each.name in given:
            found.pieces.append(Piece(f"{part.into}/{each.name}", given[each.name]))
        else:
            _from_shelf(shelf, each, part.into, found, reasons, context, fetch)
    return found


def _given(wanted: Wanted, folders: Sequence[Path]) -> Path | None:
    """Return the file where somebody put it, if it is right."""
    for folder in folders:
        for path in (folder / wanted.name, *folder.glob(f"*/{wanted.name}")):
            if path.is_file() and hash_file(path) == wanted.sha256:
                return path
    return None


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
    files, missing = appliance.find_each(context) if context.kinds else (appliance.find(context), [])
    context.work.mkdir(parents=True, exist_ok=True)
    pieces = [Piece(f"{part.into}/{path.name}", path) for path in (*files, alone.beside(context.work))]
    return Found(pieces, missing=missing)


def _given_apps(part: Part, context: Context, fetch: bool) -> Found:
    """Find programs that nobody may download for others: where the organiser put them."""
    del fetch
    found = Found()
    for entry in part.more["files"]:
        if entry["for"] not in context.kinds:
            continue
        places = [folder / entry["name"] for folder in context.folders]
        if here := next((path for path in places if path.is_file()), None):
            found.pieces.append(Piece(f"{part.into}/{entry['name']}", here))
        else:
            found.missing.append(
                f"{entry['name']}: get it from {entry['from']}, put it into a folder, and add --folder"
            )
    return found


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
    for entry in part.more["locks"]:
        lock = context.checkout / "locks" / f"{entry['lock']}.txt"
        for each in wheels.wheels_for(lock, entry["python"], uv, context.work, context.offline):
            wanted[each.name] = each
    reasons = shelf.fetch(list(wanted.values()), context.settings.ca_bundle) if fetch else {}
    found = Found()
    for each in wanted.values():
        _from_shelf(shelf, each, part.into, found, reasons, context, fetch)
    return found


def _debs(part: Part, context: Context, fetch: bool) -> Found:
    work = context.work / part.name
    if fetch:
        base = _role_variables(context.checkout, "base-fedora")
        python = _role_variables(context.checkout, "python-venv")
        packages = [
            *part.more["packages"],
            *base["__base_fedora_packages"],
            *python["__python_venv_packages"],
        ]
        folder: Path | None = debs.fetch_debs(
            work, part.more["suite"], python["__python_venv_suite"], packages
        )
    else:
        folder = debs.collected(work)
    if folder:
        return Found(below(folder, part.into))
    if context.offline:
        return Found(missing=["offline, and not collected before"])
    return Found(expected=[(f"{part.into}/", DEBS_ABOUT)])


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
