"""Random pairs of edits, and what must hold when they are synced: nobody's work is ever lost."""

from __future__ import annotations

import copy
import json
import random
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workshop.sync.decision import Action
from workshop.sync.engine import Report, synchronise
from workshop.sync.notebook import Cell, Document, cell_meaning, read_notebook, source
from workshop.sync.source import read_folder

NAME = "lesson.ipynb"


@dataclass(frozen=True)
class Pair:
    """A notebook as it was delivered, as the participant has it, and as the organiser has it now."""

    base: bytes
    mine: bytes
    theirs: bytes


class Editor:
    """Edits a notebook as one side does; what it writes bears its mark and is unique."""

    def __init__(self, draw: random.Random, mark: str, document: Document) -> None:
        """Start from ``document``; ``mark`` begins everything that is written."""
        self.draw = draw
        self.mark = mark
        self.document = copy.deepcopy(document)
        self.count = 0

    @property
    def cells(self) -> list[Cell]:
        """The notebook's cells."""
        cells: list[Cell] = self.document["cells"]
        return cells

    def text(self) -> str:
        """Return text that nobody else writes."""
        self.count += 1
        lines = self.draw.choice(["", "\nx = 1", "\n\nfor each in range(3):\n    print(each)", "\né ≤ 𝄞"])
        return f"# {self.mark}{self.count}{lines}"

    def edit(self, times: int) -> None:
        """Do some of what people do."""
        for _ in range(times):
            self.draw.choice(DEEDS)(self)

    def any_cell(self) -> Cell | None:
        """Return one of the cells; None when there is none."""
        return self.draw.choice(self.cells) if self.cells else None

    def rewrite(self) -> None:
        """Change a cell's text: all of it, or its end."""
        if (cell := self.any_cell()) is not None:
            old = source(cell) if self.draw.random() < 0.5 else ""
            write(self.draw, cell, f"{old}\n{self.text()}" if old else self.text())

    def insert(self) -> None:
        """Put in a new cell."""
        self.cells.insert(self.draw.randint(0, len(self.cells)), self.new_cell())

    def new_cell(self) -> Cell:
        """Return a cell that this side wrote."""
        kind = self.draw.choice(["code", "code", "markdown", "raw"])
        cell: Cell = {"cell_type": kind, "metadata": {}}
        write(self.draw, cell, self.text())
        if kind == "code":
            cell |= {"outputs": [], "execution_count": None}
        if self.document["nbformat_minor"] >= 5:
            cell["id"] = f"{self.mark}-{self.draw.getrandbits(32):08x}"
        return cell

    def delete(self) -> None:
        """Take a cell out."""
        if self.cells:
            self.cells.pop(self.draw.randrange(len(self.cells)))

    def move(self) -> None:
        """Move a cell elsewhere."""
        if self.cells:
            cell = self.cells.pop(self.draw.randrange(len(self.cells)))
            self.cells.insert(self.draw.randint(0, len(self.cells)), cell)

    def copy_cell(self) -> None:
        """Put in a copy of a cell, as Jupyter does: with an id of its own."""
        if (cell := self.any_cell()) is not None:
            twin = copy.deepcopy(cell)
            if "id" in twin:
                twin["id"] = f"{self.mark}-{self.draw.getrandbits(32):08x}"
            self.cells.insert(self.draw.randint(0, len(self.cells)), twin)

    def run(self) -> None:
        """Run every code cell, or some."""
        whole = self.draw.random() < 0.5
        for number, cell in enumerate(self.cells, start=1):
            if cell["cell_type"] == "code" and (whole or self.draw.random() < 0.5):
                self.count += 1
                text = f"{self.mark}-out-{self.count}\n"
                cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [text]}]
                cell["execution_count"] = number
                cell["metadata"]["execution"] = {"iopub.execute_input": f"now {self.count}"}

    def clear(self) -> None:
        """Clear all outputs."""
        for cell in self.cells:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None

    def tag(self) -> None:
        """Tag a cell."""
        if (cell := self.any_cell()) is not None:
            cell["metadata"]["tags"] = [self.text().split()[1]]

    def set(self) -> None:
        """Set something in the notebook's metadata."""
        self.document["metadata"][self.draw.choice(["title", "level", self.mark])] = self.mark

    def retype(self) -> None:
        """Turn a cell into one of another type."""
        if (cell := self.any_cell()) is not None:
            cell["cell_type"] = "markdown" if cell["cell_type"] == "code" else "code"
            for key in ("outputs", "execution_count"):
                cell.pop(key, None)
            if cell["cell_type"] == "code":
                cell |= {"outputs": [], "execution_count": None}

    def renew_ids(self) -> None:
        """Do what a tool does that does not keep ids."""
        if self.document["nbformat_minor"] >= 5:
            for cell in self.cells:
                cell["id"] = f"{self.draw.getrandbits(32):08x}"

    def upgrade(self) -> None:
        """Save in the newest minor format, as Jupyter does when it opens an old notebook."""
        if self.document["nbformat_minor"] < 5:
            self.document["nbformat_minor"] = 5
            self.renew_ids()


DEEDS: list[Callable[[Editor], None]] = [
    *[Editor.rewrite] * 4,
    *[Editor.insert] * 3,
    *[Editor.run] * 3,
    *[Editor.delete] * 2,
    Editor.move,
    Editor.copy_cell,
    Editor.clear,
    Editor.tag,
    Editor.set,
    Editor.retype,
    Editor.renew_ids,
    Editor.upgrade,
]


def write(draw: random.Random, cell: Cell, text: str) -> None:
    """Set a cell's text in one of the two forms that the format allows."""
    cell["source"] = text.splitlines(keepends=True) if draw.random() < 0.5 else text


