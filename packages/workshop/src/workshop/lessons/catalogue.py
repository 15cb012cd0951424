"""Which lessons there are, and which of them a word on the command line means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.lessons.model import Lesson
from workshop.settings import CHECKOUT, load_settings

SOLUTIONS = "solutions"


class UnknownLessonError(WorkshopError):
    """A word names no lesson, or several; the message says which ones are near."""


def notebooks_folder(named: Path | None = None) -> Path:
    """Return the folder that holds the lessons, absolute.

    In this order: the one that was named, the one of the checkout that the machine was set up
    from, the one of the checkout around the working directory, the one beside this package.
    """
    if named is not None:
        if not named.is_dir():
            raise WorkshopError(f"there is no folder {named}; name the lessons' folder with --notebooks")
        return named.resolve()
    for checkout in _checkouts():
        folder = checkout / "notebooks"
        if folder.is_dir():
            return folder.resolve()
    raise WorkshopError("there are no lessons here; go to the checkout or use --notebooks DIR")


def _checkouts() -> Iterable[Path]:
    """Yield the checkouts to look at, best first."""
    source = load_settings().source
    if source is not None:
        yield source
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "site.yml").is_file() and (folder / "packages/workshop").is_dir():
            yield folder
    yield CHECKOUT


def find_lessons(folder: Path) -> list[Lesson]:
    """Return every lesson below ``folder``, sorted by name; solutions and hidden folders hold none."""
    lessons = []
    for path in folder.rglob("*.ipynb"):
        parts = path.relative_to(folder).parts
        if parts[0] != SOLUTIONS and not any(part.startswith(".") for part in parts):
            lessons.append(Lesson("/".join(parts).removesuffix(".ipynb"), path))
    if not lessons:
        raise WorkshopError(f"{folder} holds no lessons; use --notebooks DIR")
    return sorted(lessons, key=_natural)


def choose(lessons: list[Lesson], words: Iterable[str]) -> list[Lesson]:
    """Return the lessons that the words mean, each once and in their order; no words mean all.

    Raises UnknownLessonError for a word that means nothing or is not unique.
    """
    wanted = {lesson.name for word in words for lesson in _named(lessons, word)}
    return [lesson for lesson in lessons if lesson.name in wanted] if wanted else lessons


def _named(lessons: list[Lesson], word: str) -> list[Lesson]:
    """Return the one lesson, or the lessons of the chapter, that the word means."""
    word = word.removesuffix(".ipynb").strip("/")
    exact = [lesson for lesson in lessons if lesson.name == word]
    chapter = [lesson for lesson in lessons if word in _folders(lesson.name)]
    short = [lesson for lesson in lessons if word in _short_names(lesson.name)]
    suffix = [lesson for lesson in lessons if lesson.name.endswith(f"-{word}")]
    for found in (exact, short, suffix):
        if len(found) > 1:
            names = ", ".join(lesson.name for lesson in found)
            raise UnknownLessonError(f"'{word}' may mean {names}; say which")
        if found:
            return found
    if chapter:
        return chapter
    raise UnknownLessonError(f"there is no lesson '{word}'; {_near(lessons, word)}")


def _near(lessons: list[Lesson], word: str) -> str:
    """Say which names are near the word."""
    spellings = {
        spelling: lesson.name for lesson in lessons for spelling in {lesson.name, *_short_names(lesson.name)}
    }
    close = difflib.get_close_matches(word, spellings, n=3, cutoff=0.5)
    names = dict.fromkeys(spellings[spelling] for spelling in close)
    return f"near it: {', '.join(names)}" if names else "see 'workshop lessons list'"


def _short_names(name: str) -> set[str]:
    """Return the other names of a lesson: without the folder, without the numbers."""
    bare = "/".join(_without_number(part) for part in name.split("/"))
    return {name.rpartition("/")[2], bare, bare.rpartition("/")[2]}


def _folders(name: str) -> set[str]:
    """Return the names of a lesson's chapter."""
    folder = name.rpartition("/")[0]
    return {folder, _without_number(folder)} - {""}


def _without_number(part: str) -> str:
    """Turn ``10-mlp`` into ``mlp``."""
    return re.sub(r"^\d+-", "", part)


def _natural(lesson: Lesson) -> list[tuple[int, str]]:
    """Sort ``9-tools`` before ``10-more``."""
    return [
        (int(number or 0), rest)
        for number, rest in (re.match(r"(\d*)(.*)", part).groups() for part in lesson.name.split("/"))  # type: ignore[union-attr]
    ]
