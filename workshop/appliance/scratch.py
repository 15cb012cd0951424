"""Scratch folders beside what is being made, and files that appear only when they are whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """Yield an empty folder on the target's own disk; it is gone afterwards, whatever happened."""
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Yield the path to write at; the target is replaced by it, on disk, when nothing was raised."""
    partial = target.with_name(f".{target.name}.partial")
    try:
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
