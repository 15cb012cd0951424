"""The workshop's own things: photographs of fishes, monuments and tools, and paintings, with credits."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from workshop.core.errors import WorkshopError
from workshop.core.settings import load_settings
from workshop.teach.imagenet.style import paintings

PHOTOGRAPHS = ("fishes", "monuments", "tools")
PAINTINGS = "paintings"
CLASSES = (*PHOTOGRAPHS, PAINTINGS)
FEWEST = 8
"""Pictures per class, below which nothing can be measured."""


class Thing(NamedTuple):
    """One picture, what it shows, and whom it is by."""

    picture: Path | Image.Image
    label: str
    name: str
    """Tells it from all others: the file's name, or the painting's."""
    credit: str


def classes_here(data: Path | None = None) -> tuple[str, ...]:
    """Return the classes of which the folder ``data`` (else: this machine's) has enough to learn from.

    Some machines cannot fetch the paintings: only Debian's packages have them.
    """
    data = data or load_settings().data
    counts = {name: len(list((data / "things" / name).glob("*.webp"))) for name in PHOTOGRAPHS}
    counts[PAINTINGS] = len(paintings.names(data))
    return tuple(name for name in CLASSES if counts[name] >= FEWEST)


def open_things(classes: Sequence[str] = CLASSES, data: Path | None = None) -> list[Thing]:
    """Return the pictures of these classes from the folder ``data`` (else: this machine's), in order.

    Raises WorkshopError if no class is named, one is unknown, or its pictures are not on this machine.
    """
    data = data or load_settings().data
    if not classes:
        raise WorkshopError("there are no pictures to learn from; run 'workshop data fetch things'")
    unknown = [name for name in classes if name not in CLASSES]
    if unknown:
        raise WorkshopError(f"there are no pictures of '{unknown[0]}'; there are: {', '.join(CLASSES)}")
    return [
        thing
        for name in classes
        for thing in (_paintings(data) if name == PAINTINGS else _photographs(data / "things" / name))
    ]


def _photographs(folder: Path) -> list[Thing]:
    files = sorted(folder.glob("*.webp"))
    if not files:
        raise WorkshopError(f"there are no pictures in {folder}; run 'workshop data fetch things'")
    credits = tomllib.loads(Path(__file__).with_name("credits.toml").read_text(encoding="utf-8"))[folder.name]
    return [Thing(file, folder.name, file.stem, credits.get(file.stem, "unknown")) for file in files]


def _paintings(data: Path) -> list[Thing]:
    found = paintings.names(data)
    if not found:
        raise WorkshopError(
            "there are no paintings on this machine; run 'workshop data fetch painting paintings'"
        )
    opened = ((name, paintings.open_painting(name, data)) for name in found)
    return [Thing(painting.picture, PAINTINGS, name, painting.caption) for name, painting in opened]
