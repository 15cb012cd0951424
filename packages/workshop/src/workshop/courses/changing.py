"""A course is added, brought up to date, removed. Nothing of it runs meanwhile.

Notebooks are delivered by sync, whose rules keep every edit. The source is read by sync as well: signatures,
addresses, links, names and sizes are judged there. Killed at any moment, the next call begins again.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from workshop.core.errors import WorkshopError
from workshop.core.files import locked, write_whole
from workshop.core.output import Progress, messages
from workshop.core.settings import Settings
from workshop.courses.course import FILE, Course, packages_of, read_course, require_sound
from workshop.courses.home import RECORD, Home, Installed, courses_folder, home
from workshop.courses.kernels import make_environments, register, unregister
from workshop.datasets.fetch import Options, fetch_all
from workshop.datasets.store import Store
from workshop.sync.apply import Report, synchronise
from workshop.sync.files import write_json
from workshop.sync.git import UnreachableError
from workshop.sync.request import ask_jupyter
from workshop.sync.source import Source, is_address, origin, read_folder, read_repository
from workshop.sync.trust import Trust

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
        return is_address(self.source) or (
            Path(self.source).exists()
            and (self.signers is not None or not (Path(self.source) / FILE).is_file())
        )


def add(settings: Settings, start: From, agree: Agree, say: Say) -> tuple[Course, Report]:
    """Add a course; ``agree`` is asked before anything is installed or fetched.

    Raises WorkshopError when it is faulty, is there already, or cannot be had; then nothing of it stays.
    """
    if not is_address(start.source):
        start = replace(start, source=str(Path(start.source).resolve()))
    with _alone(settings) as prefix:
        for folder in (prefix / "state" / "courses", courses_folder(prefix)):
            folder.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(prefix=".new-", dir=prefix / "state" / "courses") as state,
            tempfile.TemporaryDirectory(prefix=".new-", dir=courses_folder(prefix)) as new,
            _source(start, Path(state) / "source") as found,
        ):
            course = _unpacked(found, Path(new) / "files")
            place = home(settings, course.name)
            _require_free(place)
            if not agree(summary(course, start, found.revision)):
                raise WorkshopError("nothing was added")
            found.finished()  # while its state lies where it was read
            _take_place(place, Path(state), Path(new))
            if start.signers is not None:
                write_whole(place.keys, start.signers.read_text(encoding="utf-8"))
            try:
                record = Installed(start.source, found.revision, start.branch, start.signers is not None)
                return _installed(place, record, settings, say, lambda: None)
            except BaseException:
                _take_away(place)
                raise


def update(settings: Settings, name: str, say: Say, source: str = "") -> tuple[str, Report | None]:
    """Bring a course's news, on the word of its own keys; return its revision and what became of notebooks.

    None: there is nothing new, or its source cannot be reached. Raises WorkshopError when it is refused.
    """
    with _alone(settings) as prefix:
        place = _known(settings, name)
        record = place.record()
        signers = place.keys if record.signed else None
        start = From(source or record.source, record.branch, signers)
        try:
            with (
                tempfile.TemporaryDirectory(prefix=".new-", dir=courses_folder(prefix)) as new,
                _source(start, place.state / "source") as found,
            ):
                for note in found.notes:
                    say(f"{name}: {note}")
                if found.revision == record.revision:
                    return record.revision, None
                course = _unpacked(found, Path(new) / "files")
                if course.name != name:
                    raise WorkshopError(f"{start.source} has the course {course.name} now, and not {name}")
                # A new lock's environments have names of their own: what fails here leaves the old course.
                make_environments(course, place.folder / "venvs", settings, say)
                place.files.rename(Path(new) / "before")
                course.folder.rename(place.files)
                record = replace(record, revision=found.revision)
                return found.revision, _installed(place, record, settings, say, found.finished)[1]
        except UnreachableError as error:
            say(f"{name}: nothing done, {error}")
            return record.revision, None


def remove(settings: Settings, name: str) -> Report:
    """Take a course away: kernels, files, data, and notebooks that nobody edited. Edited ones stay."""
    with _alone(settings):
        place = _known(settings, name)
        # To sync it is a revision without files: what was edited is kept, all else goes.
        report = synchronise(Source({}, {}, "removed"), place.delivered, place.state / "notebooks",
                             open_notebooks=_asker(place))  # fmt: skip
        _take_away(place)
        if not any(each.is_file() for each in place.delivered.rglob("*")):
            shutil.rmtree(place.delivered, ignore_errors=True)
        return report


def summary(course: Course, start: From, revision: str) -> list[str]:
    """Return in lines what adding a course installs and fetches."""
    who = "signed by its publisher's keys" if start.signers else "signed by nobody that this machine checks"
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
            yield prefix
    except BlockingIOError as error:
        raise WorkshopError("another command changes courses right now; try again when it is done") from error


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
        found = read_repository(origin(start.source), ".", start.branch or None, state, trust, keep=True)
    elif not Path(start.source).is_dir():
        raise WorkshopError(f"there is no folder {start.source}; name a course's folder or its git address")
    else:
        read_course(Path(start.source))  # its faults, before those of files
        found = read_folder(Path(start.source), ".")
    try:
        yield found
    finally:
        found.close()


def _unpacked(found: Source, into: Path) -> Course:
    """Write a revision's files into a new folder, and judge the course."""
    for path, why in found.skipped.items():
        raise WorkshopError(f"{path} of the course cannot be taken: {why}")
    for path, version in found.files.items():
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(version.data)
    course = read_course(into)
    require_sound(course)
    return course


def _require_free(place: Home) -> None:
    """Raise WorkshopError when a course's name, or that of its folder, is taken."""
    if place.is_installed:
        raise WorkshopError(
            f"there is a course {place.name} already, from {place.record().source}; "
            f"'workshop update courses {place.name}' brings its news, "
            f"'workshop course remove {place.name}' removes it"
        )
    if place.delivered.exists() and not (place.state / "notebooks").is_dir():
        raise WorkshopError(
            f"{place.delivered} is there and was not made by a course; move it away, and add the course again"
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
    report = synchronise(
        lambda: read_folder(place.files, course.notebooks),
        place.delivered, place.state / "notebooks", open_notebooks=_asker(place),
    )  # fmt: skip
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
    for result in fetch_all(datasets, datasets, Store(into), options, Progress(messages)):
        if result.state == "unavailable":
            raise WorkshopError(f"the data set {result.name} cannot be had: {result.why}")


def _asker(place: Home) -> Any:
    return ask_jupyter([place.prefix / "run" / "jupyter"])


def _take_away(place: Home) -> None:
    unregister(place.name, place.specs)
    shutil.rmtree(place.folder, ignore_errors=True)
    shutil.rmtree(place.state / "source", ignore_errors=True)
