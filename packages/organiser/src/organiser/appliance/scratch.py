"""Scratch folders beside what is being made, and files that appear only when they are whole."""

from __future__ import annotations

import fcntl
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


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
    with _locked(folder):
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, which goes with this program; OSError when another one holds it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _remove_unless_used(folder: Path) -> None:
    with suppress(OSError), _locked(folder):
        shutil.rmtree(folder)


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
