"""The one reader of ``course.toml``, which says what a course is.

::

    name = "statistics"                   # small letters, digits and hyphens
    title = "Statistics with numpy"
    licence = "CC-BY-4.0"
    notebooks = "notebooks"               # the folder that participants get; "." for all of the course's
    catalogue = "data.yml"                # optional: data sets, in the format of the workshop's own catalogue
    pages = "pages"                       # optional: a folder with index.html, that the start page leads to

    [kernel.statistics]                   # the name that the notebooks' metadata have
    display = "Statistics"                # what Jupyter shows
    requirements = "requirements.txt"     # what its author wants,
    lock = "statistics.txt"               # and what `workshop course lock` makes of it: versions with hashes

    [[plan]]                              # optional, as many as there are
    name = "morning"
    title = "A morning"
    minutes = 60
    item = [{lesson = "10-mean", minutes = 50}, {title = "A break", minutes = 10}]

A kernel is named like its course, or begins with the course's name and a hyphen, so that no two courses meet.
One without ``lock`` and ``requirements`` is a kernel that the workshop has itself, such as ``pytorch``. Paths
are relative to the course's folder and stay within it. A lesson is a notebook's path in the folder of
notebooks, without ``.ipynb``. The items of a plan add up to its minutes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lessonkit.catalogue import SOLUTIONS, Lesson, find_lessons
from lessonkit.errors import LessonkitError
from workshop.core.errors import WorkshopError
from workshop.core.kernels import NAMES
from workshop.datasets.catalogue import Dataset, load_catalogue
from workshop.sync.files import shown, unsafe

FILE = "course.toml"
MOST_BYTES = 100_000
LONGEST_TEXT = 200
MOST_MINUTES = 100_000
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST_NAME = 40
RESERVED = frozenset({"jupyter", SOLUTIONS, *NAMES})
"""What no course may be called: the folder of the kernels, that of solutions, the workshop's own kernels."""
PACKAGE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==[^\s;@]+(?:\s*;[^@]+)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
STARTS_KERNELS = "ipykernel"
"""The package without which Jupyter cannot start a kernel."""
KEYS = {"name", "title", "licence", "notebooks", "catalogue", "pages", "kernel", "plan"}


@dataclass(frozen=True)
class Kernel:
    """One kernel of a course."""

    name: str
    display: str
    lock: str = ""
    requirements: str = ""

    @property
    def is_own(self) -> bool:
        """Whether it is made for the course; else the workshop has it."""
        return bool(self.lock or self.requirements)


@dataclass(frozen=True)
class Item:
    """One line of a plan: a lesson, or a break that has a title."""

    minutes: int
    lesson: str = ""
    title: str = ""


@dataclass(frozen=True)
class Plan:
    """Lessons and breaks in their order."""

    name: str
    title: str
    minutes: int
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Course:
    """What a course's file says."""

    folder: Path
    name: str
    title: str
    licence: str
    notebooks: str
    kernels: tuple[Kernel, ...]
    plans: tuple[Plan, ...] = ()
    catalogue: str = ""
    pages: str = ""

    @property
    def notebooks_folder(self) -> Path:
        """The folder that participants get."""
        return self.folder / self.notebooks

    def lessons(self) -> list[Lesson]:
        """Return its lessons; raises WorkshopError when it has none."""
        try:
            return find_lessons(self.notebooks_folder)
        except LessonkitError as error:
            raise WorkshopError(f"the course {self.name} has no notebooks in {self.notebooks}") from error

    def datasets(self) -> list[Dataset]:
        """Return its data sets; raises WorkshopError when its catalogue is faulty."""
        return list(load_catalogue(self.folder / self.catalogue).values()) if self.catalogue else []


