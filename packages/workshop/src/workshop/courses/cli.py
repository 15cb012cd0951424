"""``workshop course``: add, list and remove courses of others; and ``workshop update courses``.

The package organiser adds what authors need: ``new``, ``lock``, ``check``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from workshop.core.account import hand_over, who_can_change
from workshop.core.command import COURSE_GROUP, Table, find_added, lazy_group
from workshop.core.errors import WorkshopError
from workshop.core.output import console, messages, print_json
from workshop.core.settings import load_settings
from workshop.courses import changing
from workshop.courses.home import find_courses, lessons_shown
from workshop.sync.request import summary

WORDS: Table = {
    "add": ("workshop.courses.cli:add_app", "Add a course: its kernels, its data, its notebooks."),
    "list": ("workshop.courses.cli:list_app", "List the courses that were added, and their lessons."),
    "remove": ("workshop.courses.cli:remove_app", "Remove a course; edited notebooks stay."),
}
AUTHORS = {
    "new": "Make a course of a folder of notebooks.",
    "lock": "Lock the packages of its kernels.",
    "check": "Prove that it can be added, and that its notebooks run.",
}
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Name = Annotated[str, typer.Argument(help="The course's name, as 'workshop course list' shows it.")]


def words() -> Table:
    """Return the words of ``workshop course``, with those that another package adds."""
    added = find_added(COURSE_GROUP)
    return WORDS | {word: (added[word], text) for word, text in AUTHORS.items() if word in added}


app = typer.Typer(cls=lazy_group(words), no_args_is_help=True)
add_app, list_app, remove_app, update_app = typer.Typer(), typer.Typer(), typer.Typer(), typer.Typer()


@app.callback()
def course() -> None:
    """Courses of others, next to the workshop's own lessons."""


@add_app.command(epilog="Example: workshop course add https://example.org/statistics.git")
def add(
    source: Annotated[str, typer.Argument(metavar="URL|FOLDER", help="A git address, or a course's folder.")],
    branch: Annotated[str, typer.Option(help="The branch to follow; else the source's own.")] = "",
    signers: Annotated[
        Path | None,
        typer.Option(
            "--allowed-signers",
            metavar="FILE",
            help="The publisher's keys; then no revision of this course is taken that they did not sign.",
        ),
    ] = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Show what a course installs and fetches, ask, and add it. Nothing of it runs meanwhile."""
    _as_the_participant()

    def agree(lines: list[str]) -> bool:
        messages.print("\n".join(lines))
        if yes:
            return True
        if json or not sys.stdin.isatty():
            raise WorkshopError("nobody can be asked here; add --yes when this is what you want")
        return typer.confirm("Add this course?", err=True)

    settings = load_settings()
    start = changing.From(source, branch, signers)
    found, report = changing.add(settings, start, agree, messages.print)
    if json:
        print_json({"name": found.name, **report.as_document(), "changed": True})
        return
    console.print("\n".join(summary(report, settings.notebooks / found.name, False, False)))
    console.print(f"{found.title} is in {settings.notebooks / found.name}; open it in Jupyter.")


@list_app.command("list", epilog="Example: workshop course list")
def list_(json: Json = False) -> None:
    """List the courses that were added: title, revision, source, lessons."""
    here = find_courses(load_settings())
    rows: list[dict[str, Any]] = []
    for each, record in here.courses:
        lessons, faults = lessons_shown(each)
        here.faults += faults
        rows.append(
            {
                "name": each.name,
                "title": each.title,
                "licence": each.licence,
                "source": record.source,
                "revision": record.revision,
                "signed": record.signed,
                "lessons": lessons,
            }
        )
    for fault in here.faults:
        messages.print(fault)
    if json:
        print_json({"courses": rows})
        return
    for row in rows:
        console.print(f"{row['name']}: {row['title']}, revision {row['revision']} from {row['source']}")
        for lesson in row["lessons"]:
            console.print(f"  {lesson['path'].removesuffix('.ipynb'):<30} {lesson['title']}")
    if not rows:
        console.print("No course was added; 'workshop course add URL|FOLDER' adds one.")


@remove_app.command(epilog="Example: workshop course remove statistics")
def remove(name: Name, json: Json = False) -> None:
    """Remove a course's kernels, data, files and untouched notebooks. Notebooks that you edited stay."""
    _as_the_participant()
    settings = load_settings()
    report = changing.remove(settings, name)
    kept = [each.path for each in report.files if (settings.notebooks / name / each.path).exists()]
    if json:
        print_json({"name": name, "changed": True, "kept": kept})
        return
    console.print(f"{name} is removed.")
    if kept:
        console.print(f"These stay in {settings.notebooks / name}, for you changed them: {', '.join(kept)}")


@update_app.command(epilog="Example: workshop update courses statistics")
def update(
    names: Annotated[list[str] | None, typer.Argument(help="Courses; all when none is named.")] = None,
    source: Annotated[
        str,
        typer.Option(
            "--from", metavar="SOURCE", help="A bundle or a folder, say on a stick; for one course."
        ),
    ] = "",
    json: Json = False,
) -> None:
    """Bring the newest revision of each course, on the word of its own keys; keep every edit."""
    _as_the_participant()
    settings = load_settings()
    names = names or [each.name for each, _ in find_courses(settings).courses]
    if source and len(names) != 1:
        raise typer.BadParameter("--from is about one course; name it")
    rows = []
    for name in names:
        revision, report = changing.update(settings, name, messages.print, source)
        rows.append({"name": name, "revision": revision, "changed": report is not None})
        if not json and report is None:
            console.print(f"{name}: nothing new, revision {revision}")
        elif not json and report is not None:
            console.print("\n".join(summary(report, settings.notebooks / name, False, False)))
    if json:
        print_json({"changed": any(row["changed"] for row in rows), "courses": rows})


def _as_the_participant() -> None:
    """Have the participant's account do it, where root was asked: root takes nothing of a course."""
    prefix = load_settings().prefix
    if os.geteuid() == 0 and prefix is not None and (account := who_can_change(prefix / "state")):
        sys.exit(hand_over(account, sys.argv[1:]))
