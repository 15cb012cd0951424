"""The notebooks of courses, delivered by sync into a participant's folder; its rules keep every edit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.courses.course import FILE, Course
from workshop.courses.home import find_courses
from workshop.sync.apply import Open, Report, no_open_notebooks, synchronise
from workshop.sync.source import Source, read_folder


def deliver(course: Course, into: Path, state: Path, open_notebooks: Open = no_open_notebooks) -> Report:
    """Bring a course's notebooks as they are on this machine; ``state`` is what sync remembers."""
    return synchronise(lambda: _notebooks(course), into, state, open_notebooks=open_notebooks)


def _notebooks(course: Course) -> Source:
    """Read what participants get: of a whole course all but its file and what that names."""
    found = read_folder(course.folder, course.notebooks)
    if course.notebooks != ".":
        return found
    own = {FILE, course.catalogue, course.pages}
    own |= {name for kernel in course.kernels for name in (kernel.lock, kernel.requirements)}
    left = {
        path: each
        for path, each in found.files.items()
        if not own.intersection([path, *map(str, Path(path).parents)])
    }
    return replace(found, files=left)


def deliver_all(settings: Settings, into: Path, state: Path) -> list[str]:
    """Bring the notebooks of every course of this machine to a seat of it; return what went wrong.

    into, state: the seat's own folders, which have a folder for each course.
    """
    faults = []
    for course, _ in find_courses(settings).courses:
        try:
            deliver(course, into / course.name, state / course.name / "notebooks")
        except (WorkshopError, OSError) as error:
            faults.append(f"the course {course.name} brings no news here: {error}")
    return faults
