"""The folder that a benchmark works in, and removes."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from workshop.core.output import messages


@contextlib.contextmanager
def scratch_folder(below: Path | None = None, *, keep_failed: bool = False) -> Iterator[Path]:
    """Give an empty folder, without links on the way to it, and remove it in the end.

    Args:
        below: A folder on the disk to measure on; without one, the system's for temporary files.
        keep_failed: Leave it where something failed, and say where, for anyone who looks for the reason.
    """
    # Named before it is made: who is told to end in between removes it, too.
    folder = Path(below or tempfile.gettempdir()).resolve() / f"workshop-bench-{secrets.token_hex(8)}"
    failed = True
    try:
        folder.mkdir(mode=0o700)
        yield folder
        failed = False
    finally:
        if failed and keep_failed and folder.is_dir():
            messages.print(f"left: {folder}")
        else:
            # What cannot be removed hides no figure, and no failure.
            shutil.rmtree(folder, ignore_errors=True)
