"""What a notebook says, and the three-way merge of notebooks, cell by cell.

Dictionaries in, a dictionary out. The organiser's version gives the order; the participant's edits, new
cells and outputs go into it. Where both changed the same cell, ``ConflictError`` is raised and the caller
leaves the participant's file as it is. What running a notebook leaves behind says nothing.

A cell tagged ``exercise:NAME`` is a stub that the participant fills in. When the workshop rewrites the stub
and it still asks for the same names with the same arguments, an answer to the old one answers the new one.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import re
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Container, Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import count
from typing import Any, TypeVar

from workshop.sync.files import CHANGED, ChangedError

Document = dict[str, Any]
"""A notebook as ``json`` reads it."""
Cell = dict[str, Any]

# Jupyter writes these when a notebook is run, opened or scrolled; nobody wrote them.
VOLATILE_NOTEBOOK_METADATA = {"language_info", "widgets", "signature", "toc", "varInspector"}
VOLATILE_CELL_METADATA = {"collapsed", "scrolled", "execution", "ExecuteTime", "trusted", "jupyter"}

CELL_FIELDS: dict[str, type | tuple[type, ...]] = {
    "id": str,
    "metadata": dict,
    "attachments": dict,
    "execution_count": (int, type(None)),
    "outputs": list,
}
"""What kinds of value these fields may have; the rest of the engine relies on it."""
IDS_SINCE_MINOR = 5
"""Notebooks of format 4.5 and later need an id a cell; earlier ones must not have any."""
VALID_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
MOST_MEMORY = 100_000_000
"""So much a notebook of the organiser's may take when it is read: thirty times its size, if made to hurt."""

TAG = "exercise:"
LONGEST_STUB = 20_000
"""Longer texts are not parsed: they are no stubs."""


class NotANotebookError(ValueError):
    """The bytes are no notebook; the text says why."""


def read_notebook(data: bytes) -> Document:
    """Return the notebook in format 4, older ones converted; raises NotANotebookError for anything else."""
    try:
        document = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_without_twins)
    except NotANotebookError:
        raise
    except (ValueError, RecursionError, MemoryError) as error:
        raise NotANotebookError("it is not JSON") from error
    _require(isinstance(document, dict), "it is JSON of another kind")
    if document.get("nbformat") in (1, 2, 3):
        document = _upgrade(document)
    _require(type(document.get("nbformat")) is int and document["nbformat"] == 4, "its format is not known")
    _require(type(document.get("nbformat_minor", 0)) is int, "its minor format is no number")
    _require(isinstance(document.get("metadata"), dict), "its metadata are not there")
    _require(isinstance(document.get("cells"), list), "it has no list of cells")
    for number, cell in enumerate(document["cells"], start=1):
        _require(isinstance(cell, dict) and isinstance(cell.get("cell_type"), str), f"cell {number} is none")
        for field, kind in CELL_FIELDS.items():
            _require(field not in cell or isinstance(cell[field], kind), f"cell {number} has a wrong {field}")
        lines = cell.get("source", "")
        good = isinstance(lines, str) or (isinstance(lines, list) and all(isinstance(s, str) for s in lines))
        _require(good, f"cell {number} has a wrong source")
    return dict(document)