def read_course(folder: Path) -> Course:
    """Read a course's file; whether notebooks and locks are as they should be, ``require_sound`` says.

    Raises WorkshopError, with one sentence, for the first fault.
    """
    file = folder / FILE
    try:
        size = file.stat().st_size
        text = file.read_text(encoding="utf-8") if size <= MOST_BYTES else ""
    except FileNotFoundError as error:
        raise WorkshopError(
            f"{folder} has no {FILE}; 'workshop course new {folder}' makes a course from a folder"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise WorkshopError(f"{file} cannot be read ({error})") from error
    if size > MOST_BYTES:
        raise WorkshopError(f"{file} is larger than {MOST_BYTES // 1000} kB; a course's file is short")
    try:
        return _course(folder, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise WorkshopError(f"{file} is not TOML: {error}") from error
    except ValueError as error:
        raise WorkshopError(shown(f"{file}: {error}")) from error


def _course(folder: Path, table: dict[str, Any]) -> Course:
    _only(table, KEYS, {"name", "title", "licence", "notebooks", "kernel"}, "it")
    name = _name(table["name"], "name")
    if name in RESERVED:
        raise ValueError(f"the name {name} is reserved; choose another")
    kernels = _table(table["kernel"], "kernel")
    if not kernels:
        raise ValueError("it has no kernel; add [kernel.NAME]")
    course = Course(
        folder,
        name,
        _text(table["title"], "title"),
        _text(table["licence"], "licence"),
        _folder(folder, table["notebooks"]),
        tuple(_kernel(folder, name, each, kernels[each]) for each in kernels),
        tuple(_plan(each) for each in _list(table.get("plan", []), "plan")),
        _file(folder, table["catalogue"], "catalogue") if "catalogue" in table else "",
        _file(folder, table["pages"], "pages") if "pages" in table else "",
    )
    if twice := _twice(plan.name for plan in course.plans):
        raise ValueError(f"two plans are called {twice}")
    return course


def _kernel(folder: Path, course: str, name: str, value: Any) -> Kernel:
    where = f"kernel.{name}"
    table = _table(value, where)
    _only(table, {"display", "lock", "requirements"}, {"display"}, where)
    paths = {
        key: _file(folder, table[key], f"{where}.{key}") for key in ("lock", "requirements") if key in table
    }
    kernel = Kernel(_name(name, where), _text(table["display"], f"{where}.display"), **paths)
    if kernel.is_own and name != course and not name.startswith(f"{course}-"):
        raise ValueError(f"the kernel {name} must be called {course} or {course}-…, as the course is")
    if kernel.is_own and not kernel.lock:
        raise ValueError(f"{where} has requirements but no lock; name the file that 'course lock' writes")
    return kernel


def _plan(value: Any) -> Plan:
    table = _table(value, "plan")
    _only(table, {"name", "title", "minutes", "item"}, {"name", "title", "minutes", "item"}, "a plan")
    name = _name(table["name"], "plan.name")
    items = tuple(_item(f"the plan {name}", each) for each in _list(table["item"], f"plan {name}: item"))
    plan = Plan(name, _text(table["title"], f"plan {name}: title"), _minutes(table["minutes"], name), items)
    total = sum(item.minutes for item in items)
    if total != plan.minutes:
        raise ValueError(f"the plan {name} has {plan.minutes} minutes, its items {total}")
    return plan


def _item(where: str, value: Any) -> Item:
    table = _table(value, where)
    _only(table, {"minutes", "lesson", "title"}, {"minutes"}, f"an item of {where}")
    if ("lesson" in table) == ("title" in table):
        raise ValueError(f"an item of {where} needs a lesson or, for a break, a title")
    texts = {key: _text(table[key], f"{where}: {key}") for key in ("lesson", "title") if key in table}
    return Item(_minutes(table["minutes"], where), **texts)


def require_sound(course: Course, *, locked: bool = True) -> None:
    """Raise WorkshopError for the first fault of what a course's file names.

    locked: the locks are there, complete and with hashes.
    """
    names = {lesson.name for lesson in course.lessons()}
    kernels = [kernel.name for kernel in course.kernels]
    for lesson in course.lessons():
        try:
            metadata = lesson.read()["metadata"]
        except LessonkitError as error:
            raise WorkshopError(str(error)) from error
        wanted = metadata.get("kernelspec", {}).get("name", "")
        if wanted not in kernels:
            raise WorkshopError(
                f"{course.notebooks}/{lesson.name}.ipynb names the kernel {shown(repr(wanted))}; "
                f"the course has {', '.join(kernels)}"
            )
    for plan in course.plans:
        for item in plan.items:
            if item.lesson and item.lesson not in names:
                raise WorkshopError(f"the plan {plan.name} names the lesson {item.lesson}, which is missing")
    course.datasets()
    if course.pages and not (course.folder / course.pages / "index.html").is_file():
        raise WorkshopError(f"the pages of the course have no {course.pages}/index.html")
    for kernel in course.kernels if locked else ():
        if kernel.is_own:
            packages_of(course, kernel)


def packages_of(course: Course, kernel: Kernel) -> list[str]:
    """Return the packages that a kernel's lock names.

    Raises WorkshopError when there is no lock, or it holds anything but versions with hashes: an address or
    an option would lead to files that nobody listed.
    """
    file = course.folder / kernel.lock
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WorkshopError(
            f"the kernel {kernel.name} has no lock {kernel.lock}; run 'workshop course lock {course.folder}'"
        ) from error
    found = []
    lines = (line.strip() for line in text.replace("\\\n", " ").splitlines())
    for line in (line.partition(" #")[0].strip() for line in lines if line and not line.startswith("#")):
        requirement, *hashes = re.split(r"\s+(?=--)", line)
        package = PACKAGE.fullmatch(requirement)
        if package is None or not hashes or not all(HASH.fullmatch(each.strip()) for each in hashes):
            raise WorkshopError(
                f"{kernel.lock}: {shown(requirement[:60])!r} is not a version with hashes; run 'workshop "
                f"course lock {course.folder}'"
            )
        found.append(package[1].lower().replace("_", "-"))
    if STARTS_KERNELS not in found:
        raise WorkshopError(
            f"{kernel.lock} has no {STARTS_KERNELS}, which every kernel needs; add it to the requirements "
            f"and run 'workshop course lock {course.folder}'"
        )
    return list(dict.fromkeys(found))


def _only(table: dict[str, Any], known: set[str], required: set[str], where: str) -> None:
    for key in sorted(set(table) - known):
        raise ValueError(f"{where} has the unknown key {key!r}; known are {', '.join(sorted(known))}")
    for key in sorted(required - set(table)):
        raise ValueError(f"{where} lacks {key}")


def _table(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where} must be a table")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{where} must be a list")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip() or "\n" in value or shown(value) != value:
        raise ValueError(f"{where} must be one line of text")
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"{where} is longer than {LONGEST_TEXT} characters")
    return value


def _name(value: Any, where: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_NAME or not NAME.fullmatch(value):
        raise ValueError(
            f"{where} must be small letters, digits and hyphens, at most {LONGEST_NAME}, and not {value!r}"
        )
    return value


def _minutes(value: Any, where: str) -> int:
    if type(value) is not int or not 0 < value <= MOST_MINUTES:
        raise ValueError(f"{where}: minutes must be a whole number above 0")
    return value


def _twice(names: Iterable[str]) -> str:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""


def _file(folder: Path, value: Any, where: str) -> str:
    """Return a path within the course's folder; what lies there, its user looks at."""
    path = _text(value, where)
    if unsafe(path) or any(part.startswith(".") for part in path.split("/")):
        raise ValueError(f"{where} must be a path within the course's folder, not {path!r}")
    if not (folder / path).resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"{where}: {path} is a link that leads out of the course's folder")
    return path


def _folder(folder: Path, value: Any) -> str:
    path = "." if value == "." else _file(folder, value, "notebooks")
    if not (folder / path).is_dir():
        raise ValueError(f"no folder {path}")
    return path
