"""Weights from the HDF5 files of Keras, in the order in which the model's layers were made.

Keras counts layers of a kind as they are made: ``conv2d``, ``conv2d_1``, …, or on from a later number
where the session had made others before. The numbers tell the order, whatever they begin with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.errors import WorkshopError

_COUNTED = re.compile(r"(?P<kind>.+?)(?:_(?P<number>\d+))?")


@dataclass(frozen=True)
class LayerWeights:
    """The arrays of one layer by their short names: ``kernel``, ``bias``, ``beta``, ``moving_mean``, …"""

    name: str
    arrays: dict[str, npt.NDArray[Any]]


def read_layers(path: Path) -> dict[str, list[LayerWeights]]:
    """Return the layers that have weights: {kind: layers in the order in which they were made}.

    Reads a file of weights and a whole model. Raises WorkshopError when the file is missing, is not
    HDF5, or holds nothing that Keras wrote.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            group = file.get("model_weights", file)
            found = [_layer(group[_text(name)]) for name in group.attrs["layer_names"]]
    except FileNotFoundError as error:
        raise WorkshopError(f"cannot read {path}: no such file; run 'workshop data fetch'") from error
    except (OSError, KeyError) as error:
        raise WorkshopError(
            f"{path} is not a file of Keras weights; delete it and run 'workshop data fetch'"
        ) from error
    kinds: dict[str, list[tuple[int, LayerWeights]]] = {}
    for layer in found:
        if layer.arrays:
            kind, number = _counted(layer.name)
            kinds.setdefault(kind, []).append((number, layer))
    return {kind: [layer for _, layer in sorted(row, key=lambda one: one[0])] for kind, row in kinds.items()}


def _counted(name: str) -> tuple[str, int]:
    """Split a name into its kind and its number; the first of a session has none."""
    parts = _COUNTED.fullmatch(name)
    assert parts is not None  # it matches any name
    return parts["kind"], int(parts["number"] or 0)


def _layer(group: Any) -> LayerWeights:
    """Read the arrays that a layer's group names: ``conv2d_1/kernel:0`` is the layer's ``kernel``."""
    names = [_text(name) for name in group.attrs["weight_names"]]
    arrays = {name.rpartition("/")[2].partition(":")[0]: np.asarray(group[name]) for name in names}
    return LayerWeights(group.name.rpartition("/")[2], arrays)


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)
