"""The property behind sync: whatever both sides do to a notebook, no edit and no output is lost."""

import copy
import json
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from workshop.sync.merge import source

from .bed import Bed, book, cell, memory_folder

NAME = "a.ipynb"
Cells = list[dict[str, Any]]


class Editor:
    """Edits a notebook as one side does; what it writes is unique and has its mark."""

    def __init__(self, draw: random.Random, mark: str, cells: Cells) -> None:
        self.draw, self.mark, self.cells, self.count = draw, mark, copy.deepcopy(cells), 0

    def word(self) -> str:
        self.count += 1
        return f"# {self.mark}{self.count}"

    def place(self) -> int:
        return self.draw.randint(0, len(self.cells))

    def any_cell(self) -> dict[str, Any]:
        return self.draw.choice(self.cells)

    def rewrite(self) -> None:
        chosen = self.any_cell()
        chosen["source"] = self.draw.choice([self.word(), f"{source(chosen)}\n{self.word()}"])

    def insert(self) -> None:
        name = f"{self.mark}-{self.draw.getrandbits(32):08x}"
        self.cells.insert(self.place(), cell(self.word(), name, kind=self.draw.choice(["code", "markdown"])))

    def delete(self) -> None:
        self.cells.remove(self.any_cell())

    def move(self) -> None:
        chosen = self.any_cell()
        self.cells.remove(chosen)
        self.cells.insert(self.place(), chosen)

    def copy_cell(self) -> None:
        twin = copy.deepcopy(self.any_cell())
        twin["id"] = f"{self.mark}-{self.draw.getrandbits(32):08x}"
        self.cells.insert(self.place(), twin)

    def run(self) -> None:
        for each in self.cells:
            if each["cell_type"] == "code":
                text = f"{self.mark}-out-{self.word()}"
                each["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]

    def renew_ids(self) -> None:
        for each in self.cells:
            each["id"] = f"{self.draw.getrandbits(32):08x}"

    def edit(self, times: int) -> None:
        often = [self.rewrite, self.rewrite, self.insert, self.insert, self.run, self.delete]
        deeds: list[Callable[[], None]] = [*often, self.move, self.copy_cell, self.renew_ids]
        for _ in range(times):
            self.draw.choice(deeds if self.cells else [self.insert])()


def both_edit(draw: random.Random) -> tuple[Cells, Cells, Cells]:
    """Return a delivered notebook's cells, and what participant and organiser made of them."""
    author = Editor(draw, "B", [])
    for _ in range(draw.randint(0, 6)):
        author.insert()
    mine, theirs = Editor(draw, "U", author.cells), Editor(draw, "O", author.cells)
    mine.edit(draw.randint(0, 4))
    theirs.edit(draw.randint(0, 3))
    return author.cells, mine.cells, theirs.cells


def faults_of(folder: Path, base: Cells, mine: Cells, theirs: Cells) -> tuple[str, list[str]]:
    """Sync both sides' edits; return what was done to the participant's file, and what is wrong with it."""
    bed = Bed(folder / "upstream", folder / "mine", folder / "state")
    actions = bed.both_change(book(*base), book(*mine), book(*theirs))
    action = actions.get(NAME, "left")
    after = json.loads(bed.read(NAME))["cells"]
    nbformat.validate(json.loads(bed.read(NAME)))
    faults = []
    if bed.read(NAME) != book(*mine) and book(*mine) not in bed.backups():
        faults.append("the participant's file was replaced without a backup")
    if action == "beside":
        if bed.read(NAME) != book(*mine) or bed.beside() != book(*theirs):
            faults.append("both versions should be there, as they were")
        return action, faults
    have = {source(each) for each in after}
    for side, mark in ((mine, "# U"), (theirs, "# O")):
        faults += [
            f"lost {source(each)!r}" for each in side if mark in source(each) and source(each) not in have
        ]
    gone = Counter(map(source, mine)) - Counter(map(source, after))
    lost = outputs(mine) - outputs(after)
    if any(gone[text] < number for (text, _), number in lost.items()):
        faults.append(f"lost outputs: {lost}")
    return action, faults


def outputs(cells: Cells) -> Counter[tuple[str, str]]:
    """Count the participant's own outputs, with the texts of their cells."""
    ran = [each for each in cells if "U-out" in str(each.get("outputs"))]
    return Counter((source(each), json.dumps(each["outputs"])) for each in ran)


def try_one(base: Cells, mine: Cells, theirs: Cells) -> tuple[str, list[str]]:
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        return faults_of(Path(folder), base, mine, theirs)


@pytest.mark.parametrize("pairs", [150, pytest.param(5_000, marks=pytest.mark.slow)])
def test_no_pair_of_edits_loses_anything(pairs: int) -> None:
    actions: Counter[str] = Counter()
    for seed in range(pairs):
        action, faults = try_one(*both_edit(random.Random(seed)))
        assert faults == [], f"seed {seed}"
        actions[action] += 1
    assert min(actions[each] for each in ("left", "merged", "beside")) > pairs / 30, actions