def _require(condition: bool, why: str) -> None:
    if not condition:
        raise NotANotebookError(why)


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that says the same key twice: one of the two would be lost by a merge."""
    made = dict(pairs)
    _require(len(made) == len(pairs), "an object in it has the same key twice")
    return made


def _upgrade(document: Document) -> Document:
    """Convert a notebook of an old format, if it is valid in its own."""
    import nbformat

    try:
        old = nbformat.from_dict(document)  # type: ignore[no-untyped-call]
        new: Document = json.loads(json.dumps(nbformat.convert(old, 4)))  # type: ignore[no-untyped-call]
    except Exception as error:  # the converter raises whatever its input makes it stumble over
        raise NotANotebookError("it is of an old format and cannot be converted") from error
    # The converter draws cell ids at random, which would make two readings of one file differ.
    for cell in new["cells"]:
        cell.pop("id", None)
    new["nbformat_minor"] = 4
    for key in ("orig_nbformat", "orig_nbformat_minor"):
        new["metadata"].pop(key, None)
    return new


def fault_of(document: Document) -> str:
    """Say what the notebook format has against a notebook; empty when it is valid.

    That cells lack ids is no fault: many tools write none, and Jupyter deals out some when it opens the file.
    """
    from nbformat.validator import iter_validate

    try:
        if document.get("nbformat_minor", 0) >= IDS_SINCE_MINOR:
            document = {**document, "cells": [{"id": "none", **cell} for cell in document["cells"]]}
        error = next(iter(iter_validate(document)), None)  # type: ignore[no-untyped-call]
        return str(error).partition("\n")[0][:200] if error is not None else ""
    except Exception as error:  # a validator that stumbles has not said that it is valid
        return f"it cannot be checked ({type(error).__name__})"


def dump(document: Document) -> bytes:
    """Write a notebook as Jupyter does, in UTF-8."""
    try:
        return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can name and UTF-8 cannot hold
        return (json.dumps(document, indent=1) + "\n").encode()


def source(cell: Cell) -> str:
    """Return a cell's text; nbformat allows a list of lines or one string."""
    text = cell.get("source", "")
    joined = "".join(text) if isinstance(text, list) else str(text)
    return joined.replace("\r\n", "\n")


def canonical(value: Any) -> str:
    """Return JSON that is equal for equal values; a NaN equals itself here."""
    return json.dumps(value, sort_keys=True)


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal; a NaN equals itself."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) or (one != one and other != other)


def is_code(cell: Cell) -> bool:
    """Tell whether a cell can have outputs."""
    return cell.get("cell_type") == "code"


def without(metadata: Document, volatile: set[str]) -> Document:
    """Return metadata without the keys that nobody wrote."""
    return {key: value for key, value in metadata.items() if key not in volatile}


def body(cell: Cell) -> tuple[Any, str, str]:
    """Return what a person writes in a cell: its type, its text, its attachments."""
    return cell.get("cell_type"), source(cell), canonical(cell.get("attachments") or {})


def cell_meaning(cell: Cell) -> str:
    """Return what a cell says, without what running it leaves behind."""
    return canonical([body(cell), without(cell.get("metadata", {}), VOLATILE_CELL_METADATA)])


def _notebook_meaning(document: Document) -> bytes:
    metadata = without(document["metadata"], VOLATILE_NOTEBOOK_METADATA)
    if isinstance(metadata.get("kernelspec"), dict):
        # A machine shows a kernel under its own title; only the kernel's name is a choice.
        metadata["kernelspec"] = metadata["kernelspec"].get("name")
    return canonical([metadata, [cell_meaning(cell) for cell in document["cells"]]]).encode()


def _text_meaning(data: bytes) -> bytes:
    """Drop what editors change unasked: a byte-order mark and line ends. Binary data stays as it is."""
    if b"\0" in data:
        return data
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")


def without_outputs(document: Document) -> Document:
    """Return the notebook as if it had never run."""
    bare = copy.deepcopy(document)
    for cell in bare["cells"]:
        if is_code(cell):
            cell["outputs"], cell["execution_count"] = [], None
    return bare


def without_ids(document: Document) -> Document:
    """Return the notebook with no cell's id."""
    cells = [{key: value for key, value in cell.items() if key != "id"} for cell in document["cells"]]
    return {**document, "cells": cells}


def settle_ids(cells: Sequence[Cell], wishes: Sequence[Sequence[str]], minor: int) -> None:
    """Give each cell the first of its wished ids that is free, or one derived from what it says."""
    for cell in cells:
        cell.pop("id", None)
    if minor < IDS_SINCE_MINOR:
        return
    taken: set[str] = set()
    # First wishes go first, so that no second wish takes an id from the cell that it belongs to.
    for rank in range(max(map(len, wishes), default=0)):
        for cell, wished in zip(cells, wishes, strict=True):
            if "id" not in cell and rank < len(wished) and _usable(wished[rank], taken):
                cell["id"] = wished[rank]
                taken.add(wished[rank])
    alike: dict[str, Iterator[int]] = defaultdict(count)
    for cell in cells:
        if "id" not in cell:
            cell["id"] = _derived(cell, taken, alike)
            taken.add(cell["id"])


