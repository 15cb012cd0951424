"""What files were when they were last read, so that an untouched file is not read again."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any

from workshop.sync.files import write_atomically
from workshop.sync.notebook import Version

SETTLED_NS = 1_000_000_000
"""A file that changed less than this ago may change again within one tick of the file system's clock."""


def fingerprint(status: os.stat_result) -> list[int]:
    """Return what changes whenever a file's content does; the kernel sets the third number itself."""
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


class Stats:
    """A cache of hashes under ``state``; to lose it costs time and nothing else."""

    def __init__(self, state: Path) -> None:
        """Read the cache, if there is one."""
        self._file = state / "stats.json"
        self._known = self._read()
        self._seen: dict[str, tuple[list[int], Version]] = {}
        self._same: dict[str, list[Any]] = {}

    def _read(self) -> dict[str, list[Any]]:
        try:
            document = json.loads(self._file.read_text(encoding="utf-8"))
            return {str(path): list(row) for path, row in document["files"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return {}

    def is_still(self, file: str, sha256: str) -> bool:
        """Tell whether a file is known to be what it was, and what it was had this hash; it is not read."""
        row = self._known.get(file)
        if row is None or row[4] != sha256:
            return False
        try:
            still = row[:4] == fingerprint(os.lstat(file))
        except OSError:
            return False
        if still:
            self._same[file] = row
        return still

    def version(self, file: Path) -> Version | None:
        """Return a file's version; None when there is no file. Raises OSError when it cannot be read."""
        try:
            status = os.lstat(file)
        except (FileNotFoundError, NotADirectoryError):
            return None
        print_ = fingerprint(status)
        row = self._known.get(str(file))
        if row is not None and row[:4] == print_ and len(row) == 6:
            version = Version.known(row[4], file.read_bytes)
            if row[5]:
                version.meaning = row[5]
        else:
            version = Version(file.read_bytes())
        if time.time_ns() - SETTLED_NS - status.st_ctime_ns >= 0:
            self._seen[str(file)] = (print_, version)
        return version

    def save(self) -> None:
        """Remember what was read; a cache that cannot be written is no fault."""
        known = self._same | {
            path: [*print_, version.sha256, version.__dict__.get("meaning", "")]
            for path, (print_, version) in self._seen.items()
        }
        if known != self._known:
            with contextlib.suppress(OSError, UnicodeEncodeError):
                write_atomically(self._file, json.dumps({"files": known}).encode())
