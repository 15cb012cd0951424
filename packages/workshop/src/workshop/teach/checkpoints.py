"""Networks that were trained before: saved, found again, and taken over by those who come late.

A checkpoint is one ``.npz`` file of plain arrays (nothing in it can run code when it is read). It is
written beside and renamed into place, so that a kernel killed while saving leaves the old one.
"""

from __future__ import annotations

import importlib.util
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.core.errors import WorkshopError
from workshop.core.files import written_whole
from workshop.core.settings import load_settings
from workshop.core.zips import require_small

Arrays = list[npt.NDArray[Any]]

SHIPPED = Path(__file__).with_name("shipped")
"""Networks that come with the workshop, for those who have trained none yet."""
MOST_BYTES = 500_000_000
"""Of a checkpoint, unpacked: a neighbour's may unpack to anything."""


def folder() -> Path:
    """Return this participant's checkpoint folder, made if need be.

    It is ``<prefix>/state/checkpoints`` where the participant may write there, and the XDG state
    folder elsewhere.
    """
    prefix = load_settings().prefix
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    own = state / "deep-learning-workshop" / "checkpoints"
    for place in [prefix / "state" / "checkpoints"] if prefix else []:
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(place, os.W_OK):
            return place
    own.mkdir(parents=True, exist_ok=True)
    return own


def save(name: str, arrays: Sequence[npt.ArrayLike], facts: Mapping[str, object] | None = None) -> Path:
    """Save ``arrays``, in their order, with a few ``facts`` (JSON values); return the file.

    The arrays are what ``lasagne.layers.get_all_param_values`` returns, or any others.
    """
    return write(folder() / f"{name}.npz", [np.asarray(array) for array in arrays], facts or {})


def ship(name: str) -> Path:
    """Put your own checkpoint ``name`` among those that come with the workshop; return the file.

    For maintainers, after training in the profile ``full``: float32 becomes float16, which halves
    the file and costs a trained network nothing that can be measured.
    """
    arrays, facts = load(folder() / f"{name}.npz")
    return write(SHIPPED / f"{name}.npz", halved(arrays), facts)


def halved(arrays: Sequence[npt.NDArray[Any]]) -> Arrays:
    """Return the arrays with float16 in place of float32."""
    return [array.astype(np.float16) if array.dtype == np.float32 else array for array in arrays]


def write(target: Path, arrays: Arrays, facts: Mapping[str, object]) -> Path:
    """Write one checkpoint beside its place and rename it; return the file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {f"array{number:03}": array for number, array in enumerate(arrays)}
    with written_whole(target) as file:
        np.savez_compressed(file, facts=np.array(json.dumps(dict(facts))), **content)
    return target


def load(path: Path) -> tuple[Arrays, dict[str, Any]]:
    """Read a checkpoint: its arrays in the order in which they were saved, and its facts.

    Arrays saved as float16 to save space come back as float32. Raises WorkshopError when the file
    is not a checkpoint.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            require_small(archive, MOST_BYTES)
        with np.load(path, allow_pickle=False) as content:
            facts = json.loads(str(content["facts"]))
            names = sorted(name for name in content.files if name != "facts")
            arrays = [_widened(content[name]) for name in names]
    except FileNotFoundError as error:
        raise WorkshopError(f"there is no checkpoint {path}; run the training cell") from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise WorkshopError(f"{path} is not a checkpoint ({error}); delete it and train again") from error
    return arrays, facts


def _widened(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return array.astype(np.float32) if array.dtype == np.float16 else array


def rejoin(name: str) -> tuple[Arrays, dict[str, Any]]:
    """Return the arrays and facts of your own checkpoint ``name``, or of the one that was shipped.

    Raises WorkshopError when there is neither.
    """
    for place, whose in ((folder(), "your own"), (SHIPPED, "the workshop's"), (_games(), "the workshop's")):
        path = place / f"{name}.npz" if place else None
        if path and path.is_file():
            arrays, facts = load(path)
            print(f"Rejoined with {whose} network {name}: {describe(facts)}")
            return arrays, facts
    raise WorkshopError(f"there is no checkpoint {name} yet; run the training cell first")


def _games() -> Path | None:
    """Return the folder of networks that come with the package of the games, where it is installed."""
    games = importlib.util.find_spec("bubblebreaker")
    return Path(games.origin).with_name("shipped") if games and games.origin else None


def describe(facts: Mapping[str, object]) -> str:
    """Return the facts of a checkpoint as one short text."""
    return ", ".join(f"{key} {value}" for key, value in facts.items()) or "nothing is known about it"