def _usable(wished: object, taken: set[str]) -> bool:
    return isinstance(wished, str) and bool(VALID_ID.fullmatch(wished)) and wished not in taken


def _derived(cell: Cell, taken: set[str], alike: dict[str, Iterator[int]]) -> str:
    """Return an id made of what a cell says; ``alike`` counts those that say the same."""
    meaning = cell_meaning(cell)
    texts = (canonical([meaning, number]) for number in alike[meaning])
    names = (hashlib.sha256(text.encode()).hexdigest()[:8] for text in texts)
    return next(name for name in names if name not in taken)


def exercise_of(cell: Cell) -> str:
    """Return the name of the exercise that a cell is; empty for other cells."""
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    if not isinstance(tags, list):
        return ""
    named = [tag for tag in tags if isinstance(tag, str) and tag.startswith(TAG)]
    return named[0].removeprefix(TAG) if len(named) == 1 else ""


def asks_the_same(old: Cell, new: Cell) -> bool:
    """Tell whether two versions of a stub are one exercise, whose answers are exchangeable."""
    name = exercise_of(old)
    if not name or name != exercise_of(new):
        return False
    before, after = _asked(source(old)), _asked(source(new))
    return bool(after) and all(before.get(each) == shape for each, shape in after.items())


def answered(merged: Document, theirs: Document) -> list[str]:
    """Return the exercises whose cells hold something else than the workshop's stub, if it has one still."""
    stubs = {name: body(cell) for cell in theirs["cells"] if (name := exercise_of(cell))}
    return [name for cell in merged["cells"] if (name := exercise_of(cell)) and body(cell) != stubs.get(name)]


def _asked(text: str) -> dict[str, str]:
    """Return what a stub binds at its top level: the names, and of functions the arguments.

    Nothing where it cannot be understood.
    """
    if len(text) > LONGEST_STUB:
        return {}
    try:
        statements = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[str, str] = {}
    for statement in statements:
        if isinstance(statement, ast.FunctionDef):
            found[statement.name] = ast.dump(statement.args)
        elif isinstance(statement, ast.ClassDef):
            found[statement.name] = "a class"
        elif isinstance(statement, ast.Assign):
            names = (node for target in statement.targets for node in ast.walk(target))
            found.update((node.id, "a value") for node in names if isinstance(node, ast.Name))
    return found


class Version:
    """One version of a file. Its bytes are read when they are asked for, and not kept: only their hash is."""

    def __init__(
        self, data: bytes, load: Callable[[], bytes] | None = None, most_memory: int | None = None
    ) -> None:
        """Take the bytes, and what reads them again; without it they are kept.

        most_memory: what reading them as a notebook may take; None is anything.
        """
        self._load = load or (lambda: data)
        self.size = len(data)
        self.most_memory = most_memory
        self.sha256 = hashlib.sha256(data).hexdigest()

    @classmethod
    def known(
        cls, sha256: str, load: Callable[[], bytes], size: int, most_memory: int | None = None
    ) -> Version:
        """Return a version whose hash and size are known already."""
        version = cls(b"", load, most_memory)
        version.sha256, version.size = sha256, size
        return version

    @property
    def data(self) -> bytes:
        """The bytes; raises ChangedError when they are not what they were, OSError when they are gone."""
        data = self._load()
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise ChangedError(CHANGED)
        return data

    def _read(self) -> Document:
        """Return the notebook; raises NotANotebookError when it is none."""
        data = self.data
        _require(self.most_memory is None or _memory(data) <= self.most_memory, "it is too large to be read")
        try:
            return read_notebook(data)
        except RecursionError as error:
            raise NotANotebookError("it is nested too deeply") from error

    @property
    def notebook(self) -> Document | None:
        """The notebook, or None when the file is none."""
        try:
            return self._read()
        except NotANotebookError:
            return None

    @property
    def fault(self) -> str:
        """Say why the file is no valid notebook; empty when it is one."""
        try:
            return fault_of(self._read())
        except NotANotebookError as error:
            return str(error)

    @cached_property
    def meaning(self) -> str:
        """A hash, in hex, that running, reformatting or reopening the file leaves as it is."""
        try:
            said = b"notebook\n" + _notebook_meaning(self._read())
        except (NotANotebookError, RecursionError):
            said = b"text\n" + _text_meaning(self.data)
        return hashlib.sha256(said).hexdigest()


