"""Where new versions come from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.sync.notebook import Version

IGNORED = {"__pycache__", "node_modules"}


@dataclass(frozen=True)
class Source:
    """The files of one revision, by their path below the folder (with ``/``)."""

    root: Path
    files: dict[str, Version]
    skipped: dict[str, str]
    """Paths that are not delivered, with the reason."""
    revision: str
    """A short name of exactly this content."""


def read_folder(folder: Path, subdir: str) -> Source:
    """Read a checkout's or a stick's ``subdir``; hidden files and caches stay behind.

    Raises WorkshopError when there is no such folder or it holds no file.
    """
    root = (folder / subdir).resolve()
    if not root.is_relative_to(folder.resolve()):
        raise WorkshopError(f"{subdir} leads out of {folder}; name a folder inside it")
    if not root.is_dir():
        raise WorkshopError(f"there is no folder {subdir} in {folder}; name another source with --from")
    files: dict[str, Version] = {}
    skipped: dict[str, str] = {}
    for file in sorted(root.rglob("*")):
        relative = file.relative_to(root)
        if any(part.startswith(".") or part in IGNORED for part in relative.parts):
            continue
        if file.is_symlink():
            skipped[relative.as_posix()] = "the workshop's file is a link, which is never followed"
        elif file.is_file():
            files[relative.as_posix()] = Version(file.read_bytes())
    if not files:
        raise WorkshopError(f"{root} holds no notebook; name another source with --from")
    return Source(root, files, skipped, _revision(files))


def _revision(files: dict[str, Version]) -> str:
    """Hash names and contents: the same revision wherever the same content lies."""
    digest = hashlib.sha256()
    for path, version in sorted(files.items()):
        digest.update(f"{path}\0{version.sha256}\n".encode())
    return digest.hexdigest()[:8]
