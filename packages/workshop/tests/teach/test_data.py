"""IDX files: what is written is read, and whatever is damaged is named."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from workshop.core.errors import WorkshopError
from workshop.teach import data

CODES = {np.dtype(kind).newbyteorder("="): code for code, kind in data.IDX_TYPES.items()}


def idx_bytes(values: npt.NDArray[Any]) -> bytes:
    code = CODES[values.dtype]
    header = bytes([0, 0, code, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
    return header + values.astype(data.IDX_TYPES[code]).tobytes()


def write_digits(folder: Path, train: int = 6, test: int = 3) -> None:
    rng = np.random.default_rng(0)
    for prefix, count in (("train", train), ("t10k", test)):
        images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        images[:, 0, 0] = 255
        (folder / f"{prefix}-images-idx3-ubyte").write_bytes(idx_bytes(images))
        labels = (np.arange(count) % 10).astype(np.uint8)
        (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(idx_bytes(labels))


@given(
    hnp.arrays(
        st.sampled_from(list(CODES)), hnp.array_shapes(max_dims=4, max_side=5), elements={"allow_nan": False}
    )
)
def test_every_array_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, values: npt.NDArray[Any]
) -> None:
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(idx_bytes(values))
    got = data.read_idx(path)
    assert got.dtype == values.dtype
    np.testing.assert_array_equal(got, values)


@given(st.binary(max_size=40))
def test_any_other_file_is_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(b"<" + content)
    with pytest.raises(WorkshopError, match=r"^[^\n]*workshop data fetch[^\n]*$"):
        data.read_idx(path)


@pytest.mark.parametrize("cut", [-1, -500, 10, 3])
def test_half_a_file_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(idx_bytes(np.zeros((3, 28, 28), dtype=np.uint8))[:cut])
    with pytest.raises(WorkshopError, match="workshop data fetch"):
        data.read_idx(path)


def test_digits_are_scaled_and_shaped(tmp_path: Path) -> None:
    write_digits(tmp_path)
    digits = data.load_mnist(folder=tmp_path)
    assert digits.train_images.shape == (6, 1, 28, 28)
    assert digits.test_images.shape == (3, 1, 28, 28)
    assert digits.train_images.dtype == np.float32
    assert digits.train_images.max() == 1.0
    assert digits.train_images.min() >= 0.0
    assert digits.train_labels.dtype == np.int32
    assert digits.train_labels.tolist() == [0, 1, 2, 3, 4, 5]


def test_without_a_folder_the_machines_data_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data" / "fashion-mnist").mkdir(parents=True)
    write_digits(tmp_path / "data" / "fashion-mnist")
    settings = tmp_path / "workshop.toml"
    settings.write_text(f'data = "{tmp_path / "data"}"\n')
    monkeypatch.setenv("WORKSHOP_CONFIG", str(settings))
    assert len(data.load_fashion().train_labels) == 6
    with pytest.raises(WorkshopError, match="workshop data fetch mnist"):
        data.load_mnist()
