"""What a file means: a notebook's cells without what running it leaves behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

Document = dict[str, Any]
"""A notebook as ``json`` reads it."""
Cell = dict[str, Any]

# Jupyter writes these when a notebook is run, opened or scrolled; nobody wrote them.
VOLATILE_NOTEBOOK_METADATA = {"language_info", "widgets", "signature", "toc", "varInspector"}
VOLATILE_CELL_METADATA = {"collapsed", "scrolled", "execution", "ExecuteTime", "trusted", "jupyter"}


def parse(data: bytes) -> Document | None:
    """Return the notebook in format 4, older ones converted; None when ``data`` is no notebook."""
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    if document.get("nbformat") in (1, 2, 3):
        document = _upgrade(document)
    if document is None or document.get("nbformat") != 4:
        return None
    cells = document.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        return None
    if not isinstance(document.get("metadata"), dict):
        return None
    return dict(document)


def _upgrade(document: Document) -> Document | None:
    """Convert a notebook of an old format; None when it is not valid in its own."""
    import nbformat
    from nbformat.reader import NotJSONError

    try:
        old = nbformat.from_dict(document)  # type: ignore[no-untyped-call]
        new = json.loads(json.dumps(nbformat.convert(old, 4)))  # type: ignore[no-untyped-call]
    except (ValueError, KeyError, TypeError, AttributeError, NotJSONError, nbformat.ValidationError):
        return None
    # The converter draws cell ids at random, which would make two readings of one file differ.
    for cell in new["cells"]:
        cell.pop("id", None)
    new["nbformat_minor"] = 4
    for key in ("orig_nbformat", "orig_nbformat_minor"):
        new["metadata"].pop(key, None)
    return dict(new)


def faults(document: Document) -> Iterator[str]:
    """Yield what the notebook format says against a notebook; nothing when it is valid."""
    from nbformat.validator import iter_validate

    for error in iter_validate(document):  # type: ignore[no-untyped-call]
        yield str(error).partition("\n")[0]


def dump(document: Document) -> bytes:
    """Write a notebook as Jupyter does, in UTF-8."""
    try:
        return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can name and UTF-8 cannot hold
        return (json.dumps(document, indent=1) + "\n").encode()


def source(cell: Cell) -> str:
    """Return a cell's text; nbformat allows a list of lines or one string."""
    text = cell.get("source", "")
    joined = "".join(map(str, text)) if isinstance(text, list) else str(text)
    return joined.replace("\r\n", "\n")


def canonical(value: Any) -> str:
    """Return JSON that is equal for equal values; a NaN equals itself here."""
    return json.dumps(value, sort_keys=True)


def is_code(cell: Cell) -> bool:
    """Tell whether a cell can have outputs."""
    return cell.get("cell_type") == "code"


def without(metadata: Any, volatile: set[str]) -> Any:
    """Return metadata without the keys that nobody wrote."""
    if not isinstance(metadata, dict):
        return metadata
    return {key: value for key, value in metadata.items() if key not in volatile}


def body(cell: Cell) -> tuple[Any, str, str]:
    """Return what a person writes in a cell: its type, its text, its attachments."""
    return cell.get("cell_type"), source(cell), canonical(cell.get("attachments") or {})


def cell_meaning(cell: Cell) -> str:
    """Return what a cell says, without what running it leaves behind."""
    return canonical([body(cell), without(cell.get("metadata", {}), VOLATILE_CELL_METADATA)])


def notebook_metadata(document: Document) -> Document:
    """Return the metadata that somebody chose."""
    metadata: Document = without(document["metadata"], VOLATILE_NOTEBOOK_METADATA)
    if isinstance(metadata.get("kernelspec"), dict):
        # A machine shows a kernel under its own title; only the kernel's name is a choice.
        metadata["kernelspec"] = metadata["kernelspec"].get("name")
    return metadata


def _notebook_meaning(document: Document) -> list[Any]:
    return [notebook_metadata(document), [cell_meaning(cell) for cell in document["cells"]]]


def _text_meaning(data: bytes) -> bytes:
    """Drop what editors change unasked: a byte-order mark and line ends. Binary data stays as it is."""
    if b"\0" in data:
        return data
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")


class Version:
    """One version of a file: its bytes, their hash, and the hash of what they mean.

    Nothing is read or computed until it is asked for: most files of most syncs are compared by a
    hash that is already known.
    """

    def __init__(self, data: bytes) -> None:
        """Take the bytes."""
        self.data = data

    @classmethod
    def known(cls, sha256: str, load: Callable[[], bytes]) -> Version:
        """Return a version whose hash is known and whose bytes are read when they are needed."""
        version = _Lazy.__new__(_Lazy)
        version.load = load
        version.sha256 = sha256
        return version

    @cached_property
    def sha256(self) -> str:
        """The hash of the bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def notebook(self) -> Document | None:
        """The notebook, or None when the file is none."""
        return parse(self.data)

    @cached_property
    def meaning(self) -> str:
        """A hash, in hex, that running, reformatting or reopening the file leaves as it is."""
        if self.notebook is None:
            return hashlib.sha256(b"text\n" + _text_meaning(self.data)).hexdigest()
        content = canonical(_notebook_meaning(self.notebook))
        return hashlib.sha256(b"notebook\n" + content.encode()).hexdigest()


class _Lazy(Version):
    """A version that reads its bytes late."""

    load: Callable[[], bytes]

    @cached_property
    def data(self) -> bytes:  # type: ignore[override]
        """The bytes, read on first use."""
        return self.load()
