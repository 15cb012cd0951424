"""The workshop's sample photographs that show something which ImageNet's networks know."""

from __future__ import annotations

from pathlib import Path

from workshop.core.errors import WorkshopError
from workshop.core.settings import load_settings

FILES = {
    "cat": "photos/chelsea.png",
    "coffee": "photos/coffee.png",
    "photographer": "photos/camera.png",
    "rocket": "photos/rocket.jpg",
    "flower": "photos/flower.jpg",
    "palace": "photos/china.jpg",
    "orange": "photos-objects/orange.jpg",
    "apple": "photos-objects/apple.jpg",
    "fruits": "photos-objects/fruits.jpg",
    "baboon": "photos-objects/baboon.jpg",
    "squirrel": "photos-objects/squirrel_cls.jpg",
    "butterfly": "photos-objects/butterfly.jpg",
    "footballer": "photos-objects/messi5.jpg",
}
"""Our names for them; the folders are data sets of the catalogue."""


def photos(data: Path | None = None) -> dict[str, Path]:
    """Return the sample photographs that are on this machine, by name, best known first.

    ``data`` is the folder of all data sets (else: this machine's). The data set photos must be there,
    photos-objects may be. Raises WorkshopError when there are none.
    """
    folder = data or load_settings().data
    found = {name: folder / file for name, file in FILES.items() if (folder / file).is_file()}
    if not found:
        raise WorkshopError(f"there are no photographs in {folder}; run 'workshop data fetch photos'")
    return found
