"""EfficientNet-Lite0: a network of 2020 for telephones, 4.6 million numbers, right on 75 % of ImageNet.

M. Tan and Q. V. Le, *EfficientNet* (https://arxiv.org/abs/1905.11946); Lite is the variant without
squeeze-and-excitation and with ReLU6. The layers have the names of the file of weights that the catalogue's
``efficientnet-lite0`` holds: ``_conv_stem``, ``_blocks.3._expand_conv``, ``_conv_head``, ``_fc``, …
Each stands for what comes after batch normalisation and ReLU6; ``_blocks.3`` is what its block gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import lasagne.layers as L  # noqa: N812
import numpy as np
import numpy.typing as npt
from lasagne.nonlinearities import identity, softmax

from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.layers import CorrelationLayer, folded, relu6, same
from workshop.teach.imagenet.weights import read_state

SIDE = 224
EPSILON = 1e-3
"""What batch normalisation adds to the variance, as TensorFlow's EfficientNet does."""

Weights = Mapping[str, npt.NDArray[Any]]
Layers = dict[str, Any]


class Stage(NamedTuple):
    """Blocks in a row that make the same number of channels; the first may halve the picture."""

    blocks: int
    size: int
    stride: int


STAGES = (
    Stage(1, 3, 1), Stage(2, 3, 2), Stage(2, 5, 2), Stage(3, 3, 2),
    Stage(3, 5, 1), Stage(4, 5, 2), Stage(1, 3, 1),
)  # fmt: skip
"""Table 1 of the paper; how many channels there are is in the weights."""


def read_file(file: Path) -> Weights:
    """Read the weights from an old PyTorch file. Raises WorkshopError when it is missing or damaged."""
    return read_state(file)


def build(weights: Weights) -> Layers:
    """Build the network from its weights: layers by their published names, in order.

    The first is ``input``, the last are ``logits`` (n, 1000) and ``prob``, their softmax; ``features``
    (n, 1280) is what the classifier sees. Raises WorkshopError when a weight is missing.
    """
    try:
        return _build(weights)
    except (KeyError, RuntimeError) as error:  # Lasagne's, for a wrong shape
        raise WorkshopError(
            "these are not the weights of EfficientNet-Lite0; run 'workshop data fetch'"
        ) from error


def _build(weights: Weights) -> Layers:
    layers: Layers = {"input": L.InputLayer((None, 3, SIDE, SIDE), name="input")}
    net = _convolution(layers, layers["input"], weights, "_conv_stem", "_bn0", stride=2)
    number = 0
    for stage in STAGES:
        for position in range(stage.blocks):
            stride = stage.stride if position == 0 else 1
            net = _block(layers, net, weights, f"_blocks.{number}", stride)
            number += 1
    net = _convolution(layers, net, weights, "_conv_head", "_bn1")
    layers["features"] = net = L.GlobalPoolLayer(net, name="features")
    matrix, offsets = np.ascontiguousarray(weights["_fc.weight"].T), weights["_fc.bias"]
    layers["_fc"] = layers["logits"] = L.DenseLayer(
        net, len(offsets), W=matrix, b=offsets, nonlinearity=identity, name="_fc"
    )
    layers["prob"] = L.NonlinearityLayer(layers["logits"], softmax, name="prob")
    return layers


def _block(layers: Layers, incoming: Any, weights: Weights, name: str, stride: int) -> Any:
    """Widen, look at each channel by itself, narrow again, and add what came in (MobileNet v2's block)."""
    net = incoming
    if f"{name}._expand_conv.weight" in weights:
        net = _convolution(layers, net, weights, f"{name}._expand_conv", f"{name}._bn0")
    net = _convolution(layers, net, weights, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride)
    net = _convolution(layers, net, weights, f"{name}._project_conv", f"{name}._bn2", linear=True)
    if stride == 1 and net.output_shape == incoming.output_shape:
        net = L.ElemwiseSumLayer([net, incoming], name=name)
    layers[name] = net
    return net


def _convolution(
    layers: Layers,
    incoming: Any,
    weights: Weights,
    name: str,
    norm: str,
    *,
    stride: int = 1,
    linear: bool = False,
) -> Any:
    """Add one convolution with its batch normalisation folded in, and ReLU6 unless ``linear``."""
    filters, offsets = folded(
        weights[f"{name}.weight"],
        scale=weights[f"{norm}.weight"],
        offset=weights[f"{norm}.bias"],
        mean=weights[f"{norm}.running_mean"],
        variance=weights[f"{norm}.running_var"],
        epsilon=EPSILON,
    )
    rows, columns = incoming.output_shape[2:]
    layers[name] = CorrelationLayer(
        incoming,
        filters,
        offsets,
        stride=stride,
        sides=(same(rows, filters.shape[2], stride), same(columns, filters.shape[3], stride)),
        groups=incoming.output_shape[1] // filters.shape[1],
        nonlinearity=identity if linear else relu6,
        name=name,
    )
    return layers[name]
