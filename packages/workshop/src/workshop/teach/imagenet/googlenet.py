"""GoogLeNet: the winner of ImageNet's competition in 2014, with the weights of Caffe's authors.

C. Szegedy and others, *Going deeper with convolutions* (https://arxiv.org/abs/1409.4842). Seven
million numbers in nine *inception* modules: each looks at what came before through windows of
1, 3 and 5 pixels at once. The layers have the names of Caffe's model: ``conv1/7x7_s2``,
``inception_4c/3x3``, ``loss3/classifier``, …; a convolution's name stands for what comes after its ReLU.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lasagne.layers as L  # noqa: N812
import numpy as np
from lasagne.nonlinearities import identity, softmax

from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.layers import CorrelationLayer
from workshop.teach.imagenet.weights import Graph, read_graph

SIDE = 224
MODULES = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
POOLED_AFTER = {"3b": "pool3/3x3_s2", "4e": "pool4/3x3_s2"}
# Caffe divides alpha by the number of channels that it adds up, Lasagne does not.
NEIGHBOURS = 5
BRIGHTNESS = {"alpha": 1e-4 / NEIGHBOURS, "beta": 0.75, "k": 1, "n": NEIGHBOURS}

Layers = dict[str, Any]


def read_file(file: Path) -> Graph:
    """Read weights and graph from an ONNX file. Raises WorkshopError when it is missing or damaged."""
    return read_graph(file)


def build(graph: Graph) -> Layers:
    """Build the network from its weights: layers by their published names, in order.

    The first is ``input``; ``features`` (n, 1024) is what the classifier sees, ``logits`` (n, 1000)
    what it says, ``prob`` their softmax. Raises WorkshopError when the file is another network's.
    """
    try:
        return _Builder(graph).build()
    except (KeyError, StopIteration, RuntimeError) as error:  # Lasagne's, for a wrong shape
        raise WorkshopError("these are not the weights of GoogLeNet; run 'workshop data fetch'") from error


class _Builder:
    """Adds layer after layer, each to the one before it unless told otherwise."""

    def __init__(self, graph: Graph) -> None:
        self.arrays = graph.arrays
        self.layers: Layers = {"input": L.InputLayer((None, 3, SIDE, SIDE), name="input")}
        # Caffe rounds up when it halves a picture. Files made from its model differ in that.
        strided = (node for node in graph.all("MaxPool") if node.attributes.get("strides") == [2, 2])
        self.rounds_up: Iterator[bool] = (node.pads_at_the_end() for node in strided)

    def build(self) -> Layers:
        net = self.convolution(self.layers["input"], "conv1/7x7_s2", stride=2)
        net = self.normalisation(self.halved(net, "pool1/3x3_s2"), "pool1/norm1")
        net = self.convolution(net, "conv2/3x3_reduce")
        net = self.normalisation(self.convolution(net, "conv2/3x3"), "conv2/norm2")
        net = self.halved(net, "pool2/3x3_s2")
        for module in MODULES:
            net = self.inception(net, f"inception_{module}")
            if module in POOLED_AFTER:
                net = self.halved(net, POOLED_AFTER[module])
        self.classifier(net)
        return self.layers

    def inception(self, net: Any, name: str) -> Any:
        """Look through four windows at once and put what they find side by side."""
        largest = L.MaxPool2DLayer(net, 3, stride=1, pad=1, name=f"{name}/pool")
        self.layers[f"{name}/pool"] = largest
        found = [
            self.convolution(net, f"{name}/1x1"),
            self.convolution(self.convolution(net, f"{name}/3x3_reduce"), f"{name}/3x3"),
            self.convolution(self.convolution(net, f"{name}/5x5_reduce"), f"{name}/5x5"),
            self.convolution(largest, f"{name}/pool_proj"),
        ]
        return self.add(L.ConcatLayer(found, name=f"{name}/output"))

    def convolution(self, net: Any, name: str, stride: int = 1) -> Any:
        weights, offsets = self.arrays[f"{name}_w_0"], self.arrays[f"{name}_b_0"]
        zeros = weights.shape[2] // 2
        sides = ((zeros, zeros), (zeros, zeros))
        return self.add(CorrelationLayer(net, weights, offsets, stride=stride, sides=sides, name=name))

    def halved(self, net: Any, name: str) -> Any:
        up = next(self.rounds_up)
        return self.add(L.MaxPool2DLayer(net, 3, stride=2, ignore_border=not up, name=name))

    def normalisation(self, net: Any, name: str) -> Any:
        return self.add(L.LocalResponseNormalization2DLayer(net, name=name, **BRIGHTNESS))

    def classifier(self, net: Any) -> None:
        net = self.add(L.GlobalPoolLayer(net, name="pool5/7x7_s1"))
        weights, offsets = self.arrays["loss3/classifier_w_0"], self.arrays["loss3/classifier_b_0"]
        matrix = np.ascontiguousarray(weights.reshape(len(offsets), -1).T)
        logits = self.add(
            L.DenseLayer(
                net, len(offsets), W=matrix, b=offsets, nonlinearity=identity, name="loss3/classifier"
            )
        )
        self.layers["features"], self.layers["logits"] = net, logits
        self.add(L.NonlinearityLayer(logits, softmax, name="prob"))

    def add(self, layer: Any) -> Any:
        self.layers[layer.name] = layer
        return layer
