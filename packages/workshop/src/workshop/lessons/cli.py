"""``workshop lessons``: the commands of the kit on this machine, and ``warm``."""

from __future__ import annotations

from typing import Annotated

import typer

from lessonkit.cli import AsJson, Folder, Names, chosen, commands, progress
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
        bool, typer.Option("--background", help="Let a process of low priority do it; don't wait.")
    ] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="End the process of low priority; what it compiled stays.")
    ] = False,
    workshop: Annotated[
        str, typer.Option(help="Begin with the lessons of this workshop of the schedule; default: its first.")
    ] = "",
    gives_way: Annotated[bool, typer.Option("--gives-way", hidden=True)] = False,
    notebooks: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Fill Theano's compile cache: the fast profile of each lesson that compiles runs once."""
    settings = load_settings()
    if stop:
        stopped = stop_background(settings)
        if as_json:
            print_json({"changed": stopped})
        else:
            console.print("It ended." if stopped else "Nothing is being warmed in the background.")
        return
    folder, _ = chosen(WORKSHOP, notebooks, names)
    warmth = survey(folder, settings, names or (), workshop)
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
        console.print("The compile cache is warm." if done else "The cache is warmed in the background.")
