"""Answers to an exercise in Theano are tried without a compiler."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

theano = pytest.importorskip("theano", reason="needs Theano's environment")

from workshop.teach.tried_in_theano import CHEAPER, NEEDS_C  # noqa: E402


def test_within_the_block_theano_compiles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it compiles")

    monkeypatch.setattr(theano.gof.cmodule.GCC_compiler, "compile_str", refuse)
    monkeypatch.setattr(theano.gof.cmodule.ModuleCache, "module_from_key", refuse)
    # A convolution and pooling, fused operations, and what C would do in place.
    from theano import tensor
    from theano.tensor.signal.pool import pool_2d

    x = tensor.tensor4()
    y = pool_2d(tensor.nnet.conv2d(tensor.nnet.relu(x * 2 + 1), x), (1, 1), ignore_border=True).sum()
    compiler = theano.config.cxx
    with CHEAPER.block():
        function: Any = theano.function([x], [y, tensor.grad(y, x)])
        value, slopes = function(np.full((1, 1, 1, 1), 3, dtype=theano.config.floatX))
    assert value == (2 * 3 + 1) * 3 and slopes.shape == (1, 1, 1, 1)
    assert theano.config.cxx == compiler, "the lesson itself compiles as ever"


def test_what_theano_has_only_in_c_is_tried_again() -> None:
    assert CHEAPER.fails({"answer": "wrong", "message": f"it stops: {NEEDS_C}", "error": "AssertionError"})
    assert not CHEAPER.fails({"answer": "wrong", "message": "one too many", "error": "AssertionError"})
