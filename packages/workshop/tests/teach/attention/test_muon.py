"""What Muon does to a matrix, with NumPy in place of TensorFlow, which only the lesson's kernel has."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from workshop.teach.attention import muon

Floats = npt.NDArray[Any]


def norm(values: Floats, axis: tuple[int, ...], keepdims: bool) -> Floats:
    return np.asarray(np.sqrt((values**2).sum(axis=axis, keepdims=keepdims)))


def matmul(one: Floats, other: Floats, transpose_b: bool = False) -> Floats:
    return np.asarray(one @ (other.swapaxes(-1, -2) if transpose_b else other))


@pytest.fixture(autouse=True)
def fake_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("tensorflow")
    for name, function in {
        "norm": norm,
        "matmul": matmul,
        "reshape": np.reshape,
        "transpose": np.transpose,
    }.items():
        setattr(module, name, function)
    monkeypatch.setitem(sys.modules, "tensorflow", module)


def test_singular_values_become_about_one_and_the_vectors_stay() -> None:
    rng = np.random.default_rng(1)
    left, right = (np.linalg.qr(rng.standard_normal((2, 8, 8)))[0] for _ in range(2))
    values = np.array([[9.0, 5, 4, 3, 2, 1, 0.9, 0.8], [100, 90, 80, 70, 60, 50, 40, 30]])
    even = muon.evened_out(left * values[:, None] @ right.swapaxes(1, 2))
    found = np.einsum("nia,nij,njb->nab", left, even, right)
    diagonal = np.einsum("naa->na", found)
    assert ((diagonal > 0.6) & (diagonal < 1.3)).all()
    assert np.abs(found - diagonal[..., None] * np.eye(8)).max() < 1e-6, "only the values change"


@pytest.mark.parametrize("length", [1, 1e-4, 1e-8, 1e-12])
def test_an_update_keeps_its_sign_and_zero_stays_zero(length: float) -> None:
    square = length * np.random.default_rng(3).standard_normal((1, 6, 6))
    assert (muon.evened_out(square) * square).sum() > 0
    assert (muon.evened_out(0 * square) == 0).all()


@pytest.mark.parametrize("shape", [(4, 4), (4, 12), (8, 4)])
def test_a_matrix_is_cut_into_squares_and_pasted(shape: tuple[int, int]) -> None:
    matrix = np.arange(shape[0] * shape[1]).reshape(shape)
    squares = muon.cut(matrix, 4)
    assert squares.shape == (shape[0] * shape[1] // 16, 4, 4)
    assert (squares[0] == matrix[:4, :4]).all()
    assert (muon.pasted(squares, shape) == matrix).all()