def _memory(data: bytes) -> int:
    """Estimate what JSON takes once it is read."""
    return 3 * len(data) + 80 * (data.count(b"{") + data.count(b"[")) + 40 * data.count(b",")


ALIKE = 0.6
"""Two cells without a common id are one cell, edited, when their texts are at least so similar."""
SAME_FILE = 0.5
"""At least this part of a file must have stayed for it to count as the same one."""
ONE_PAIR = 4_000_000
"""Texts whose lengths multiply to more are compared by lines, or only as a whole: it would take minutes."""
ABSENT = object()
Item = TypeVar("Item", bound=Hashable)
Pairs = dict[int, int]


class ConflictError(Exception):
    """Both sides changed the same thing in two ways; the text says which."""


def pick(base: Any, mine: Any, theirs: Any, what: str, mine_wins: bool = False) -> Any:
    """Return the side that changed; both the same way is no conflict.

    Raises ConflictError when both changed it in two ways, unless the participant's is to win.
    """
    if same(mine, theirs) or same(base, mine):
        return theirs
    if same(base, theirs) or mine_wins:
        return mine
    raise ConflictError(what)


def merge_metadata(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any], volatile: set[str], what: str
) -> dict[str, Any]:
    """Merge key by key, and dictionaries within in the same way; volatile keys are the participant's.

    Raises ConflictError when a key was changed on both sides in two ways.
    """
    merged: dict[str, Any] = {}
    for key in [*theirs, *(key for key in mine if key not in theirs)]:
        before, ours, upstream = (side.get(key, ABSENT) for side in (base, mine, theirs))
        if key not in volatile and isinstance(ours, dict) and isinstance(upstream, dict):
            old = before if isinstance(before, dict) else {}
            merged[key] = merge_metadata(old, ours, upstream, set(), f"{what}, {key}")
            continue
        value = pick(before, ours, upstream, f"{what}, {key}", key in volatile)
        if value is not ABSENT:
            merged[key] = value
    return merged


@dataclass(frozen=True, eq=False)
class Slot:
    """One cell as each side has it; None where a side lacks it."""

    base: Cell | None
    mine: Cell | None
    theirs: Cell | None


def merge(
    base: Document, mine: Document, theirs: Document, both_mine: bool = False, effort: Effort | None = None
) -> Document:
    """Return the notebook with both sides' changes; the arguments stay as they are.

    ``both_mine``: both are one participant's, so that two answers to one exercise contradict each other.
    Raises ConflictError when both sides changed the same cell, the same setting or the order.
    """
    sides = (base["cells"], mine["cells"], theirs["cells"])
    merged = {
        slot: cell for slot in _slots(*sides, effort) if (cell := _merge_cell(slot, both_mine)) is not None
    }
    slot_of = {id(cell): slot for slot in merged for cell in (slot.base, slot.mine, slot.theirs)}
    ordered = arrange(*([slot_of[id(cell)] for cell in each if id(cell) in slot_of] for each in sides))
    minor = max(mine.get("nbformat_minor", 0), theirs.get("nbformat_minor", 0))
    cells = [copy.deepcopy(merged[slot]) for slot in ordered]
    _lend_outputs(mine["cells"], ordered, cells)
    # The organiser's id first: the next merge goes by it.
    pairs = ((slot.theirs, slot.mine) for slot in ordered)
    settle_ids(cells, [[cell["id"] for cell in pair if cell and "id" in cell] for pair in pairs], minor)
    return {
        "cells": cells,
        "metadata": _merge_notebook_metadata(base["metadata"], mine["metadata"], theirs["metadata"]),
        "nbformat": 4,
        "nbformat_minor": minor,
    }


