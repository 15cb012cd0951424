"""Where each part's files come from: what is here (``look``), and getting what is not (``gather``)."""

from __future__ import annotations

import filecmp
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from organiser.thumbdrive import appliance, computers, debs, wheels
from organiser.thumbdrive.contents import Context, Found, Part, StickFile, files_below
from organiser.thumbdrive.fetching import download, found_in, has
from organiser.thumbdrive.names import DATA, WHEELS, require_writable
from workshop.core import programs
from workshop.core.errors import WorkshopError
from workshop.core.files import hash_file
from workshop.courses.course import read_course, require_sound
from workshop.datasets.catalogue import Dataset, load_catalogue
from workshop.datasets.store import Store
from workshop.site.build import RECORD, build_site
from workshop.sync.source import read_folder

MARKS = {".dmg": (b"koly", -512), ".msi": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0)}
"""What installers have that nobody lists a hash of, and where: a disk image's trailer, an MSI's head."""
MANUAL_ABOUT = 2_500_000
"""Bytes, until it was built once."""
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
        require_writable(file.name for file in found.files)
    except WorkshopError as error:
        found.missing.append(str(error))
    return found


def _downloads(part: Part, context: Context, fetch: bool) -> Found:
    store, systems = Store(context.work / part.name), computers.systems_of(context.computers)
    found = Found()
    rest: list[Dataset] = []
    for entry in part.more["files"]:
        if context.computers and entry.get("system") not in systems:
            continue
        size = entry.get("bytes")
        each = download(entry["name"], entry["url"], entry["sha256"], size or entry["about"], size)
        here = _places(each.name, context.folders)
        right = next((path for path in here if hash_file(path) == entry["sha256"]), None)
        if right:
            found.files.append(StickFile(f"{part.into}/{each.name}", right))
        elif here and not has(store, each):
            found.missing.append(
                f"{here[0]} is damaged, or not the file of that name: its hash is another; get it again from "
                f"{entry['url'].replace('{file}', each.name)}, or take it away to have it downloaded"
            )
        else:
            rest.append(each)
    others = found_in(store, rest, context, fetch, part.into)
    hint = "put it into a folder and name that with --folder"
    missing = [*found.missing, *(f"{line}; {hint}" for line in others.missing)]
    return Found(found.files + others.files, others.expected, missing)


def _places(name: str, folders: Sequence[Path]) -> list[Path]:
    """Return where somebody put a file of this name."""
    return [
        path for folder in folders for path in (folder / name, *folder.glob(f"*/{name}")) if path.is_file()
    ]


def _appliance(part: Part, context: Context, fetch: bool) -> Found:
    del fetch  # it is made here, or not at all
    files, missing = appliance.find(context)
    return Found([StickFile(f"{part.into}/{path.name}", path) for path in files], missing=missing)


def _given_apps(part: Part, context: Context, fetch: bool) -> Found:
    """Find programs that nobody may download for others: where the organiser put them."""
    del fetch
    found = Found()
    for entry in part.more["files"]:
        if entry["for"] not in context.computers:
            continue
        # Of several versions the one that was put there last.
        own = context.work / part.name
        folders = (*context.folders, own)
        places = [path for folder in folders for path in folder.glob(entry["name"]) if path.is_file()]
        here = max(places, key=lambda path: path.stat().st_mtime, default=None)
        if here and _is_what_it_says(here):
            found.files.append(StickFile(f"{part.into}/{here.name}", here))
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
    into, manual = context.work / "site", context.work / "manual"
    why = ""
    if fetch:
        try:
            uv = {"UV": programs.find_uv(context.settings, context.checkout)}
            programs.run(str(context.checkout / "tools/docs.bash"), manual, variables=uv)
        except WorkshopError as error:
            why = f": {error}"
    report = build_site(context.checkout, into, context.settings, manual=manual)
    files = [file for file in files_below(into, part.into) if not file.name.endswith(RECORD)]
    found = Found(files, missing=report.notes)
    if not (manual / "index.html").is_file():
        if fetch or context.offline:
            found.missing.append(f"the manual was not built{why or '; stage once with a network'}")
        else:
            found.expected.append((f"{part.into}/docs", MANUAL_ABOUT))
    return found


def _folder(part: Part, context: Context, fetch: bool) -> Found:
    del fetch
    folder = context.checkout / part.more["from"]
    if not folder.is_dir():
        return Found(missing=[f"the checkout has no {part.more['from']} yet"])
    return Found(files_below(folder, part.into))


def _repository(part: Part, context: Context, fetch: bool) -> Found:
    del fetch
    return Found([StickFile(part.into, make_bundle(context.checkout, context.work / part.into))])


