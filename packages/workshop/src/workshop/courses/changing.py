"""A course is added, brought up to date, removed. Nothing of it runs meanwhile.

Notebooks are delivered by sync, whose rules keep every edit. The source is read by sync as well: signatures,
addresses, links, names and sizes are judged there. Killed at any moment, the next call begins again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from workshop.core.errors import WorkshopError
from workshop.core.files import locked, write_whole
from workshop.core.output import Progress, steps
from workshop.core.settings import Settings
from workshop.courses.course import FILE, Course, packages_of, read_course, require_sound
from workshop.courses.delivering import deliver
from workshop.courses.home import RECORD, Home, Installed, courses_folder, find_courses, home
from workshop.courses.kernels import make_environments, register, require_free_kernels, unregister
from workshop.datasets.fetch import Options, fetch_all
from workshop.datasets.store import Store
from workshop.sync.apply import Report, synchronise
from workshop.sync.files import write_json
from workshop.sync.git import UnreachableError
from workshop.sync.request import ask_jupyter
from workshop.sync.source import Source, is_address, origin, read_folder, read_repository
from workshop.sync.trust import Signers, Trust

Say = Callable[[str], None]
Agree = Callable[[list[str]], bool]
"""Shown what will be installed and fetched, tells whether to go on."""


@dataclass(frozen=True)
class From:
    """A course's source, and on whose word it is taken."""

    source: str
    branch: str = ""
    signers: Path | None = None

    @property
    def is_repository(self) -> bool:
        """Whether git has it."""
        place = Path(self.source)
        if is_address(self.source) or not place.is_dir():
            return is_address(self.source) or place.exists()
        if self.signers is not None or (place / FILE).is_file():
            return self.signers is not None
        return any((place / name).exists() for name in (".git", "HEAD")) or any(place.glob("*.bundle"))


def add(settings: Settings, start: From, agree: Agree, say: Say) -> tuple[Course, Report]:
    """Add a course; ``agree`` is asked before anything is installed or fetched.

    Raises WorkshopError when it is faulty, is there already, or cannot be had; then nothing of it stays.
    """
    if not is_address(start.source):
        start = replace(start, source=str(Path(start.source).resolve()))
    try:
        return _added(_with_stick(settings, start.source), start, agree, say)
    except UnreachableError as error:
        raise WorkshopError(str(error)) from error


def _added(settings: Settings, start: From, agree: Agree, say: Say) -> tuple[Course, Report]:
    with _alone(settings) as prefix:
        for folder in (prefix / "state" / "courses", courses_folder(prefix)):
            folder.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(prefix=".new-", dir=prefix / "state" / "courses") as state,
            tempfile.TemporaryDirectory(prefix=".new-", dir=courses_folder(prefix)) as new,
            _source(start, Path(state) / "source") as found,
        ):
            course = _unpacked(found, Path(new) / "files", start.source)
            place = home(settings, course.name)
            _require_free(place)
            require_free_kernels(course, place.specs)
            if not agree(summary(course, start, found.revision)):
                raise WorkshopError("nothing was added")
            found.finished()  # while its state lies where it was read
            _take_place(place, Path(state), Path(new))
            if start.signers is not None:
                write_whole(place.keys, start.signers.read_bytes())
            try:
                record = Installed(start.source, found.revision, start.branch, start.signers is not None)
                return _installed(place, record, settings, say, lambda: None)
            except BaseException:
                _take_away(place)
                raise


def added_from(settings: Settings, source: str) -> Course | None:
    """Return the course that came from a source, if there is one."""
    wanted = source if is_address(source) else str(Path(source).resolve())
    return next((each for each, record in find_courses(settings).courses if record.source == wanted), None)


def pin(settings: Settings, name: str, signers: Path) -> None:
    """Let these keys alone sign a course's coming revisions; raises WorkshopError when they are none."""
    Signers(signers)
    with _alone(settings):
        place = _known(settings, name)
        write_whole(place.keys, signers.read_bytes())
        write_json(place.folder / RECORD, asdict(replace(place.record(), signed=True)))


