"""A very small network that style transfer can be tried on, with random weights."""

from __future__ import annotations

import lasagne.layers as L  # noqa: N812
import numpy as np
from PIL import Image

from workshop.teach.imagenet.layers import CorrelationLayer, same
from workshop.teach.imagenet.network import Network
from workshop.teach.imagenet.preprocessing import Preprocessing
from workshop.teach.imagenet.style.losses import Choice

CHOICE = Choice(content=("conv1", "conv2"), style=("conv1", "conv2"))


def tiny(*, bgr: bool = False) -> Network:
    rng = np.random.default_rng(1)

    def convolution(
        incoming: object, filters: int, channels: int, stride: int, name: str
    ) -> CorrelationLayer:
        weights = rng.normal(size=(filters, channels, 3, 3)).astype(np.float32) / 3
        sides = (same(32, 3, stride), same(32, 3, stride))
        return CorrelationLayer(
            incoming, weights, np.full(filters, 0.1), stride=stride, sides=sides, name=name
        )

    layers = {"input": L.InputLayer((None, 3, 32, 32), name="input")}
    layers["conv1"] = convolution(layers["input"], 4, 3, 2, "conv1")
    layers["pool1"] = L.MaxPool2DLayer(layers["conv1"], 2, name="pool1")
    layers["conv2"] = convolution(layers["pool1"], 5, 4, 1, "conv2")
    layers["prob"] = L.DenseLayer(layers["conv2"], 10, name="prob")
    told = Preprocessing(
        32, lambda size: (0, 0, *size), Image.Resampling.BILINEAR, (120, 110, 100), 50, bgr=bgr
    )
    return Network("tiny", "Tiny", layers, told)
