from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

import theano
import theano.tensor as T  # noqa: N812

from workshop.teach.charmodel.activations import END, sigmoid, tanh

X = np.linspace(-12, 12, 4801).astype(np.float32)


def test_tanh_is_close_and_bounded() -> None:
    x = T.vector("x")
    values = theano.function([x], tanh(x))(X)
    assert values.dtype == np.float32
    assert np.abs(values - np.tanh(X)).max() < 1e-5
    assert np.abs(values).max() <= 1 + 1e-6
    assert values[X > END] == pytest.approx(1, abs=1e-6)


def test_the_derivative_is_close() -> None:
    x = T.vector("x")
    slopes = theano.function([x], T.grad(tanh(x).sum(), x))(X)
    assert np.abs(slopes - (1 - np.tanh(X) ** 2)).max() < 2e-5


def test_sigmoid_is_close() -> None:
    x = T.vector("x")
    values, slopes = theano.function([x], [sigmoid(x), T.grad(sigmoid(x).sum(), x)])(X)
    true = 1 / (1 + np.exp(-X.astype(float)))
    assert np.abs(values - true).max() < 1e-5
    assert np.abs(slopes - true * (1 - true)).max() < 1e-5


def test_without_a_compiler_tanh_is_the_same() -> None:
    x = T.vector("x")
    by_python = theano.function([x], tanh(x), mode=theano.compile.Mode("py", "fast_compile"))
    assert by_python(X) == pytest.approx(np.tanh(X), abs=1e-5)