def update(settings: Settings, name: str, say: Say, source: str = "") -> tuple[str, Report | None]:
    """Bring a course's news, on the word of its own keys; return its revision and what became of notebooks.

    None: there is nothing new, or its source cannot be reached. Raises WorkshopError when it is refused.
    """
    with _alone(settings) as prefix:
        place = _known(settings, name)
        record = place.record()
        signers = place.keys if record.signed else None
        start = From(source or record.source, record.branch, signers)
        settings = _with_stick(settings, start.source)
        try:
            with (
                tempfile.TemporaryDirectory(prefix=".new-", dir=courses_folder(prefix)) as new,
                _source(start, place.state / "source") as found,
            ):
                for note in found.notes:
                    say(f"{name}: {note}")
                if found.revision == record.revision:
                    return record.revision, None
                course = _unpacked(found, Path(new) / "files", start.source)
                if course.name != name:
                    raise WorkshopError(f"{start.source} now has the course {course.name}, not {name}")
                require_free_kernels(course, place.specs)
                # A new lock's environments have names of their own: what fails here leaves the old course.
                make_environments(course, place.folder / "venvs", settings, say)
                place.files.rename(Path(new) / "before")
                course.folder.rename(place.files)
                record = replace(record, revision=found.revision)
                return found.revision, _installed(place, record, settings, say, found.finished)[1]
        except UnreachableError as error:
            if source:
                raise WorkshopError(str(error)) from error
            say(f"{name}: nothing done, {error}")
            return record.revision, None


def remove(settings: Settings, name: str) -> Report:
    """Take a course away: kernels, files, data, and notebooks that nobody edited. Edited ones stay."""
    with _alone(settings):
        place = _known(settings, name)
        # To sync it is a revision without files: what was edited is kept, all else goes.
        report = synchronise(Source({}, {}, "removed"), place.delivered, place.notebooks_state,
                             open_notebooks=_asker(place))  # fmt: skip
        _take_away(place)
        if not any(each.is_file() for each in place.delivered.rglob("*")):
            shutil.rmtree(place.delivered, ignore_errors=True)
        return report


def summary(course: Course, start: From, revision: str) -> list[str]:
    """Return in lines what adding a course installs and fetches."""
    who = "signed by its publisher" if start.signers else "no signature is checked"
    lines = [
        f"{course.title} ({course.name}), licence {course.licence}",
        f"from {start.source}, revision {revision}, {who}",
        f"{len(course.lessons())} notebooks into the folder {course.name}",
    ]
    for kernel in course.kernels:
        if kernel.is_own:
            packages = packages_of(course, kernel)
            lines.append(f"kernel {kernel.display}: {len(packages)} packages, {', '.join(sorted(packages))}")
        else:
            lines.append(f"kernel {kernel.display}: the workshop's own")
    for dataset in course.datasets():
        places = ", ".join(source.label for source in dataset.sources)
        lines.append(f"data {dataset.name}: {dataset.size / 1e6:.1f} MB from {places}, {dataset.licence}")
    return lines


@contextlib.contextmanager
def _alone(settings: Settings) -> Iterator[Path]:
    """Keep two commands from changing courses at once."""
    prefix = home(settings, "").prefix
    folder = prefix / "state" / "courses"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with locked(folder / "lock"):
            before = os.umask(0o022)  # in a classroom every seat reads courses
            try:
                yield prefix
            finally:
                os.umask(before)
    except BlockingIOError as error:
        raise WorkshopError("another command is changing courses; try again when it has finished") from error


def _with_stick(settings: Settings, source: str) -> Settings:
    """Take packages and data from the stick that a course lies on, in its ``courses/``."""
    stick = Path(source).parent.parent
    is_stick = Path(source).is_dir() and Path(source).parent.name == "courses" and (stick / "wheels").is_dir()
    return replace(settings, stick=stick) if is_stick else settings


def _known(settings: Settings, name: str) -> Home:
    there = {each.parent.name for each in courses_folder(home(settings, "").prefix).glob(f"*/{RECORD}")}
    if name not in there:
        raise WorkshopError(
            f"there is no course {name!r} here; there are: {', '.join(sorted(there)) or 'none'}"
        )
    return home(settings, name)


