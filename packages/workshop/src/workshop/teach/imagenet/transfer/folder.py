"""A folder of your own pictures, one folder per class, checked before training.

``my-things/cups/…`` and ``my-things/spoons/…`` hold pictures of two classes. Each problem is reported in
one friendly line; a file that cannot be used is left out, and the others are used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.preprocessing import Picture, open_picture

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")
FEWEST = 4
"""Pictures per class: with fewer, nothing can be held out."""
ENOUGH = 10
ALIKE = 4
"""Two pictures whose fingerprints differ in no more than so many of 64 bits look the same."""


class Item(NamedTuple):
    """One picture, and its label: the name of its folder."""

    path: Path
    label: str


@dataclass
class Collection:
    """What a folder holds that can be learnt from, and what was noticed on the way."""

    items: list[Item] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """One line each: what was left out, and what may go wrong."""

    @property
    def paths(self) -> list[Path]:
        """The pictures' files."""
        return [item.path for item in self.items]

    @property
    def labels(self) -> npt.NDArray[np.str_]:
        """What each picture shows."""
        return np.array([item.label for item in self.items])


def read_folder(folder: Path) -> Collection:
    """Return the pictures below ``folder``, without what is broken or there twice.

    Raises WorkshopError in one line when nothing can be learnt from it: no such folder, no pictures,
    only one class, or fewer than four pictures of a class.
    """
    if not folder.is_dir():
        raise WorkshopError(f"there is no folder {folder}; make it, with one folder per class")
    collection = Collection()
    marks: dict[str, _Mark] = {}
    for item in _candidates(folder, collection):
        mark = _mark(item, collection)
        if mark is not None and not _seen_before(item, mark, marks, collection):
            marks[item.path.relative_to(folder).as_posix()] = mark
            collection.items.append(item)
    _check(folder, collection)
    return collection


class _Mark(NamedTuple):
    """What tells a picture from another: its bytes, and how it looks."""

    content: str
    look: int
    label: str


def _candidates(folder: Path, collection: Collection) -> Iterator[Item]:
    """Yield every file that may be a picture; say what else lies there."""
    loose = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in ENDINGS]
    if loose:
        collection.remarks.append(
            f"{_count(len(loose), 'picture')} such as {loose[0].name} outside the class folders: left out; "
            "put each into the folder of its class"
        )
    for label in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        others = []
        for path in sorted(
            label.rglob("*"), key=lambda path: (len(path.name), path)
        ):  # originals before copies
            if path.name.startswith(".") or path.is_dir():
                continue
            if path.suffix.lower() in ENDINGS:
                yield Item(path, label.name)
            else:
                others.append(path)
        if others:
            collection.remarks.append(
                f"{label.name}: {others[0].name} is not a picture that can be read here: left out "
                f"({_count(len(others), 'file')} like that)"
            )


def _mark(item: Item, collection: Collection) -> _Mark | None:
    try:
        picture = open_picture(item.path)
        content = hashlib.sha256(item.path.read_bytes()).hexdigest()
    except (WorkshopError, OSError):
        collection.remarks.append(f"{item.label}/{item.path.name} is broken or empty: left out")
        return None
    return _Mark(content, fingerprint(picture), item.label)


def _seen_before(item: Item, mark: _Mark, marks: dict[str, _Mark], collection: Collection) -> bool:
    """Say whether the picture is there already; a copy among the held-out pictures would be no test."""
    name = f"{item.label}/{item.path.name}"
    for other, known in marks.items():
        same = mark.content == known.content
        if not same and (mark.look ^ known.look).bit_count() > ALIKE:
            continue
        how = "is the same file as" if same else "looks just like"
        if mark.label != known.label:
            collection.remarks.append(
                f"{name} {how} {other}, which is in another class: left out; which label is right?"
            )
        else:
            collection.remarks.append(f"{name} {how} {other}: left out")
        return True
    return False


def _check(folder: Path, collection: Collection) -> None:
    """Raise when nothing can be learnt; remark when little can."""
    labels, counts = np.unique(collection.labels, return_counts=True)
    if not len(labels):
        raise WorkshopError(
            f"there is no picture to learn from below {folder}; put each into the folder of its class"
        )
    if len(labels) == 1:
        raise WorkshopError(f"all pictures show {labels[0]}; add a folder with pictures of something else")
    least = counts.argmin()
    if counts[least] < FEWEST:
        raise WorkshopError(
            f"{labels[least]} has {_count(int(counts[least]), 'picture')} that can be used, "
            f"but training and testing take {FEWEST}; add some"
        )
    if counts[least] < ENOUGH:
        collection.remarks.append(
            f"{labels[least]} has only {counts[least]} pictures: {ENOUGH} or more give a more reliable result"
        )
    if counts.max() > 4 * counts.min():
        collection.remarks.append(
            f"there are {counts.max()} of {labels[counts.argmax()]} and {counts.min()} of {labels[least]}: "
            "the classifier will favour the larger class"
        )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def twins(pictures: Sequence[Picture]) -> list[tuple[int, int]]:
    """Return the places of each two pictures that look the same, the earlier one first."""
    prints = [fingerprint(open_picture(picture)) for picture in pictures]
    return [
        (earlier, later)
        for later in range(len(prints))
        for earlier in range(later)
        if (prints[earlier] ^ prints[later]).bit_count() <= ALIKE
    ]


def fingerprint(picture: Image.Image) -> int:
    """Return 64 bits that stay nearly the same when a picture is made smaller, lighter or saved again.

    Each says whether a pixel of the picture at 9 by 8 is lighter than its right neighbour (the
    "difference hash", N. Krawetz 2013, https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html).
    """
    small = np.asarray(picture.convert("L").resize((9, 8), Image.Resampling.BOX), dtype=np.int16)
    bits = (small[:, 1:] > small[:, :-1]).ravel()
    return int("".join("1" if bit else "0" for bit in bits), 2)
