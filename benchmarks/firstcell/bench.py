"""``workshop bench firstcell``: the first lesson is opened as soon as set-up has ended."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.firstcell.machine import Opened, first_cells, just_set_up, open_lesson, warming
from benchmarks.scratch import scratch_folder
from workshop.errors import WorkshopError
from workshop.output import console, messages, print_json
from workshop.settings import load_settings

app = typer.Typer()

SECONDS = 10.0
"""The bar: processor seconds of kernel and compilers, from its start to the first compiled result."""
ALONE, BESIDE, WARM = "nothing compiled", "beside the warm-up", "warm"


@app.command()
def firstcell(
    scratch: Annotated[Path | None, typer.Option(help="A folder with 1 GB free.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Run the first cells of the first lesson where nothing is compiled yet, on a machine like this one.

    Once alone, once warm, and once while the warm-up in the background has begun to compile. Exit 1 when the
    kernel takes more than ten processor seconds there.
    """
    settings = load_settings()
    if settings.prefix is None:
        raise WorkshopError("this machine was not set up; name one by WORKSHOP_CONFIG=FILE")
    cells = first_cells(settings)
    opened: dict[str, Opened] = {}
    with scratch_folder(scratch) as folder:
        for what in (ALONE, BESIDE):
            messages.print(what, markup=False, highlight=False)
            with just_set_up(settings, folder / what.replace(" ", "-")) as file:
                if what == ALONE:
                    opened[ALONE] = open_lesson(file, cells)
                    opened[WARM] = open_lesson(file, cells)
                else:
                    with warming(file):
                        opened[BESIDE] = open_lesson(file, cells)
    report = summarise(opened)
    if json:
        print_json(report)
    else:
        for line in lines(report):
            console.print(line, markup=False, highlight=False)
    if not report["passed"]:
        raise typer.Exit(1)


def summarise(opened: dict[str, Opened]) -> dict[str, Any]:
    """Return the figures, and whether the bars are met."""
    rows = {
        what: {
            "seconds": round(one.seconds, 1),
            "kernel_starts": round(one.start, 1),
            "cells": [round(each, 1) for each in one.cells],
            "processor_seconds": round(one.processor, 2),
            "modules": one.modules,
        }
        for what, one in opened.items()
    }
    beside = opened[BESIDE]
    return {"trials": rows, "passed": beside.processor <= SECONDS}


def lines(report: dict[str, Any]) -> list[str]:
    """Return the report for a person."""
    return [
        f"{what:20} {row['seconds']:6.1f} s by the clock, {row['processor_seconds']:5.2f} processor seconds; "
        f"kernel {row['kernel_starts']:.1f} s, cells {', '.join(f'{each:.1f}' for each in row['cells'])} s; "
        f"{row['modules']} modules compiled meanwhile"
        for what, row in report["trials"].items()
    ]
