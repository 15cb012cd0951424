"""Run All goes on past exercises that are not done or wrong, in both of Jupyter's front ends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
from waiting import patience

from .conftest import expect
from .notebooks import Desk

OUTPUT = ".jp-OutputArea-output"

SOLUTION = "def {name}(x):\n    return x / 2\n"
STUB = "def halved(x):\n    return ..."
WRONG = "def halves(x):\n    return x * 2"
RIGHT = "def half(x):\n    return 0.5 * x"
BROKEN = "def parted(x):\n    return 1 / 0"
NO_PYTHON = "def cut(x)\n    return x / 2"
RAISES = "slice = 1 / 0"


def check(name: str) -> str:
    """Return the cell that checks an exercise."""
    return (
        "from lessonkit import check\n"
        f'with check("{name}") as right:\n'
        f'    assert {name}(3) == 1.5, "half of three is one and a half"\n'
        '    right("and so it is")'
    )


def cells_of(*exercises: tuple[str, str]) -> list[str]:
    """Return each exercise's cell, its check, and a cell that goes on with what later cells have."""
    return [
        cell
        for name, text in exercises
        for cell in (text, check(name), f'print("{name} comes to", {name}(8))')
    ]


def hear(page: Any, *said: str) -> None:
    """Wait until the checks say this, in their order: each line's mark, then words that stand in it."""
    patterns = [re.compile(line[0] + ".*" + re.escape(line[1:].strip()), re.DOTALL) for line in said]
    expect(page.locator(f"{OUTPUT} [role=status]")).to_have_text(patterns, use_inner_text=True)


def go_on(page: Any, *names: str) -> None:
    """Wait until later cells have a half: by the solution, or by the learner's own where that is right."""
    for name in names:
        expect(page.locator(OUTPUT, has_text=f"{name} comes to 4.0")).to_have_count(1)


def lay_solutions(folder: Path, *names: str) -> None:
    """Write the solutions beside the notebook."""
    (folder / "solutions").mkdir(exist_ok=True)
    for name in names:
        (folder / f"solutions/{name}.py").write_text(SOLUTION.format(name=name), encoding="utf-8")


def test_run_all_goes_on_whatever_the_checks_find_and_counts_what_is_corrected(desk: Desk) -> None:
    names = ("halved", "halves", "half", "parted")
    lay_solutions(desk.folder, *names)
    exercises = zip(names, (STUB, WRONG, RIGHT, BROKEN), strict=True)
    page = desk.run("exercises", *cells_of(*exercises), 'print("the", "end")')
    page.locator(OUTPUT, has_text="the end").wait_for(timeout=patience(60_000))
    hear(
        page,
        "○ fill in the dots of halved",
        "✗ half of three is one and a half",
        "✓ Right: and so it is",
        "✗ ZeroDivisionError",
    )
    go_on(page, *names)
    expect(
        page.locator(f"{OUTPUT}[data-mime-type*=error], .jp-RenderedText [class*=ansi-red]")
    ).to_have_count(0)
    # An answer that is corrected counts when all is run again.
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("halved = lambda x: x * 0.5")
    desk.run_all(page)
    hear(
        page,
        "✓ Later cells use yours",
        "✗ half of three is one and a half",
        "✓ Right: and so it is",
        "✗ ZeroDivisionError",
    )


def test_run_all_goes_on_past_an_exercise_whose_own_cell_raises(desk: Desk) -> None:
    names = ("cut", "slice")
    lay_solutions(desk.folder, *names)
    cells = [
        nbformat.v4.new_code_cell(text, metadata={"tags": [f"exercise:{name}", "raises-exception"]})
        if text in (NO_PYTHON, RAISES)
        else text
        for name, answer in zip(names, (NO_PYTHON, RAISES), strict=True)
        for text in cells_of((name, answer))
    ]
    page = desk.run("raising", "from lessonkit import check", *cells, 'print("the", "end")')
    page.locator(OUTPUT, has_text="the end").wait_for(timeout=patience(60_000))
    hear(
        page,
        "✗ line 1 of its cell is not Python (expected ':'). Later cells use our solution",
        "✗ its cell stops in line 1 with ZeroDivisionError: division by zero",
    )
    go_on(page, *names)
