"""Networks in files: one ``.npz`` of plain arrays in their order, and a few facts; none can run code.

The lessons of the Deep Learning Workshop write their checkpoints in the same form.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = list[npt.NDArray[Any]]

SHIPPED = Path(__file__).parents[1] / "shipped"
"""Networks that come with the package."""
MOST_BYTES = 500_000_000
"""Of a network's file, unpacked: somebody else's may unpack to anything."""
BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How its parts may be compressed: of other ways the library unpacks without bound."""


class NoNetworkError(ValueError):
    """A file that holds no network; the message names it."""


def halved(arrays: Sequence[npt.NDArray[Any]]) -> Arrays:
    """Return the arrays with float16 in place of float32: half the size, and no measurable loss."""
    return [array.astype(np.float16) if array.dtype == np.float32 else array for array in arrays]


def write(path: Path, arrays: Sequence[npt.NDArray[Any]], facts: Mapping[str, object]) -> None:
    """Write arrays and facts beside their place and rename them, so that no half a file is left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {f"array{number:03}": array for number, array in enumerate(arrays)}
    handle, beside = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".npz", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(file, facts=np.array(json.dumps(dict(facts))), **content)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def load(path: Path) -> tuple[Arrays, dict[str, Any]]:
    """Read the arrays in their order, float16 widened to float32, and the facts.

    Raises NoNetworkError when the file is missing or holds something else.
    """
    try:
        _require_small(path)
        with np.load(path, allow_pickle=False) as content:
            facts = json.loads(str(content["facts"]))
            arrays = [content[name] for name in sorted(content.files) if name != "facts"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise NoNetworkError(f"{path} holds no network ({error})") from error
    return [array.astype(np.float32) if array.dtype == np.float16 else array for array in arrays], facts


def _require_small(path: Path) -> None:
    """Raise ValueError when a file unpacks to too much; NumPy reads no more than each part says it has."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    if any(part.compress_type not in BOUNDED for part in parts):
        raise ValueError("it is compressed in a way that is not read here")
    if sum(part.file_size for part in parts) > MOST_BYTES:
        raise ValueError(f"it unpacks to more than {MOST_BYTES:,} bytes")