def _slots(base: list[Cell], mine: list[Cell], theirs: list[Cell], effort: Effort | None) -> list[Slot]:
    """Bring together what is one cell in the three versions."""
    my_pairs, their_pairs = align(base, mine, effort), align(base, theirs, effort)
    in_mine = {place: mine[number] for number, place in my_pairs.items()}
    in_theirs = {place: theirs[number] for number, place in their_pairs.items()}
    slots = [Slot(cell, in_mine.get(number), in_theirs.get(number)) for number, cell in enumerate(base)]
    new_theirs: dict[str, deque[Cell]] = defaultdict(deque)
    for number in _free(theirs, their_pairs):
        new_theirs[cell_meaning(theirs[number])].append(theirs[number])
    for number in _free(mine, my_pairs):
        twins = new_theirs[cell_meaning(mine[number])]
        slots.append(Slot(None, mine[number], twins.popleft() if twins else None))
    return slots + [Slot(None, None, cell) for cells in new_theirs.values() for cell in cells]


def _merge_cell(slot: Slot, both_mine: bool) -> Cell | None:
    """Return the merged cell; None when it goes."""
    base, mine, theirs = slot.base, slot.mine, slot.theirs
    if mine is not None and theirs is not None:
        return _merge_both(base, mine, theirs, both_mine)
    if base is None:
        return mine or theirs
    if mine is not None:  # the organiser deleted it: an edit outlives that
        return mine if cell_meaning(mine) != cell_meaning(base) else None
    if theirs is not None and cell_meaning(theirs) != cell_meaning(base):
        raise ConflictError("you deleted a cell that the workshop changed")
    return None


def _merge_both(base: Cell | None, mine: Cell, theirs: Cell, both_mine: bool) -> Cell:
    before = base or {}
    what, is_answer = "you and the workshop changed the same cell", False
    if not both_mine and base is not None and (name := exercise_of(mine)) and name == exercise_of(base):
        # An answer outlives a stub that was rewritten, unless something else is asked for now.
        is_answer = asks_the_same(base, theirs)
        what = f"you answered the exercise {name}, in which the workshop now asks for something else"
    chosen = pick(body(before), body(mine), body(theirs), what, mine_wins=is_answer)
    merged = dict(theirs if body(theirs) == chosen else mine)
    what = "you and the workshop changed the same setting of a cell"
    old, ours, upstream = (side.get("metadata", {}) for side in (before, mine, theirs))
    merged["metadata"] = merge_metadata(old, ours, upstream, VOLATILE_CELL_METADATA, what)
    if is_code(merged):
        # Outputs go with the chosen text; where both sides have it, with the participant's run of it.
        has_run = body(theirs) != chosen or not same(_run(mine), _run(before))
        runner = mine if body(mine) == chosen and has_run else theirs
        merged["outputs"] = runner.get("outputs", [])
        merged["execution_count"] = runner.get("execution_count")
    return merged


def _run(cell: Cell) -> list[Any]:
    return [cell.get("outputs", []), cell.get("execution_count")]


def _lend_outputs(mine: list[Cell], ordered: list[Slot], cells: list[Cell]) -> None:
    """Give outputs that lost their cell to a cell of the organiser's that says the same."""
    taken = {
        id(slot.mine)
        for slot, cell in zip(ordered, cells, strict=True)
        if slot.mine is not None and same(slot.mine.get("outputs"), cell.get("outputs"))
    }
    free: dict[tuple[Any, str, str], deque[Cell]] = defaultdict(deque)
    for cell in mine:
        if cell.get("outputs") and id(cell) not in taken:
            free[body(cell)].append(cell)
    for slot, cell in zip(ordered, cells, strict=True):
        if slot.mine is None and not cell.get("outputs") and is_code(cell) and free[body(cell)]:
            lender = free[body(cell)].popleft()
            cell["outputs"] = copy.deepcopy(lender["outputs"])
            cell["execution_count"] = lender.get("execution_count")


