"""``workshop lessons``: the commands of the kit on this machine, and ``warm``."""

from __future__ import annotations

from typing import Annotated

import typer

from lessonkit.cli import AsJson, Folder, Names, Quiet, chosen, commands, progress
from lessonkit.runner import RunOptions
from workshop.core.command import ended_cleanly
from workshop.core.output import console, print_json
from workshop.core.settings import load_settings
from workshop.lessons.plugin import WORKSHOP
from workshop.lessons.warm import PATIENCE, stop_background, survey, warm_in_background
from workshop.lessons.warm import warm as fill_cache

app = commands(WORKSHOP)


@app.command(epilog="Example: workshop lessons warm --background")
def warm(
    names: Names = None,
    background: Annotated[
        bool, typer.Option("--background", help="Do it in a low-priority background process; do not wait.")
    ] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="Stop the background process; keep what it compiled.")
    ] = False,
    plan: Annotated[
        str, typer.Option(help="Begin with the lessons of this plan; default: the first of the schedule.")
    ] = "",
    gives_way: Annotated[bool, typer.Option("--gives-way", hidden=True)] = False,
    notebooks: Folder = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Fill Theano's compile cache: run each Theano lesson once in the fast profile."""
    settings = load_settings()
    if stop:
        stopped = stop_background(settings)
        if as_json:
            print_json({"changed": stopped})
        else:
            console.print("Stopped." if stopped else "Nothing was running in the background.")
        return
    folder, _ = chosen(WORKSHOP, notebooks, names)
    warmth = survey(folder, settings, names or (), plan)
    with ended_cleanly():
        if background:
            changed = warm_in_background(warmth, settings)
        else:
            options = RunOptions(folder, patience=PATIENCE, plugin=WORKSHOP, measured=False)
            changed = fill_cache(warmth, options, progress, gives_way=gives_way)
    done = warmth.is_done()
    if as_json:
        names = [lesson.name for lesson in warmth.lessons]
        print_json({"changed": changed, "warm": done, "lessons": names})
    else:
        console.print(
            "The compile cache is complete."
            if done
            else "The compile cache is being filled in the background."
        )
