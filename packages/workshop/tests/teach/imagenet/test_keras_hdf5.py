"""Layers come out of Keras' HDF5 files in the order in which they were made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("h5py", reason="h5py is not in this environment")

import h5py

from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.weights import read_layers


def write(path: Path, layers: dict[str, dict[str, float]], *, text: type = bytes, inside: str = "") -> Path:
    """Write a file as Keras does: names as attributes, arrays in groups of their layers."""

    def word(name: str) -> Any:
        return name.encode() if text is bytes else name

    with h5py.File(path, "w") as file:
        top = file.create_group(inside) if inside else file
        top.attrs["layer_names"] = [word(name) for name in layers]
        for name, arrays in layers.items():
            group = top.create_group(name)
            group.attrs["weight_names"] = [word(f"{name}/{array}:0") for array in arrays]
            for array, value in arrays.items():
                group[f"{name}/{array}:0"] = np.full(2, value)
    return path


@pytest.mark.parametrize("text", [bytes, str])
@pytest.mark.parametrize("inside", ["", "model_weights"])
def test_the_number_in_a_name_tells_the_order(tmp_path: Path, text: type, inside: str) -> None:
    layers: dict[str, dict[str, float]] = {
        "input_1": {},
        "conv2d_10": {"kernel": 10},
        "conv2d_9": {"kernel": 9},
        "predictions": {"kernel": 3, "bias": 4},
        "conv2d": {"kernel": 0},
    }
    found = read_layers(write(tmp_path / "w.h5", layers, text=text, inside=inside))
    assert [layer.name for layer in found["conv2d"]] == ["conv2d", "conv2d_9", "conv2d_10"]
    assert [layer.arrays["kernel"][0] for layer in found["conv2d"]] == [0, 9, 10]
    assert set(found["predictions"][0].arrays) == {"kernel", "bias"}
    assert "input" not in found


def test_other_files_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "page.h5").write_text("<html>")
    with h5py.File(tmp_path / "bare.h5", "w") as file:
        file["x"] = 1
    for name in ("page.h5", "bare.h5"):
        with pytest.raises(WorkshopError, match="not a file of Keras weights") as fault:
            read_layers(tmp_path / name)
        assert "\n" not in str(fault.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match=r"cannot read .*w\.h5"):
        read_layers(tmp_path / "w.h5")