@contextlib.contextmanager
def _source(start: From, state: Path) -> Iterator[Source]:
    """Read a course's newest revision that may be trusted."""
    trust = Trust(signers=start.signers, allow_unsigned=start.signers is None)
    if start.is_repository:
        state.mkdir(parents=True, exist_ok=True)
        try:
            found = read_repository(origin(start.source), ".", start.branch or None, state, trust, keep=True)
        except WorkshopError as error:  # a course knows no such option
            raise WorkshopError(str(error).replace(", or allow it with --allow-unsigned", "")) from error
    elif not Path(start.source).is_dir():
        raise UnreachableError(f"no folder {start.source}; name a course's folder or git address")
    else:
        read_course(Path(start.source))  # its faults, before those of files
        found = read_folder(Path(start.source), ".")
    try:
        yield found
    finally:
        found.close()


def _unpacked(found: Source, into: Path, source: str) -> Course:
    """Write a revision's files into a new folder, and judge the course; source: what people call it."""
    require_whole(found)
    for path, version in found.files.items():
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(version.data)
    try:
        course = read_course(into)
        require_sound(course)
    except WorkshopError as error:
        raise WorkshopError(str(error).replace(f" {into}'", " FOLDER'").replace(str(into), source)) from error
    return course


def require_whole(found: Source) -> None:
    """Raise WorkshopError when a file of a course would not be taken."""
    for path, why in found.skipped.items():
        raise WorkshopError(f"{path} of the course was refused: {why}")


def _require_free(place: Home) -> None:
    """Raise WorkshopError when a course's name, or that of its folder, is taken."""
    if place.is_installed:
        raise WorkshopError(
            f"there is a course {place.name} already, from {place.record().source}; "
            f"'workshop update courses {place.name}' updates it; to replace it, first run 'workshop course "
            f"remove {place.name}', which keeps edited notebooks"
        )
    if place.delivered.exists() and not place.notebooks_state.is_dir():
        raise WorkshopError(
            f"{place.delivered} exists and does not belong to a course; move it away and add the course again"
        )


def _take_place(place: Home, state: Path, new: Path) -> None:
    """Move what was read to where the course is to lie; what a killed call left there goes."""
    shutil.rmtree(place.folder, ignore_errors=True)
    shutil.rmtree(place.state / "source", ignore_errors=True)
    place.folder.mkdir()
    (new / "files").rename(place.files)
    place.state.mkdir(exist_ok=True)
    if (state / "source").is_dir():
        (state / "source").rename(place.state / "source")


def _installed(
    place: Home, record: Installed, settings: Settings, say: Say, finished: Callable[[], None]
) -> tuple[Course, Report]:
    """Make kernels, fetch data, deliver notebooks of the files that are there; note the course."""
    course = read_course(place.files)
    environments = make_environments(course, place.folder / "venvs", settings, say)
    fetch_data(course, place.folder / "data", settings)
    register(course, environments, place.specs, place.folder / "data")
    unregister(course.name, place.specs, keep=frozenset(environments))
    for left in set((place.folder / "venvs").glob("*")) - set(environments.values()):
        shutil.rmtree(left, ignore_errors=True)
    report = deliver(course, place.delivered, place.notebooks_state, _asker(place))
    write_json(place.folder / RECORD, asdict(record))
    finished()
    return course, report


def fetch_data(course: Course, into: Path, settings: Settings) -> None:
    """Fetch a course's data, by hash; raises WorkshopError when some of it cannot be had."""
    datasets = course.datasets()
    if not datasets:
        return
    folders = tuple(folder for folder in (settings.stick, settings.cache) if folder)
    options = Options(folders=folders, offline=settings.offline, ca_bundle=settings.ca_bundle)
    for result in fetch_all(datasets, datasets, Store(into), options, Progress(steps)):
        if result.state == "unavailable":
            raise WorkshopError(f"the data set {result.name} is not available: {result.why}")


def _asker(place: Home) -> Any:
    return ask_jupyter([place.prefix / "run" / "jupyter"])


def _take_away(place: Home) -> None:
    unregister(place.name, place.specs)
    shutil.rmtree(place.folder, ignore_errors=True)
    shutil.rmtree(place.state / "source", ignore_errors=True)
