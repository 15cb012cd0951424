"""A folder of pictures as people fill it: a few classes, and some of what goes wrong."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from PIL import Image

from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.transfer.folder import Collection, read_folder
from workshop.teach.imagenet.transfer.things import open_things

CLASSES = ("hammer", "scissors", "measuringTape", "plier")
"""How names of tools begin; those of a class go into a folder of its name."""


def yours_or_ours(folder: str | Path, data: Path | None = None) -> Collection:
    """Read your folder; where it cannot be learnt from, say why in one line and take the example.

    Every remark is printed, a line each. An empty name means the example, which lies in a temporary folder.
    """
    try:
        found = read_folder(Path(folder).expanduser()) if str(folder) else None
    except WorkshopError as error:
        print(f"{error}.\nUntil then we go on with the example:")
        found = None
    if found is None:
        found = read_folder(fill(Path(tempfile.mkdtemp()) / "my-things", data))
    for remark in found.remarks:
        print("·", remark)
    return found


def fill(folder: Path, data: Path | None = None) -> Path:
    """Make ``folder`` and put pictures of tools into it, one folder per class; return it.

    With them go a broken file, a copy, a smaller twin, a note and a loose picture, for the checks to
    find. Raises WorkshopError when the data set things is not on this machine.
    """
    tools = [thing for thing in open_things(["tools"], data) if isinstance(thing.picture, Path)]
    for name in CLASSES:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for thing in tools:
            if thing.name.startswith(name):
                shutil.copy(str(thing.picture), folder / name)
    _spoil(folder)
    return folder


def _spoil(folder: Path) -> None:
    """Add what always goes wrong."""
    first = folder / "hammer" / "hammer1.webp"
    shutil.copy(first, folder / "hammer" / "hammer1 (copy).webp")
    shutil.copy(first, folder / "a-hammer-somewhere.webp")
    with Image.open(folder / "scissors" / "scissors3.webp") as picture:
        picture.convert("RGB").resize((160, 113)).save(folder / "scissors" / "small-scissors.jpg", quality=80)
    content = first.read_bytes()
    (folder / "scissors" / "half-a-file.jpg").write_bytes(content[: len(content) // 2])
    (folder / "scissors" / "notes.txt").write_text("buy more scissors\n", encoding="utf-8")