def random_pair(draw: random.Random) -> Pair:
    """Return a delivered notebook and what both sides made of it."""
    minor = draw.choice([5, 5, 5, 4])
    empty: Document = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": minor}
    author = Editor(draw, "B", empty)
    for _ in range(draw.randint(0, 6)):
        author.cells.append(author.new_cell())
    if draw.random() < 0.2:
        author.run()
    if draw.random() < 0.15 and author.cells and minor == 5:  # a tool that copies cells with their ids
        author.cells.append(copy.deepcopy(draw.choice(author.cells)))
    mine, theirs = Editor(draw, "U", author.document), Editor(draw, "O", author.document)
    mine.edit(draw.randint(0, 4))
    theirs.edit(draw.randint(0, 3))
    return Pair(_dump(draw, author.document), _dump(draw, mine.document), _dump(draw, theirs.document))


def _dump(draw: random.Random, document: Document) -> bytes:
    """Write a notebook in one of the ways in which tools do."""
    indent, ascii_only = draw.choice([1, 1, 1, 2, None]), draw.random() < 0.3
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    data = (text + draw.choice(["\n", ""])).encode()
    return data.replace(b"\n", b"\r\n") if draw.random() < 0.05 else data


def faults_of(pair: Pair, folder: Path) -> Iterator[str]:
    """Sync a pair in an empty folder; yield everything that is wrong with the result."""
    upstream, into, state = folder / "upstream", folder / "mine", folder / "state"
    (upstream / "notebooks").mkdir(parents=True)
    (upstream / "notebooks" / NAME).write_bytes(pair.base)
    sync(folder)
    (into / NAME).write_bytes(pair.mine)
    (upstream / "notebooks" / NAME).write_bytes(pair.theirs)
    report = sync(folder)
    found = {file.name: file.read_bytes() for file in into.iterdir()}
    yield from _all_valid(found)
    yield from _nothing_lost(pair, report, found)
    if found[NAME] != pair.mine and pair.mine not in _backups(state):
        yield "the participant's file was replaced without a backup"
    again = sync(folder)
    if again.files or {file.name: file.read_bytes() for file in into.iterdir()} != found:
        yield f"the second sync was not at rest: {again.files}"


def sync(folder: Path) -> Report:
    """Sync the folder's ``upstream`` into ``mine``."""
    return synchronise(read_folder(folder / "upstream", "notebooks"), folder / "mine", folder / "state")


def _backups(state: Path) -> list[bytes]:
    return [file.read_bytes() for file in (state / "backups").glob(f"*/files/{NAME}")]


def _all_valid(found: dict[str, bytes]) -> Iterator[str]:
    import nbformat

    for name, data in found.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of doubled ids that were there before
                nbformat.reads(data.decode(), as_version=4)  # type: ignore[no-untyped-call]
        except Exception as error:  # whatever it raises, the notebook does not open
            yield f"{name} does not open: {error!r}"


def _nothing_lost(pair: Pair, report: Report, found: dict[str, bytes]) -> Iterator[str]:
    actions = [outcome.action for outcome in report.files]
    after, mine, theirs, base = (_cells(data) for data in (found[NAME], pair.mine, pair.theirs, pair.base))
    if Action.BESIDE in actions:
        if found[NAME] != pair.mine:
            yield "the participant's file was changed although the new one came beside"
        if pair.theirs not in found.values():
            yield "the new version did not come beside"
        return
    if Action.REFUSED in actions or Action.DEFERRED in actions:
        yield f"nothing stood in the way, and yet: {report.files}"
    yield from _edits_kept(after, mine, theirs, base)
    yield from _outputs_kept(after, mine)


def _cells(data: bytes) -> list[Cell]:
    cells: list[Cell] = read_notebook(data)["cells"]
    return cells


def _said(cell: Cell) -> tuple[str, str]:
    return cell["cell_type"], source(cell)


def _edits_kept(after: list[Cell], mine: list[Cell], theirs: list[Cell], base: list[Cell]) -> Iterator[str]:
    """Each side's own texts are there, and what one side deleted and the other left alone is not."""
    have = set(map(source, after))
    for side, mark in ((mine, "U"), (theirs, "O")):
        texts = map(source, side)
        yield from (f"lost {text!r}" for text in texts if f"# {mark}" in text and text not in have)
    means = Counter(map(cell_meaning, after))
    for side, other in ((mine, theirs), (theirs, mine)):
        said = set(map(cell_meaning, side))
        for each in set(_singles(base)) & set(_singles(other)):
            if each[0] not in said and means[each[0]]:
                yield f"came back {each}"


def _singles(cells: list[Cell]) -> list[tuple[str, str]]:
    """Return what only one cell says, with its id: a copy of a cell is another cell."""
    counts = Counter(map(cell_meaning, cells))
    means = [(cell_meaning(cell), str(cell.get("id"))) for cell in cells]
    return [each for each in means if counts[each[0]] == 1]


def _outputs_kept(after: list[Cell], mine: list[Cell]) -> Iterator[str]:
    """Each output of the participant's is there as long as its cell is."""
    cells_after, cells_mine = Counter(map(_said, after)), Counter(map(_said, mine))
    for each, number in cells_mine.items():
        gone = max(0, number - cells_after[each])
        lost = _outputs(mine, each) - _outputs(after, each)
        if lost.total() > gone:
            yield f"lost outputs of {each}: {lost}"


def _outputs(cells: list[Cell], said: tuple[str, str]) -> Counter[str]:
    outputs = [cell.get("outputs") for cell in cells if _said(cell) == said]
    return Counter(json.dumps(each) for each in outputs if "U-out" in str(each))
