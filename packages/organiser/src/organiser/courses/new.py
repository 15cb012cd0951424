"""A folder of notebooks and a ``requirements.txt`` becomes a course."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lessonkit.catalogue import Lesson, find_lessons
from lessonkit.errors import LessonkitError
from workshop.core.errors import WorkshopError
from workshop.core.files import write_whole
from workshop.courses.course import (
    FILE,
    LONGEST_NAME,
    NAME,
    STARTS_KERNELS,
    Course,
    read_course,
    require_sound,
)

REQUIREMENTS = "requirements.txt"
NOT_STATED = "not stated"
Ask = Callable[[str, str], str]
"""Given a question and the answer that is likely, returns the answer."""
TEMPLATE = """\
name = {name}
title = {title}
licence = {licence}
notebooks = {notebooks}

[kernel.{kernel}]
display = {title}
requirements = "requirements.txt"
lock = {lock}
"""


@dataclass(frozen=True)
class New:
    """What was made."""

    course: Course
    changed: list[str]
    """The notebooks that name the course's kernel now."""


def make(folder: Path, ask: Ask) -> New:
    """Make a course of a folder; ``ask`` answers what the folder does not say.

    Raises WorkshopError when it is one already, or holds no notebooks of format 4.
    """
    if not folder.is_dir():
        raise WorkshopError(f"there is no folder {folder}; name the folder of your notebooks")
    if (folder / FILE).exists():
        raise WorkshopError(f"{folder} already has a {FILE}; 'workshop course check {folder}' checks it")
    below = "." if any(folder.glob("*.ipynb")) or not (folder / "notebooks").is_dir() else "notebooks"
    try:
        lessons = find_lessons(folder / below)
        # Before anything is written.
        read = {lesson.name: lesson.read() for lesson in lessons}
    except LessonkitError as error:
        raise WorkshopError(str(error).replace("lessons; use --notebooks DIR", "notebooks")) from error
    for place, notebook in read.items():
        if (language := _language(notebook)) not in ("python", "ipython"):
            raise WorkshopError(f"{place}.ipynb is written in {language}; a course's notebooks are in Python")
    likely = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-0123456789")[:LONGEST_NAME]
    name = ask("Name (small letters, digits, hyphens)", likely.rstrip("-") or "course")
    if not NAME.fullmatch(name):
        raise WorkshopError(f"a name may have lower-case letters, digits and hyphens, not {name!r}")
    title = ask("Title", folder.resolve().name.replace("-", " ").replace("_", " ").capitalize())
    licence = ask("Licence", NOT_STATED)
    values = {"name": name, "title": title, "licence": licence, "notebooks": below, "lock": f"{name}.txt"}
    text = TEMPLATE.format(
        kernel=name, **{key: json.dumps(value, ensure_ascii=False) for key, value in values.items()}
    )
    write_whole(folder / FILE, text)
    try:
        course = read_course(folder)
    except WorkshopError:
        (folder / FILE).unlink()
        raise
    _complete_requirements(folder / REQUIREMENTS)
    changed = [lesson.name for lesson in lessons if _names_kernel(lesson, read[lesson.name], name, title)]
    require_sound(course, locked=False)
    return New(course, changed)


def _language(notebook: dict[str, Any]) -> str:
    """Return the language that a notebook names, in small letters; Python where it names none."""
    metadata = notebook["metadata"]
    named = [metadata.get("kernelspec", {}).get("language"), metadata.get("language_info", {}).get("name")]
    return next((str(each).lower() for each in named if each), "python")


def _complete_requirements(file: Path) -> None:
    """Add what starts a kernel to the requirements, where it is missing."""
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if not re.search(rf"(?mi)^{STARTS_KERNELS}\b", text):
        write_whole(file, f"{text.rstrip()}\n{STARTS_KERNELS}\n".lstrip())


def _names_kernel(lesson: Lesson, notebook: dict[str, object], name: str, title: str) -> bool:
    """Let a notebook name the course's kernel; False when it does already."""
    metadata = notebook["metadata"]
    assert isinstance(metadata, dict)
    if metadata.get("kernelspec", {}).get("name") == name:
        return False
    metadata["kernelspec"] = {"display_name": title, "language": "python", "name": name}
    write_whole(lesson.path, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
    return True
