"""Where a machine keeps courses of others, and which there are.

===================================== ======================================================
below the prefix
===================================== ======================================================
``courses/NAME/files/``               the course as its source has it
``courses/NAME/venvs/``               its kernels' environments
``courses/NAME/data/``                its data sets
``courses/NAME/installed.json``       from where it came; written last
``courses/jupyter/kernels/``          the kernelspecs of all courses
``state/courses/NAME/``               what sync remembers: of the source, and of the notebooks
===================================== ======================================================
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lessonkit.catalogue import about
from lessonkit.errors import LessonkitError
from workshop.core.errors import WorkshopError
from workshop.core.schedule import chosen_plan, length
from workshop.core.settings import Settings
from workshop.courses.course import Course, read_course
from workshop.sync.files import from_json, read_json

RECORD = "installed.json"
TITLE = "Deep Learning Workshop"
PAGES = "courses/"
"""The folder of the site that has the pages of each course, in a folder of its name."""


@dataclass(frozen=True)
class Installed:
    """From where a course came, and on whose word."""

    source: str
    """A git address, or a folder."""
    revision: str
    branch: str = ""
    signed: bool = False
    """Whether each revision must bear a signature of the course's own keys."""


@dataclass(frozen=True)
class Home:
    """Where one course lies on this machine."""

    prefix: Path
    notebooks: Path
    """The participant's folder."""
    name: str

    @property
    def folder(self) -> Path:
        """All of the course but what sync remembers."""
        return courses_folder(self.prefix) / self.name

    @property
    def files(self) -> Path:
        """The course as its source has it."""
        return self.folder / "files"

    @property
    def state(self) -> Path:
        """What sync remembers."""
        return self.prefix / "state" / "courses" / self.name

    @property
    def notebooks_state(self) -> Path:
        """What sync remembers of the notebooks."""
        return self.state / "notebooks"

    @property
    def specs(self) -> Path:
        """Where all courses' kernels are registered."""
        return courses_folder(self.prefix) / "jupyter" / "kernels"

    @property
    def delivered(self) -> Path:
        """The folder of the participant's that gets the notebooks."""
        return self.notebooks / self.name

    @property
    def keys(self) -> Path:
        """The keys of whoever publishes this course."""
        return self.folder / "allowed-signers"

    @property
    def is_installed(self) -> bool:
        """Whether the course is there; one whose adding was killed is not."""
        return (self.folder / RECORD).is_file()

    def record(self) -> Installed:
        """Return from where it came; raises WorkshopError when that cannot be read."""
        try:
            found: Installed = from_json(Installed, read_json(self.folder / RECORD))
            return found
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise WorkshopError(
                f"{self.folder / RECORD} cannot be read; remove the course {self.name} and add it again"
            ) from error


@dataclass
class Here:
    """The courses of this machine, and what is wrong with others."""

    courses: list[tuple[Course, Installed]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def courses_folder(prefix: Path) -> Path:
    """Return where courses lie."""
    return prefix / "courses"


def home(settings: Settings, name: str) -> Home:
    """Return where a course lies, or would; raises WorkshopError on a machine that was not set up."""
    if settings.prefix is None:
        raise WorkshopError("this machine was not set up; run set-up first, then add courses")
    return Home(settings.prefix, settings.notebooks, name)


def find_courses(settings: Settings) -> Here:
    """Return the courses that were added to this machine."""
    here = Here()
    if settings.prefix is None:
        return here
    for file in sorted(courses_folder(settings.prefix).glob(f"*/{RECORD}")):
        one = home(settings, file.parent.name)
        try:
            here.courses.append((read_course(one.files), one.record()))
        except (WorkshopError, OSError) as error:
            here.faults.append(f"the course {one.name}: {error}")
    return here


def taught(settings: Settings) -> str:
    """Return the title of what is taught here: of the chosen plan, with its length, else the workshop's.

    Without the workshop's lessons: those of the courses.
    """
    if plan := chosen_plan(settings):
        return f"{plan.title} · {length(plan.minutes)}"
    titles = [course.title for course, _ in find_courses(settings).courses]
    return TITLE if settings.lessons or not titles else ", ".join(titles)


def lessons_shown(course: Course, prefix: str = "") -> tuple[list[dict[str, Any]], list[str]]:
    """Return what pages and lists show of a course's lessons, and the faults of those that are left out."""
    shown, faults = [], []
    for lesson in course.lessons():
        try:
            known = about(lesson.name, lesson.read())
        except LessonkitError as error:
            faults.append(str(error))
            continue
        shown.append(
            {
                "path": f"{prefix}{lesson.name}.ipynb",
                "title": known.title,
                "kernel": known.kernel,
                "kind": str(known.kind),
                "minutes": known.minutes,
            }
        )
    return shown, faults


def pages_of(settings: Settings, name: str) -> Path | None:
    """Return the folder of a course's pages; None where there is no such course, or it has none."""
    place = home(settings, name)
    if not place.is_installed:
        return None
    course = read_course(place.files)
    return course.folder / course.pages if course.pages else None


def courses_shown(settings: Settings) -> list[dict[str, Any]]:
    """Return what the start page shows of the courses that were added; what is faulty is left out."""
    shown = []
    for course, _ in find_courses(settings).courses:
        with contextlib.suppress(WorkshopError, OSError):
            lessons, _ = lessons_shown(course, f"{course.name}/")
            titles = {each["path"]: each["title"] for each in lessons}
            plans = [
                {
                    "title": plan.title,
                    "minutes": plan.minutes,
                    "items": [
                        {
                            "minutes": item.minutes,
                            "title": item.title
                            or titles.get(f"{course.name}/{item.lesson}.ipynb", item.lesson),
                        }
                        for item in plan.items
                    ],
                }
                for plan in course.plans
            ]
            shown.append(
                {
                    "name": course.name,
                    "title": course.title,
                    "lessons": lessons,
                    "plans": plans,
                    "pages": f"{PAGES}{course.name}/index.html" if course.pages else None,
                }
            )
    return shown
