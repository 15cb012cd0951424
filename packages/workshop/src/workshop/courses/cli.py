"""``workshop course``: add, list and remove courses of others; and ``workshop update courses``.

The package organiser adds what authors need: ``new``, ``lock``, ``check``.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from workshop.core.account import hand_over, who_can_change
from workshop.core.command import COURSE_GROUP, Table, find_added, lazy_group
from workshop.core.errors import WorkshopError
from workshop.core.options import Quiet
from workshop.core.output import console, messages, print_json, steps
from workshop.core.settings import Settings, load_settings
from workshop.courses import changing
from workshop.courses.home import find_courses, home, lessons_shown
from workshop.sync.apply import Report
from workshop.sync.request import summary

WORDS: Table = {
    "add": ("workshop.courses.cli:add_app", "Add a course: kernels, data, notebooks."),
    "list": ("workshop.courses.cli:list_app", "List the added courses and their lessons."),
    "remove": ("workshop.courses.cli:remove_app", "Remove a course; edited notebooks stay."),
}
AUTHORS = {
    "new": "Make a course from a folder of notebooks.",
    "lock": "Lock the packages of a course's kernels.",
    "check": "Check that a course can be added and that its notebooks run.",
}
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Name = Annotated[str, typer.Argument(help="The course's name, as 'workshop course list' shows it.")]


def words() -> Table:
    """Return the words of ``workshop course``, with those that another package adds."""
    added = find_added(COURSE_GROUP)
    missing = "workshop.courses.cli:authors_app"
    return WORDS | {word: (added.get(word, missing), text) for word, text in AUTHORS.items()}


app = typer.Typer(cls=lazy_group(words), no_args_is_help=True)
add_app, list_app, remove_app, update_app = typer.Typer(), typer.Typer(), typer.Typer(), typer.Typer()
authors_app = typer.Typer()


@app.callback()
def course() -> None:
    """Add, list and remove other courses; for authors: new, lock, check."""


@authors_app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def authors(context: typer.Context) -> None:
    """Say where this command is; it is not in this environment."""
    word = f"course {context.info_name}"
    raise WorkshopError(
        f"'workshop {word}' is in the package organiser, which this environment lacks; run "
        f"'tools/workshop {word}' in a checkout, or './local/setup.bash -e python_venv_organiser=true'"
    )


@add_app.command(epilog="Example: workshop course add https://example.org/statistics.git")
def add(
    source: Annotated[str, typer.Argument(metavar="URL|FOLDER", help="A git address or a course's folder.")],
    branch: Annotated[str, typer.Option(help="The branch to follow; default: the repository's own.")] = "",
    signers: Annotated[
        Path | None,
        typer.Option(
            "--allowed-signers",
            metavar="FILE",
            help="The publisher's keys, - for stdin; revisions without their signature are refused.",
        ),
    ] = None,
    yes: Yes = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Show what a course installs and downloads, ask, and add it. Its code does not run.

    A course that came from the same place before gets its news, as by 'workshop update courses', and the keys
    that are named from now on.
    """
    _as_the_participant()
    settings = load_settings()
    with _keys_file(signers) as keys:
        if there := changing.added_from(settings, source):
            if keys is not None:
                changing.pin(settings, there.name, keys)
            _bring_news(settings, [there.name], "", json)
        else:
            _add(settings, changing.From(source, branch, keys), yes, json)


@contextlib.contextmanager
def _keys_file(named: Path | None) -> Iterator[Path | None]:
    """Yield the file of keys; those of stdin are in one meanwhile."""
    if named != Path("-"):
        yield named
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write(sys.stdin.read())
        file.flush()
        yield Path(file.name)


def _add(settings: Settings, start: changing.From, yes: bool, json: bool) -> None:

    def agree(lines: list[str]) -> bool:
        messages.print("\n".join(lines))
        if yes:
            return True
        if json or not sys.stdin.isatty():
            raise WorkshopError("cannot ask for confirmation here; confirm with --yes")
        return typer.confirm("Add this course?", err=True)

    found, report = changing.add(settings, start, agree, steps.print)
    if json:
        print_json({"name": found.name, **report.as_document(), "changed": True})
        return
    _print_summary(settings, found.name, report)
    console.print(f"{found.title} is in {settings.notebooks / found.name}; open it in Jupyter.")


@list_app.command("list", epilog="Example: workshop course list")
def list_(json: Json = False) -> None:
    """List the added courses: title, revision, source, lessons."""
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
        console.print("No courses yet; 'workshop course add URL|FOLDER' adds one.")


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
        console.print(
            f"These stay in {settings.notebooks / name} because you changed them: {', '.join(kept)}"
        )


@update_app.command(epilog="Example: workshop update courses statistics")
def update(
    names: Annotated[list[str] | None, typer.Argument(help="Courses to update; default: all.")] = None,
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="SOURCE",
            help="A bundle or folder, for example on a stick; for one course only.",
        ),
    ] = "",
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Update courses to their newest signed revision; keep every edit."""
    _as_the_participant()
    settings = load_settings()
    names = names or [each.name for each, _ in find_courses(settings).courses]
    if source and len(names) != 1:
        raise typer.BadParameter("--from needs the name of one course")
    _bring_news(settings, names, source, json)


def _bring_news(settings: Settings, names: list[str], source: str, json: bool) -> None:
    rows = []
    for name in names:
        revision, report = changing.update(settings, name, steps.print, source)
        rows.append({"name": name, "revision": revision, "changed": report is not None})
        if not json and report is None:
            console.print(f"{name}: nothing new, revision {revision}")
        elif not json and report is not None:
            _print_summary(settings, name, report)
    if json:
        print_json({"changed": any(row["changed"] for row in rows), "courses": rows})


def _print_summary(settings: Settings, name: str, report: Report) -> None:
    place = home(settings, name)
    into, state = (shlex.quote(str(each)) for each in (place.delivered, place.notebooks_state))
    undo = f"'workshop update undo --into {into} --state {state}'"
    console.print("\n".join(summary(report, place.delivered, False, False, undo)))


def _as_the_participant() -> None:
    """Have the participant's account do it, where root was asked: root takes nothing of a course."""
    prefix = load_settings().prefix
    if os.geteuid() == 0 and prefix is not None and (account := who_can_change(prefix / "state")):
        sys.exit(hand_over(account, sys.argv[1:]))
