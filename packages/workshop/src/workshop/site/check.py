"""Does the schedule fit? What it names must exist; talk, demos and lessons of a part must fit its minutes.

Of a lesson its ten-minute path counts, or where the schedule says ``whole`` the minutes with all exercises.
A tool, which has neither, is run once.
"""

from __future__ import annotations

import contextlib
import re
import tomllib
from pathlib import Path

from lessonkit.catalogue import about, find_lessons
from lessonkit.errors import LessonkitError
from lessonkit.shortpath import path_minutes
from workshop.core.errors import WorkshopError
from workshop.site.build import read_manifest
from workshop.site.decks import deck
from workshop.site.presentation import Item, Presentation, read_presentation
from workshop.site.votes.questions import questions_of

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(((?:demo|lesson):[^)]+)\)")
SHOWN = re.compile(r"!\[[^\]]*\]\((demo|picture):([^)#]+)#?([^)]*)\)")
"""A demo in its state, or a picture, that a slide shows."""
MEASURED = "presentation/measured.toml"
"""How long each lesson runs in its full profile; a file of ``[lessons]`` with seconds by name."""


def faults_of(source: Path) -> list[str]:
    """Return one line for each fault of a checkout's presentation.

    Raises WorkshopError when it cannot be read at all.
    """
    presentation = read_presentation(source)
    demos = {str(demo["name"]): float(demo["minutes"]) for demo in read_manifest(source)}
    lessons = {lesson.name for lesson in find_lessons(source / "notebooks")}
    known = {f"demo:{name}" for name in demos} | {f"lesson:{name}" for name in lessons}
    seconds = measured_seconds(source)
    minutes = {name: each / 60 for name, each in seconds.items()}
    short, whole = minutes_of_lessons(source)
    faults = [f"{name} was measured, but there is no such lesson" for name in sorted(set(seconds) - lessons)]
    for workshop in presentation.workshops.values():
        deck(presentation, workshop)
        try:
            questions_of(presentation, workshop)
        except WorkshopError as error:
            faults.append(f"{workshop.name}: {error}")
        for item in workshop.items:
            where = f"{workshop.name}, {item.section or item.title}"
            linked = links_of(presentation, item)
            faults += [
                f"{where}: a slide links to {link}, which is not there" for link in sorted(linked - known)
            ]
            faults += [f"{where}: {fault}" for fault in faults_of_pictures(source, presentation, item)]
            faults += [f"{where}: there is no demo {name}" for name in item.demos if name not in demos]
            faults += [f"{where}: there is no lesson {name}" for name in item.lessons if name not in lessons]
            wanted = minutes | (whole if item.whole else short)
            unmeasured = [name for name in item.lessons if name not in seconds]
            faults += [f"{where}: lesson {name} was not measured (see {MEASURED})" for name in unmeasured]
            faults += [f"{where}: {fault}" for fault in faults_of_time(presentation, item, demos, wanted)]
    return faults


def faults_of_pictures(source: Path, presentation: Presentation, item: Item) -> list[str]:
    """Return what a slide of an item shows and is not there: a picture, a demo's state, or its still."""
    slides = presentation.sections[item.section].slides if item.section else ()
    faults = []
    for kind, name, state in (found for slide in slides for found in SHOWN.findall(slide.text)):
        wanted = [name] if kind == "picture" else [f"{name}-{state}", f"{name}-{state}-dark"]
        scripts = (source / "js-demos" / name).glob("*.js")
        mark = f'name: "{state}"'
        if kind == "demo" and not any(mark in path.read_text(encoding="utf-8") for path in scripts):
            faults.append(f"the demo {name} has no state {state}")
        faults += [
            f"there is no picture {each}.webp in presentation/pictures"
            for each in wanted
            if not (source / "presentation" / "pictures" / f"{each}.webp").is_file()
        ]
    return faults


def links_of(presentation: Presentation, item: Item) -> set[str]:
    """Return the demos and lessons to which the slides of an item link, as they are written there."""
    slides = presentation.sections[item.section].slides if item.section else ()
    return {link for slide in slides for link in LINK.findall(slide.text)}


def measured_seconds(source: Path) -> dict[str, float]:
    """Return how many seconds each lesson took, by its name."""
    document = tomllib.loads((source / MEASURED).read_text(encoding="utf-8"))
    return {name: float(seconds) for name, seconds in document["lessons"].items()}


def minutes_of_lessons(source: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Return how many minutes each lesson's ten-minute path takes, and all its exercises."""
    short, whole = {}, {}
    for lesson in find_lessons(source / "notebooks"):
        with contextlib.suppress(LessonkitError):  # the lessons' own checks tell of one that cannot be read
            notebook = lesson.read()
            settings = about(lesson.name, notebook)
            if settings.short_work is not None:
                short[lesson.name] = path_minutes(notebook, settings.short_work)
            if settings.minutes is not None:
                whole[lesson.name] = settings.minutes
    return short, whole


def faults_of_time(
    presentation: Presentation, item: Item, demos: dict[str, float], lessons: dict[str, float]
) -> list[str]:
    """Return what does not fit into the minutes of an item: its talk, its demos and its lessons.

    ``demos`` and ``lessons`` have the minutes of each.
    """
    if item.section is None:
        return []
    talk = presentation.sections[item.section].talk
    play = sum(demos.get(name, 0) for name in item.demos)
    trying = sum(lessons.get(name, 0) for name in item.lessons)
    if talk + play + trying <= item.minutes:
        return []
    parts = [f"{talk:g} min of talk", f"{play:g} min of demos", f"{trying:.1f} min of lessons"]
    return [f"{parts[0]}, {parts[1]} and {parts[2]} do not fit into {item.minutes} min"]
