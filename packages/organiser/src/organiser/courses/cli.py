"""``workshop course new | lock | check``, for authors of courses."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from organiser.courses import check as checking
from organiser.courses import locking, new
from workshop.core.command import ended_cleanly
from workshop.core.errors import WorkshopError
from workshop.core.options import Quiet
from workshop.core.output import console, print_json, steps
from workshop.core.settings import load_settings
from workshop.courses.course import read_course

new_app, lock_app, check_app = typer.Typer(), typer.Typer(), typer.Typer()
Folder = Annotated[Path, typer.Argument(help="The course's folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


@new_app.command("new", epilog="Example: workshop course new statistics")
def new_command(
    folder: Folder,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; use the defaults.")] = False,
    json: Json = False,
) -> None:
    """Make a course from a folder of notebooks: write course.toml and requirements, set the kernel."""

    def ask(question: str, likely: str) -> str:
        if yes:
            return likely
        if json or not sys.stdin.isatty():
            raise WorkshopError("cannot ask questions here; add --yes to use the defaults")
        answer: str = typer.prompt(question, default=likely, err=True)
        return answer

    made = new.make(folder, ask)
    if json:
        print_json({"name": made.course.name, "changed": True, "notebooks": made.changed})
        return
    console.print(f"{folder / 'course.toml'} is written; the kernel of {len(made.changed)} notebooks is set.")
    named = shlex.quote(str(folder))
    console.print(f"Next: workshop course lock {named}, then workshop course check {named}")


@lock_app.command("lock", epilog="Example: workshop course lock statistics")
def lock_command(folder: Folder, json: Json = False) -> None:
    """Lock the packages of a course's kernels: newest versions, hashes, wheels for x86-64 and Arm."""
    locked = locking.lock(read_course(folder))
    if json:
        print_json({"locked": locked})
        return
    for name, packages in locked.items():
        console.print(f"{name}: {packages} packages, each with wheels for x86-64 and for Arm")
    if not locked:
        console.print("No kernel of this course has requirements.")


@check_app.command("check", epilog="Example: workshop course check statistics")
def check_command(folder: Folder, quiet: Quiet = False, json: Json = False) -> None:
    """Check that a course can be added, and run its notebooks headless and without a network."""
    if os.geteuid() == 0:
        raise WorkshopError("root does not run a course's code; use another account")
    with ended_cleanly():
        found = checking.check(read_course(folder), load_settings(), steps.print)
    if json:
        print_json(
            {"notebooks": [{"name": name, "passed": not why, "why": why} for name, why in found.items()]}
        )
    for name, why in found.items() if not json else ():
        console.print(f"{name}: {why or 'runs'}")
    if any(found.values()):
        raise typer.Exit(1)
