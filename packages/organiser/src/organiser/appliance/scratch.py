"""Scratch folders beside what is being made, and files that appear only when they are whole."""

from __future__ import annotations

import glob
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workshop.core.files import locked, put_in_place


@contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """Yield an empty folder on the target's own disk; it is gone afterwards, whatever happened.

    What a killed run left behind for the same target is removed first.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{target.name}-"
    for left in target.parent.glob(f"{glob.escape(prefix)}*"):
        _remove_unless_used(left)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
    with locked(folder):
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _remove_unless_used(folder: Path) -> None:
    with suppress(OSError), locked(folder):
        shutil.rmtree(folder)


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Yield the path to write at; the target is replaced by it, on disk, when nothing was raised."""
    partial = target.with_name(f".{target.name}.partial")
    try:
        yield partial
        put_in_place(partial, target)
    finally:
        partial.unlink(missing_ok=True)
