"""What a file means: a notebook's cells without what running it leaves behind."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Any

# Jupyter writes these when a notebook is run, opened or scrolled; nobody wrote them.
VOLATILE_NOTEBOOK_METADATA = {"language_info", "widgets", "signature", "toc", "varInspector"}
VOLATILE_CELL_METADATA = {"collapsed", "scrolled", "execution", "ExecuteTime", "trusted", "jupyter"}


def parse(data: bytes) -> dict[str, Any] | None:
    """Return the notebook as a dictionary, or None when ``data`` is no notebook of nbformat 4."""
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except ValueError:
        return None
    if not isinstance(document, dict) or document.get("nbformat") != 4:
        return None
    cells = document.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        return None
    return document


def source(cell: dict[str, Any]) -> str:
    """Return a cell's text; nbformat allows a list of lines or one string."""
    text = cell.get("source", "")
    joined = "".join(map(str, text)) if isinstance(text, list) else str(text)
    return joined.replace("\r\n", "\n")


def _without(metadata: Any, volatile: set[str]) -> Any:
    if not isinstance(metadata, dict):
        return metadata
    return {key: value for key, value in metadata.items() if key not in volatile}


def _cell_meaning(cell: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": cell.get("cell_type"),
        "source": source(cell),
        "metadata": _without(cell.get("metadata", {}), VOLATILE_CELL_METADATA),
        "attachments": cell.get("attachments") or {},
    }


def _notebook_meaning(document: dict[str, Any]) -> dict[str, Any]:
    metadata = _without(document.get("metadata", {}), VOLATILE_NOTEBOOK_METADATA)
    if isinstance(metadata, dict) and isinstance(metadata.get("kernelspec"), dict):
        # A machine shows a kernel under its own title; only the kernel's name is a choice.
        metadata["kernelspec"] = metadata["kernelspec"].get("name")
    return {"metadata": metadata, "cells": [_cell_meaning(cell) for cell in document["cells"]]}


def _text_meaning(data: bytes) -> bytes:
    """Drop what editors change unasked: a byte-order mark and line ends. Binary data stays as it is."""
    if b"\0" in data:
        return data
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")


class Version:
    """One version of a file: its bytes, their hash, and the hash of what they mean."""

    def __init__(self, data: bytes) -> None:
        """Take the bytes; nothing is computed until it is asked for."""
        self.data = data

    @cached_property
    def sha256(self) -> str:
        """The hash of the bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def notebook(self) -> dict[str, Any] | None:
        """The notebook, or None when the file is none."""
        return parse(self.data)

    @cached_property
    def meaning(self) -> str:
        """A hash, in hex, that running, reformatting or reopening the file leaves as it is."""
        if self.notebook is None:
            return hashlib.sha256(b"text\n" + _text_meaning(self.data)).hexdigest()
        canonical = json.dumps(_notebook_meaning(self.notebook), sort_keys=True)
        return hashlib.sha256(b"notebook\n" + canonical.encode()).hexdigest()


def _outputs_by_cell(document: dict[str, Any]) -> dict[tuple[Any, str], dict[str, Any]]:
    """Find the cells that have outputs by their id and source; a cell without an id by its source."""
    return {
        (cell.get("id"), source(cell)): cell
        for cell in document["cells"]
        if cell.get("cell_type") == "code" and cell.get("outputs")
    }


def with_outputs_of(new: Version, ran: Version) -> Version:
    """Return ``new`` with the outputs that ``ran`` has for cells whose source is still the same.

    When either is no notebook, or no output fits, ``new`` itself is returned.
    """
    if new.notebook is None or ran.notebook is None:
        return new
    outputs = _outputs_by_cell(ran.notebook)
    document: dict[str, Any] = json.loads(new.data.decode("utf-8-sig"))
    carried = False
    for cell in document["cells"]:
        old = outputs.get((cell.get("id"), source(cell)))
        if old is not None and cell.get("cell_type") == "code":
            cell["outputs"] = old["outputs"]
            cell["execution_count"] = old.get("execution_count")
            carried = True
    if not carried:
        return new
    return Version((json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode())
