"""What a file means: a notebook's cells without what running it leaves behind, and exercises by their tag.

A cell tagged ``exercise:NAME`` is a stub that the participant fills in. When the workshop rewrites the stub
and it still asks for the same names with the same arguments, an answer to the old one answers the new one.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import count
from typing import Any

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


_READING = threading.Lock()
"""What reads several versions, such as git, answers one question at a time."""


class Version:
    """One version of a file: its bytes, their hash, and the hash of what they mean.

    Nothing is read or computed until it is needed, and ``forget`` lets go of what can be read again:
    most files of most syncs are compared by a hash that is already known.
    """

    def __init__(self, data: bytes, load: Callable[[], bytes] | None = None) -> None:
        """Take the bytes, and what reads them again if they may be forgotten."""
        self._data: bytes | None = data
        self._load = load
        self.size = len(data)
        self.most_memory: int | None = None
        """What reading it as a notebook may take; None is anything."""
        self.is_other = False
        """Whether other bytes were found than those of its hash."""

    @classmethod
    def known(
        cls, sha256: str, load: Callable[[], bytes], size: int, most_memory: int | None = None
    ) -> Version:
        """Return a version whose hash and size are known and whose bytes are read when they are needed."""
        version = cls(b"", load)
        version._data, version.size, version.sha256, version.most_memory = None, size, sha256, most_memory
        return version

    @property
    def data(self) -> bytes:
        """The bytes; raises ChangedError when they are not what they were, OSError when they are gone."""
        if self._data is None:
            assert self._load is not None
            with _READING:
                data = self._load()
            if hashlib.sha256(data).hexdigest() != self.sha256:
                self.is_other = True
                raise ChangedError(CHANGED)
            self._data = data
        return self._data

    def forget(self) -> None:
        """Let go of what takes memory; the hashes stay."""
        if self._load is not None:
            self.sha256  # noqa: B018 -- whoever reads it again checks it by this
            self._data = None
        self.__dict__.pop("_read", None)

    @cached_property
    def sha256(self) -> str:
        """The hash of the bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def _read(self) -> tuple[Document | None, bytes, str]:
        """The notebook, what it means, and why there is none."""
        data = self.data
        try:
            _require(
                self.most_memory is None or _memory(data) <= self.most_memory, "it is too large to be read"
            )
            document = read_notebook(data)
            return document, _notebook_meaning(document), ""
        except (NotANotebookError, RecursionError) as error:
            why = str(error) if isinstance(error, NotANotebookError) else "it is nested too deeply"
            return None, b"", why

    @property
    def notebook(self) -> Document | None:
        """The notebook, or None when the file is none."""
        return self._read[0]

    @property
    def fault(self) -> str:
        """Say why the file is no valid notebook; empty when it is one."""
        return self._read[2] or fault_of(self._read[0] or {})

    @cached_property
    def meaning(self) -> str:
        """A hash, in hex, that running, reformatting or reopening the file leaves as it is."""
        if self.notebook is None:
            return hashlib.sha256(b"text\n" + _text_meaning(self.data)).hexdigest()
        return hashlib.sha256(b"notebook\n" + self._read[1]).hexdigest()


def _memory(data: bytes) -> int:
    """Estimate what JSON takes once it is read."""
    return 3 * len(data) + 80 * (data.count(b"{") + data.count(b"[")) + 40 * data.count(b",")