def make_bundle(checkout: Path, target: Path) -> Path:
    """Write the checkout's branch, its tags and HEAD as a git bundle; leave a bundle that is the same.

    Raises WorkshopError when the folder is no checkout, or one without a commit.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f".{target.name}.new")
    try:
        branch = programs.run("git", "-C", checkout, "branch", "--show-current").split()
        # One thread: the same history makes the same file, so that an update copies what changed.
        names = ("HEAD", *branch, "--tags")
        git = ("-C", checkout, "-c", "pack.threads=1")
        programs.run("git", *git, "bundle", "create", "--quiet", new, *names)
    except WorkshopError as error:
        raise WorkshopError(f"{checkout}: {error}; name a checkout that has a commit") from error
    if not (target.is_file() and filecmp.cmp(new, target, shallow=False)):
        new.replace(target)
    new.unlink(missing_ok=True)
    return target


def _data(part: Part, context: Context, fetch: bool) -> Found:
    store = Store(context.settings.data.absolute())
    return found_in(store, list(load_catalogue().values()), context, fetch, part.into, folders=True)


def _wheels(part: Part, context: Context, fetch: bool) -> Found:
    uv = programs.find_uv(context.settings, context.checkout)
    wanted: dict[str, Dataset] = {}
    missing: list[str] = []
    processors = computers.processors_of(context.computers)
    for entry in part.more["locks"]:
        lock = context.checkout / "locks" / f"{entry['lock']}.txt"
        try:
            listed = wheels.wheels_for(lock, entry["python"], processors, uv, context.work, context.offline)
        except WorkshopError as error:
            if not entry.get("optional"):
                raise
            missing.append(f"{entry['lock']}: {error}")
            continue
        wanted |= {each.name: each for each in listed}
    store = Store(context.work / part.name)
    if fetch:
        wheels.copy_local(store, wanted.values())
    found = found_in(store, list(wanted.values()), context, fetch, part.into)
    found.missing += missing
    return found


def _courses(part: Part, context: Context, fetch: bool) -> Found:
    """Bring the files of each course as its machines take them, and what adding it installs and fetches."""
    found = Found()
    for folder in context.courses:
        course = read_course(folder)
        require_sound(course)
        files = read_folder(folder, ".")
        found.missing += [f"{course.name}/{path}: {why}" for path, why in files.skipped.items()]
        place = f"{part.into}/{course.name}"
        if any(file.name.startswith(f"{place}/") for file in found.files):
            raise WorkshopError(f"two courses are called {course.name}; leave one out of --course")
        found.files += [StickFile(f"{place}/{path}", folder / path) for path in files.files]
        work, data = context.work / part.name / "wheels", context.work / part.name / "data" / course.name
        for kernel in course.kernels:
            if kernel.is_own:
                lock = course.folder / kernel.lock
                _join(found, _locked(lock, [part.more["python"]], work, context, fetch))
        _join(found, found_in(Store(data), course.datasets(), context, fetch, DATA, folders=True))
    return found


def _locked(lock: Path, pythons: Sequence[str], work: Path, context: Context, fetch: bool) -> Found:
    uv = programs.find_uv(context.settings, context.checkout)
    processors = computers.processors_of(context.computers)
    work.mkdir(parents=True, exist_ok=True)
    listed = wheels.wheels_for(lock, pythons, processors, uv, work, context.offline)
    store = Store(work)
    if fetch:
        wheels.copy_local(store, listed)
    return found_in(store, listed, context, fetch, WHEELS)


def _join(found: Found, more: Found) -> None:
    found.files = once([*found.files, *more.files])
    found.expected = list(dict.fromkeys([*found.expected, *more.expected]))
    found.missing += more.missing


def once(files: Sequence[StickFile]) -> list[StickFile]:
    """Return each file once, where two parts bring the same one, such as a package that both need.

    Those that differ stay, and are refused by name (``require_writable``).
    """
    kept: dict[str, StickFile] = {}
    others = []
    for file in files:
        first = kept.setdefault(file.name, file)
        if first is not file and not _same(first.source, file.source):
            others.append(file)
    return [*kept.values(), *others]


def _same(one: Path | bytes, other: Path | bytes) -> bool:
    if isinstance(one, Path) and isinstance(other, Path):
        return filecmp.cmp(one, other, shallow=False)
    return one == other


def _debs(part: Part, context: Context, fetch: bool) -> Found:
    work, processors = context.work / part.name, computers.processors_of(context.computers)
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
        return Found(files_below(folder, part.into))
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
    "courses": _courses,
}