def _merge_notebook_metadata(base: Document, mine: Document, theirs: Document) -> Document:
    """Merge the settings; of the kernel only its name is a choice, the rest is the machine's."""
    what = "you and the workshop changed the same setting"
    merged = merge_metadata(base, mine, theirs, VOLATILE_NOTEBOOK_METADATA | {"kernelspec"}, what)
    before, ours, upstream = (_kernel_name(side) for side in (base, mine, theirs))
    kernel = pick(before, ours, upstream, "you and the workshop chose two kernels")
    holder = mine if _kernel_name(mine) == kernel and "kernelspec" in mine else theirs
    merged.pop("kernelspec", None)
    return {**merged, "kernelspec": holder["kernelspec"]} if "kernelspec" in holder else merged


def _kernel_name(metadata: Document) -> Any:
    kernel = metadata.get("kernelspec")
    return kernel.get("name") if isinstance(kernel, dict) else kernel


def arrange(base: Sequence[Item], mine: Sequence[Item], theirs: Sequence[Item]) -> list[Item]:
    """Return every item of ``mine`` and ``theirs`` once.

    The organiser's order is the frame and the participant's own items follow the item that they
    followed; what both put in one place comes organiser's first. When only the participant moved
    items, theirs is the frame. Raises ConflictError when both moved items in two ways.
    """
    common = set(base) & set(mine) & set(theirs)
    was, is_mine, is_theirs = ([item for item in side if item in common] for side in (base, mine, theirs))
    if is_mine != was and is_theirs != was and is_mine != is_theirs:
        raise ConflictError("you and the workshop moved cells")
    if is_mine != was and is_theirs == was:
        return _insert(list(mine), theirs, behind=set())
    return _insert(list(theirs), mine, behind=set(theirs) - set(base))


def _insert(frame: list[Item], others: Sequence[Item], behind: set[Item]) -> list[Item]:
    """Put each item that the frame lacks after its predecessor, and after the items of ``behind`` there."""
    known, theirs = {item: place for place, item in enumerate(frame)}, set(others)
    following: dict[int, list[Item]] = defaultdict(list)
    place = 0
    for item in others:
        if item in known:
            place = known[item] + 1
            continue
        while place < len(frame) and frame[place] in behind and frame[place] not in theirs:
            place += 1
        following[place].append(item)
    places = range(len(frame) + 1)
    return [each for place in places for each in (*following[place], *frame[place : place + 1])]


@dataclass
class Effort:
    """Seconds for which the processor may still compare, in one sync; after that only equal texts count."""

    left: float = 10.0

    def compare(self, find: Callable[[Any], Any], one: Any, other: Any, work: int) -> Any:
        """Return what is found in two sequences with so many pairs; None where it would take too long."""
        if work > ONE_PAIR or self.left <= 0:
            return None
        begin = time.process_time()
        found = find(SequenceMatcher(None, one, other, False))
        self.left -= time.process_time() - begin
        return found

    def ratio(self, one: Sequence[str | bytes], other: Sequence[str | bytes]) -> float:
        """Return how similar two sequences are, from 0 to 1."""
        return self.compare(SequenceMatcher.ratio, one, other, len(one) * len(other)) or 0.0

    def likeness(self, one: Cell, other: Cell) -> float:
        """Return how similar two cells' texts are, as ``ratio``; cells of two types must be equal."""
        mine, theirs = source(one), source(other)
        if mine == theirs or one.get("cell_type") != other.get("cell_type"):
            return float(mine == theirs)
        if len(mine) * len(theirs) > ONE_PAIR:
            return self.ratio(mine.splitlines(), theirs.splitlines())
        return self.ratio(mine, theirs)


def align(old: Sequence[Cell], new: Sequence[Cell], effort: Effort | None = None) -> Pairs:
    """Return for cells of ``new`` (by position) which cell of ``old`` each one was.

    Ids decide where both have them and they are unique, then the names of exercises. The rest goes by text:
    first equal cells in order, then equal cells anywhere, then, between matched neighbours, similar ones.
    """
    effort = effort or Effort()
    pairs = _kept(old, new, effort)
    _similar(old, new, pairs, effort)
    return pairs


