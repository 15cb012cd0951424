"""Lay out a new lesson: a prediction and three exercises as examples, and it passes ``lessons check``."""

from __future__ import annotations

import json
import re
from pathlib import Path

from lessonkit.answers import answers_path
from lessonkit.catalogue import MAY_RAISE, METADATA, Cell, Notebook, solution_path
from lessonkit.errors import LessonkitError
from lessonkit.shortpath import MARK, SHORT_PATH

_NAME = re.compile(r"\d+-[a-z0-9]+(-[a-z0-9]+)*/\d+-[a-z0-9]+(-[a-z0-9]+)*")

EXAMPLES = {
    "double": ("2 * x", "x + x", ("x + 2", "one added twice"), ("x**2", "squared"), ("2", "only the 2")),
    "halve": ("x / 2", "0.5 * x", ("x // 2", "cut off"), ("2 / x", "the other way"), ("x - 2", "subtracted")),
    "square": ("x * x", "x**2", ("2 * x", "doubled"), ("x**3", "cubed"), ("abs(x)", "the length")),
}
"""For each example the solution, another right answer, and wrong ones with their misconceptions."""

CHECK = """\
with check("{exercise}") as right:
    assert {name}(3) == {of_3}, f"of 3 it makes {{{name}(3)}}: what does the exercise ask for?"
    assert {name}(-5) == {of_minus_5}, f"of -5 it makes {{{name}(-5)}}: does the sign matter?"
    right.also_for(lambda random: int(random.integers(-99, 99)))
    right("of 7 it makes", {name}(7))"""

IMPORTS = """\
import json

from IPython.display import HTML, display

from lessonkit import ask, check, reveal"""

TEN_MINUTES = """\
**Only ten minutes?** Run only the cells that begin with ◆: a picture, an exercise and a surprise."""

PREDICT = """\
ask(
    "{short}-doublings",
    "A grain of rice on the first square of a chessboard, twice as many on each next one. "
    "How many squares hold the first million grains together?",
    unit="squares",
    between=(1, 64),
    default=32,
)"""

REVEAL = """\
grains = 0
squares = 0
while grains < 1_000_000:
    grains += 2**squares
    squares += 1
print(f"{{squares}} squares hold {{grains:,}} grains")
row = '<div style="height: 3px; width: {{}}px; background: teal"></div>'
display(HTML("".join(row.format(2**square / 2e3) for square in range(squares))))
reveal("{short}-doublings", squares)"""


def lay_out(notebooks: Path, name: str, kernel: str, shown: str = "") -> list[Path]:
    """Write a lesson, its solutions and its stored answers; return the files.

    Args:
        notebooks: The lessons' folder.
        name: Of the lesson, such as ``1-mnist/50-autoencoder``.
        kernel: Of the notebook.
        shown: What Jupyter shows of the kernel; else its name.

    Raises LessonkitError when the name is none for a lesson, or when there is a file already.
    """
    if not _NAME.fullmatch(name):
        raise LessonkitError(f"'{name}' names no lesson; write CHAPTER/NN-name, e.g. 1-mnist/50-autoencoder")
    short = re.sub(r"^\d+-", "", name.rpartition("/")[2])
    lesson = json.dumps(
        _notebook(short, kernel, shown or kernel), indent=1, ensure_ascii=False, sort_keys=True
    )
    files = {notebooks / f"{name}.ipynb": lesson}
    for example, (solution, *_) in EXAMPLES.items():
        exercise = f"{short}-{example}"
        files[solution_path(notebooks, exercise)] = _function(example, solution)
        files[answers_path(notebooks, exercise)] = _answers(exercise, example)
    for path in files:
        if path.exists():
            raise LessonkitError(f"{path} is there already; choose another name or remove it")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    return list(files)


def _notebook(short: str, kernel: str, shown: str) -> Notebook:
    """Return the lesson."""
    title = short.replace("-", " ").capitalize()
    cells = [
        _text("title", f"# {title}\n\nWhat you will have understood at the end, in two sentences."),
        _text("short-path", TEN_MINUTES, SHORT_PATH),
        _code(
            "parameters", 'PROFILE = "full"  # "fast" does the same with less work', "parameters", SHORT_PATH
        ),
        _code("imports", IMPORTS, SHORT_PATH),
        _code("predict", PREDICT.format(short=short), f"predict:{short}-doublings", SHORT_PATH),
        _code("reveal", REVEAL.format(short=short), f"reveal:{short}-doublings", SHORT_PATH),
    ]
    for example in EXAMPLES:
        exercise = f"{short}-{example}"
        solve = f"### Exercise: {example}\n\nWrite `{example}`.\n(`%load ../solutions/{exercise}.py`)"
        told = {f"of_{word}": eval(EXAMPLES[example][0], {"x": x}) for word, x in (("3", 3), ("minus_5", -5))}
        path = [SHORT_PATH] if example == next(iter(EXAMPLES)) else []
        cells += [
            _text(f"exercise-{example}-text", solve, *path),
            _code(
                f"exercise-{example}",
                f"def {example}(x):\n    return ...",
                f"exercise:{exercise}",
                MAY_RAISE,
                *path,
            ),
            _code(
                f"check-{example}",
                CHECK.format(exercise=exercise, name=example, **told),
                f"check:{exercise}",
                *path,
            ),
        ]
    cells.append(_code("metrics", 'print(json.dumps({"doubled": double(21)}))', "metrics"))
    limits = {"work": 10, "rss_mb": 900}
    return {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": shown, "language": "python", "name": kernel},
            METADATA: {
                "title": title,
                "minutes": 20,
                "short_path": {"work": 2},
                "budget": {"fast": limits, "full": limits},
            },
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _answers(exercise: str, example: str) -> str:
    """Return the file of stored answers to an example."""
    _, right, *wrong = EXAMPLES[example]
    blocks = [f"# Answers to {exercise} beside its solution; `check` of the command tries them.\n"]
    blocks += [f"# %% wrong: {title}\n{_function(example, text)}\n" for text, title in wrong]
    blocks.append(f"# %% right: in another way\n{_function(example, right)}")
    return "\n".join(blocks)


def _function(name: str, expression: str) -> str:
    return f"def {name}(x):\n    return {expression}\n"


def _text(identity: str, source: str, *tags: str) -> Cell:
    mark = f"{MARK}\n\n" if SHORT_PATH in tags else ""
    return {
        "cell_type": "markdown",
        "id": identity,
        "metadata": {"tags": list(tags)} if tags else {},
        "source": (mark + source).splitlines(True),
    }


def _code(identity: str, source: str, *tags: str) -> Cell:
    mark = f"# {MARK}\n" if SHORT_PATH in tags else ""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": identity,
        "metadata": {"tags": list(tags)} if tags else {},
        "outputs": [],
        "source": (mark + source).splitlines(True),
    }
