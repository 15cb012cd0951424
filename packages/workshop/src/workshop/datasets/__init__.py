"""Data sets and models: the catalogue, fetching, verifying, and where a lesson finds them.

Importing this package needs the standard library only, so that every kernel's environment can ask
for a path; what fetches lives in the modules beside it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workshop.core.errors import WorkshopError
from workshop.core.settings import load_settings

STAMP = ".verified.json"
"""In the data folder: which files were verified, and which files each data set has."""


def path(name: str, file: str | None = None) -> Path:
    """Return the folder of data set ``name``, or the path of one ``file`` in it.

    ``path("mnist")`` is a folder with the four IDX files, ``path("mnist",
    "train-labels-idx1-ubyte")`` is one of them. Contents were verified when they were fetched.

    Raises WorkshopError, with what to do about it, when the data set or the file is not there.
    """
    data = load_settings().data
    folder = data / name
    needed = [file] if file is not None else _files_of(data, name)
    if not folder.is_dir() or not all((folder / each).is_file() for each in needed):
        what = f"{name}/{file}" if file is not None else f"the data set '{name}'"
        raise WorkshopError(f"{what} is not in {data}; run 'workshop data fetch {name}'")
    return folder if file is None else folder / file


def missing(data: Path) -> list[str] | None:
    """Return the data sets of which a file that was verified is no longer there; None when none ever was."""
    verified = _noted(data, "files")
    if not verified:
        return None
    return sorted({each.partition("/")[0] for each in verified if not (data / each).is_file()})


def _files_of(data: Path, name: str) -> list[str]:
    """Return the files that the data set has, as the last fetch noted them; none when unknown."""
    files = _noted(data, "datasets").get(name, [])
    return [str(each) for each in files] if isinstance(files, list) else []


def _noted(data: Path, what: str) -> dict[str, Any]:
    """Return one part of what the last fetch noted; nothing when there is no note or it is unusable."""
    try:
        noted = json.loads((data / STAMP).read_text(encoding="utf-8"))[what]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return noted if isinstance(noted, dict) else {}
