"""nbdime as a second opinion on the merge: where it merges without a conflict, both say the same.

It is defined for what people do in one place: rewrite, insert, delete, run and clear cells. What moves, is
copied or changes its type nbdime takes for deleted and inserted, so that an edit would go with the old cell.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.sync.fuzz_edits import Editor
from benchmarks.sync.nbgitpuller_race import run
from workshop.errors import WorkshopError
from workshop.sync.merge import ConflictError, merge
from workshop.sync.notebook import Cell, Document, source

VERSION = "4.0.4"
DEEDS = [
    *[Editor.rewrite] * 4,
    *[Editor.insert] * 2,
    *[Editor.delete] * 2,
    Editor.run,
    Editor.clear,
]
WORKER = """\
import json, logging, sys, warnings
import nbformat
from nbdime.merging.notebooks import decide_notebook_merge, apply_decisions

warnings.simplefilter("ignore")
logging.disable()
for line in sys.stdin:
    base, mine, theirs = (nbformat.reads(json.dumps(each), as_version=4) for each in json.loads(line))
    decisions = decide_notebook_merge(base, mine, theirs)
    conflict = any(each.conflict for each in decisions)
    merged = None if conflict else apply_decisions(base, decisions)
    print(json.dumps(merged), flush=True)
"""
"""Runs where nbdime is installed: a line of three notebooks in, the merged one or null out."""

Cells = list[tuple[str, str, str]]


@dataclass
class Verdict:
    """How often both agreed."""

    pairs: int = 0
    agreed: int = 0
    nbdime_gave_up: int = 0
    """Pairs of which only nbdime found that they conflict."""
    we_gave_up: int = 0
    """Pairs of which only our merge did: both files are kept then."""
    both_gave_up: int = 0
    faults: list[str] = field(default_factory=list)


def install(folder: Path) -> Path:
    """Install nbdime in an environment of its own; return its Python.

    Raises WorkshopError when the package registry cannot be reached.
    """
    run([sys.executable, "-m", "venv", str(folder)], folder.parent)
    try:
        run([str(folder / "bin/python"), "-m", "pip", "install", "--quiet", f"nbdime=={VERSION}"], folder)
    except WorkshopError as error:
        raise WorkshopError(
            "nbdime cannot be installed; leave it out with --oracle 0, or try again online"
        ) from error
    return folder / "bin" / "python"


def random_three(draw: random.Random) -> tuple[Document, Document, Document]:
    """Return a notebook as it was delivered, and what both sides made of it, each with a few deeds."""
    empty: Document = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    author = Editor(draw, "B", empty)
    author.cells.extend(author.new_cell() for _ in range(draw.randint(1, 6)))
    sides = [Editor(draw, mark, author.document) for mark in "UO"]
    for side in sides:
        for _ in range(draw.randint(0, 3)):
            draw.choice(DEEDS)(side)
    return author.document, sides[0].document, sides[1].document


def cells(document: Document, known: set[str]) -> Cells:
    """Return what both must agree about: types, texts, and outputs of ``known`` texts.

    An output belongs to the text that was run. Where one side rewrote a cell and the other ran it, nbdime
    puts the old text's output below the new one.
    """
    return [
        (cell["cell_type"], text := source(cell), _outputs(cell) if text in known else "")
        for cell in document["cells"]
    ]


def _outputs(cell: Cell) -> str:
    return "".join("".join(output["text"]) for output in cell.get("outputs", []))


def compare(
    three: tuple[Document, Document, Document], theirs: Document | None, verdict: Verdict
) -> Iterator[str]:
    """Count one pair of edits; yield what the two say differently.

    What both sides inserted at one spot has no order of its own: only the order within each side counts.
    """
    try:
        ours: Document | None = merge(*three)
    except ConflictError:
        ours = None
    verdict.pairs += 1
    verdict.both_gave_up += ours is None and theirs is None
    verdict.we_gave_up += ours is None and theirs is not None
    verdict.nbdime_gave_up += ours is not None and theirs is None
    if ours is None or theirs is None:
        return
    known = set(map(source, three[0]["cells"]))
    left, right = cells(ours, known), cells(theirs, known)
    sides = [set(map(source, side["cells"])) for side in three[1:]]
    if Counter(left) != Counter(right):
        yield f"cells: {Counter(left) - Counter(right)} against {Counter(right) - Counter(left)}"
    elif any(_within(left, side) != _within(right, side) for side in sides):
        yield f"order: {[text for _, text, _ in left]} against {[text for _, text, _ in right]}"
    else:
        verdict.agreed += 1


def _within(merged: Cells, side: set[str]) -> list[str]:
    return [text for _, text, _ in merged if text in side]


def ask_oracle(python: Path, times: int, seed: int) -> Verdict:
    """Merge random pairs of edits with both, and compare."""
    verdict = Verdict()
    with subprocess.Popen(
        [str(python), "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nbdime:
        assert nbdime.stdin is not None and nbdime.stdout is not None
        for number in range(times):
            three = random_three(random.Random(f"{seed}/{number}"))
            nbdime.stdin.write(json.dumps(three) + "\n")
            nbdime.stdin.flush()
            answer: Any = json.loads(nbdime.stdout.readline())
            verdict.faults += [f"{seed}/{number} {each}" for each in compare(three, answer, verdict)]
        nbdime.stdin.close()
    return verdict
