"""The networks that come with the workshop, as ONNX files that compute the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workshop.core.errors import WorkshopError
from workshop.site.own_models import KINDS, onnx_of

PACKAGES = Path(__file__).resolve().parents[3]


def shipped(name: str) -> Path:
    (found,) = PACKAGES.glob(f"*/src/**/shipped/{name}.npz")
    return found


def arrays_of(name: str) -> list[Any]:
    with np.load(shipped(name)) as content:
        names = sorted(each for each in content.files if each != "facts")
        return [content[each].astype(np.float32) for each in names]


@pytest.mark.parametrize("name", KINDS)
def test_every_number_of_the_checkpoint_is_used_once(name: str) -> None:
    network = KINDS[name](arrays_of(name))
    used = [each for node in network.nodes for each in node.inputs if each in network.arrays]
    assert sorted(used) == sorted(network.arrays)
    assert sum(array.size for array in network.arrays.values()) == sum(each.size for each in arrays_of(name))


def answers(name: str, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """Return what goes in, and what the ONNX file makes of it by ONNX's own reference."""
    onnx = pytest.importorskip("onnx", reason="onnx is not installed; the environment of the lessons has it")
    from onnx.reference import ReferenceEvaluator

    model = onnx.load_from_string(onnx_of(shipped(name)))
    onnx.checker.check_model(model, full_check=True)
    given = np.random.default_rng(1).random(shape, np.float32)
    return given, ReferenceEvaluator(model).run(None, {model.graph.input[0].name: given})[0]


def test_the_dense_network_computes_the_same() -> None:
    given, said = answers("mlp-full", (5, 1, 28, 28))
    one, two, out = (
        (weights, offsets) for weights, offsets in zip(*[iter(arrays_of("mlp-full"))] * 2, strict=True)
    )
    passed = np.maximum(given.reshape(5, -1) @ one[0] + one[1], 0)
    passed = np.maximum(passed @ two[0] + two[1], 0) @ out[0] + out[1]
    powers = np.exp(passed - passed.max(axis=1, keepdims=True))
    np.testing.assert_allclose(said, powers / powers.sum(axis=1, keepdims=True), atol=1e-5)


def test_the_value_network_computes_the_same() -> None:
    from bubblebreaker.value.trained import Trained

    given, said = answers("value-bubblebreaker", (5, 214))
    np.testing.assert_allclose(said[:, 0], Trained(arrays_of("value-bubblebreaker")).worth(given), rtol=1e-4)


def test_the_convolutions_turn_their_filters_as_lasagne_does() -> None:
    arrays = arrays_of("cnn-full")
    network = KINDS["cnn-full"](arrays)
    filters = network.arrays["convolution 1: weights"]
    np.testing.assert_array_equal(filters[3, 0, 0, 4], arrays[0][3, 0, 4, 0])


def test_what_is_no_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "cnn-full.npz").write_text("no archive", encoding="utf-8")
    with pytest.raises(WorkshopError, match=r"cnn-full\.npz is not a checkpoint"):
        onnx_of(tmp_path / "cnn-full.npz")
