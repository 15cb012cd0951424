"""``workshop bench lessons --before CHECKOUT``: the lessons of this checkout beside those of an older one.

Both run on this machine's kernels and data, in the fast profile, and are counted in processor seconds with
all their children: checks with its compile cache, first runs with an empty one. The older checkout is
``git worktree add --detach CHECKOUT 42fbc0b``. What is patched in Theano itself is the same for both, unless
``--theano`` names an environment that the older revision has patched: a copy of this machine's, with Theano
installed anew (``uv pip install --reinstall --no-deps``) and patched by that checkout's ``theano_mends``.
"""

from __future__ import annotations

import json as documents
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.firstcell.machine import give_kernel, just_set_up, variables
from benchmarks.scratch import scratch_folder
from workshop.errors import WorkshopError
from workshop.lessons.catalogue import find_lessons
from workshop.output import console, messages, print_json
from workshop.settings import Settings, find_checkout, load_settings
from workshop.system.programs import last_line

app = typer.Typer()

SHARE = 0.5
"""The bar of both: at most half of what the older revision takes."""
PACKAGES = ("packages/workshop/src", "packages/bubblebreaker/src")


@dataclass(frozen=True)
class Revision:
    """A checkout whose lessons are run."""

    checkout: Path

    def lessons(self) -> set[str]:
        """Return the names of its lessons."""
        return {lesson.name for lesson in find_lessons(self.checkout / "notebooks")}

    def run(
        self,
        words: list[str],
        names: list[str],
        environment: Mapping[str, str],
        notebooks: Path | None = None,
    ) -> float:
        """Run a word of ``workshop lessons``, on other notebooks if need be; return its processor seconds.

        Raises WorkshopError when a lesson does not pass.
        """
        # The first revisions had one package, beside everything else.
        folders = [self.checkout / each for each in PACKAGES if (self.checkout / each).is_dir()]
        paths = os.pathsep.join(map(str, folders or [self.checkout]))
        command = [sys.executable, "-P", "-m", "workshop", "lessons", words[0], *names, *words[1:]]
        before = _children_seconds()
        done = subprocess.run(
            [*command, "--notebooks", str(notebooks or self.checkout / "notebooks"), "--json"],
            env={**environment, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise WorkshopError(f"{self.checkout.name}: {_fault(done.stdout) or last_line(done.stderr)}")
        return _children_seconds() - before


def _children_seconds() -> float:
    """Return the processor seconds of all processes that this one has waited for."""
    books = resource.getrusage(resource.RUSAGE_CHILDREN)
    return books.ru_utime + books.ru_stime


def _fault(document: str) -> str:
    """Return why the first lesson that did not pass did not."""
    try:
        lessons = documents.loads(document)["lessons"]
    except (ValueError, KeyError):
        return ""
    faults = [f"{one['name']}: {one.get('why') or one['faults']}" for one in lessons if not one["passed"]]
    return faults[0] if faults else ""


@app.command()
def lessons(
    before: Annotated[Path, typer.Option(help="A checkout of the older revision.")],
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Lessons; else all that both have.")
    ] = None,
    first_runs: Annotated[
        bool, typer.Option("--first-runs", help="First and second runs instead of checks.")
    ] = False,
    theano: Annotated[
        Path | None,
        typer.Option(help="For first runs the Python of an environment with the older revision's Theano."),
    ] = None,
    scratch: Annotated[Path | None, typer.Option(help="A folder with 1 GB free.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Check the lessons by one command a revision, or compare what first runs take more than second ones.

    A check is to find the cache warm: give the command once before. Exit 1 when this revision takes more than
    half.
    """
    settings = load_settings()
    if settings.prefix is None:
        raise WorkshopError("this machine was not set up; name one by WORKSHOP_CONFIG=FILE")
    revisions = {
        "before": Revision(before.resolve()),
        "now": Revision(find_checkout("benchmarks/__init__.py")),
    }
    shared = sorted(set.intersection(*(each.lessons() for each in revisions.values())))
    chosen = names or shared
    if first_runs:
        rows = {name: _first_runs(name, revisions, settings, scratch, theano) for name in chosen}
    else:
        rows = {"check": {what: each.run(["check"], chosen, os.environ) for what, each in revisions.items()}}
    report = summarise(rows)
    if json:
        print_json(report)
    else:
        for line in lines(report):
            console.print(line, markup=False, highlight=False)
    if not report["passed"]:
        raise typer.Exit(1)


def _first_runs(
    name: str,
    revisions: dict[str, Revision],
    settings: Settings,
    scratch: Path | None,
    theano: Path | None,
) -> dict[str, float]:
    """Return what the first run of a lesson takes more than its second, by revision."""
    more = {}
    for what, revision in revisions.items():
        messages.print(f"{name}, {what} …", markup=False, highlight=False)
        with scratch_folder(scratch) as folder, just_set_up(settings, folder) as file:
            give_kernel(file, theano if what == "before" else None)
            free = without_limits(revision.checkout / "notebooks", folder / "notebooks")
            words = ["run", "--solutions"]
            first, second = (revision.run(words, [name], variables(file), free) for _ in range(2))
        messages.print(f"  first {first:.1f} s, second {second:.1f} s", markup=False, highlight=False)
        more[what] = first - second
    return more


def without_limits(notebooks: Path, folder: Path) -> Path:
    """Copy lessons to ``folder``, without what they may take and have to reach; return it.

    The older revision counts compiling into the budget, and a first run would not pass.
    """
    shutil.copytree(notebooks, folder)
    for file in folder.rglob("*.ipynb"):
        book = documents.loads(file.read_text(encoding="utf-8"))
        for limits in ("budget", "bars"):
            book["metadata"].get("workshop", {}).pop(limits, None)
        file.write_text(documents.dumps(book, ensure_ascii=False), encoding="utf-8")
    return folder


def summarise(rows: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Return the figures, and whether each is at most half of the older one."""
    told = {
        name: {
            "before": round(row["before"], 2),
            "now": round(row["now"], 2),
            "share": round(row["now"] / row["before"], 3),
        }
        for name, row in rows.items()
    }
    return {"rows": told, "passed": all(row["share"] <= SHARE for row in told.values())}


def lines(report: dict[str, Any]) -> list[str]:
    """Return the report for a person."""
    return [
        f"{name:32} {row['before']:7.1f} before, {row['now']:7.1f} now: {row['share']:.2f}"
        + ("" if row["share"] <= SHARE else f", more than {SHARE}")
        for name, row in report["rows"].items()
    ]
