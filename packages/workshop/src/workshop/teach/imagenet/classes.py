"""The 1,000 things that ImageNet's networks tell apart, in the order of their outputs."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from workshop.core.errors import WorkshopError
from workshop.core.settings import load_settings

COUNT = 1000
CLEARER = {
    282: "tiger cat", 285: "Egyptian cat", 638: "maillot", 744: "projectile",
    836: "sunglass", 998: "ear of cereal",
}  # fmt: skip
"""Names that the data set gives to two classes, or as a whole sentence."""


def class_names(folder: Path | None = None) -> tuple[str, ...]:
    """Return the 1,000 short names, such as "tabby cat".

    ``folder`` holds the files of the data set imagenet-classes; without it they come from
    ``workshop data fetch imagenet-classes``. Raises WorkshopError when they are missing or damaged.
    """
    return _read((folder or load_settings().data / "imagenet-classes") / "imagenet1k_clean_names.json")


@cache
def _read(path: Path) -> tuple[str, ...]:
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WorkshopError(f"cannot read {path}; run 'workshop data fetch imagenet-classes'") from error
    if not isinstance(names, list) or len(names) != COUNT:
        raise WorkshopError(f"{path} does not hold 1,000 names; run 'workshop data fetch imagenet-classes'")
    return tuple(CLEARER.get(number, str(name)) for number, name in enumerate(names))