def same_cells(old: Sequence[Cell], new: Sequence[Cell], effort: Effort) -> float:
    """Return which part of two notebooks' cells is common, from 0 to 1: half of a cell that was changed."""
    common = sum(
        1 + (body(old[place]) == body(new[number])) for number, place in _kept(old, new, effort).items()
    )
    return common / (len(old) + len(new)) if old or new else 0.0


def _kept(old: Sequence[Cell], new: Sequence[Cell], effort: Effort) -> Pairs:
    """Match the cells that kept their id, their exercise or their text."""
    pairs = _by_id(old, new)
    _by_exercise(old, new, pairs)
    _in_order(old, new, pairs, effort)
    _anywhere(old, new, pairs)
    return pairs


def unique_ids(cells: Sequence[Cell]) -> dict[str, int]:
    """Return the position of each id that only one cell has."""
    named = [(str(cell["id"]), number) for number, cell in enumerate(cells) if "id" in cell]
    counts = Counter(name for name, _ in named)
    return {name: number for name, number in named if counts[name] == 1}


def _by_id(old: Sequence[Cell], new: Sequence[Cell]) -> Pairs:
    """Match by ids, but for those that were dealt out anew: where a text went to another id, it decides."""
    before, after = unique_ids(old), unique_ids(new)
    pairs = {after[name]: before[name] for name in after if name in before}
    equal = {number: place for number, place in pairs.items() if body(old[place]) == body(new[number])}
    was, is_now = _says(old, set(equal.values())), _says(new, set(equal))
    return {
        number: place
        for number, place in pairs.items()
        if number in equal or not (body(new[number]) in was or body(old[place]) in is_now)
    }


def _says(cells: Sequence[Cell], taken: set[int]) -> set[tuple[object, str, str]]:
    """Return what the cells say that are not taken; an empty cell says nothing."""
    return {body(cells[number]) for number in _free(cells, taken) if source(cells[number]).strip()}


def _by_exercise(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs) -> None:
    """Match the stubs of one exercise, whatever the workshop made of their ids and their texts."""
    counts, left = Counter(map(exercise_of, new)), _free(old, set(pairs.values()))
    before = {name: number for number in left if (name := exercise_of(old[number])) and counts[name] == 1}
    for number in _free(new, pairs):
        name = exercise_of(new[number])
        if name in before:
            pairs[number] = before.pop(name)


def _free(cells: Sequence[Cell], taken: Container[int]) -> list[int]:
    return [number for number in range(len(cells)) if number not in taken]


def _in_order(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs, effort: Effort) -> None:
    """Match equal cells along the longest common run of both versions."""
    mine, theirs = _free(new, pairs), _free(old, set(pairs.values()))
    before, after = [body(old[number]) for number in theirs], [body(new[number]) for number in mine]
    equal = sum(map(Counter(before).__getitem__, after))
    blocks = effort.compare(SequenceMatcher.get_matching_blocks, before, after, equal)
    for start, target, length in blocks or ():
        for step in range(length):
            pairs[mine[target + step]] = theirs[start + step]


def _anywhere(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs) -> None:
    """Match equal cells that moved; an empty cell is like any other, so it does not count."""
    places: dict[object, deque[int]] = defaultdict(deque)
    for number in _free(old, set(pairs.values())):
        places[body(old[number])].append(number)
    for number in _free(new, pairs):
        candidates = places[body(new[number])]
        if candidates and source(new[number]).strip():
            pairs[number] = candidates.popleft()


def _similar(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs, effort: Effort) -> None:
    """Match similar cells, none before a cell whose match stands behind the other's."""
    free_old, after = _free(old, set(pairs.values())), -1
    for number, cell in enumerate(new):
        if number in pairs:
            after = max(after, pairs[number])
            continue
        places = [place for place in free_old if place > after]
        effort.left -= len(free_old) * 2e-6  # what a look at each takes, compared or not
        if effort.left <= 0:
            return
        likest = max(((effort.likeness(old[place], cell), -place) for place in places), default=(0.0, 0))
        if likest[0] >= ALIKE:
            pairs[number] = after = -likest[1]
            free_old.remove(after)
