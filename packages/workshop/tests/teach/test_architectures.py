"""The picture of a residual network."""

from __future__ import annotations

import matplotlib.pyplot as plt

from workshop.teach.architectures import residual


def test_block_and_stages_are_drawn_with_their_names() -> None:
    figure = residual([("a picture", "28 × 28"), ("dense layer", "10")], ["convolution", "batch norm"])
    block, network = figure.axes
    assert [text.get_text() for text in block.texts if text.get_text()][:4] == [
        "h comes in",
        "convolution",
        "batch norm",
        "+",
    ]
    assert {"a picture", "28 × 28", "dense layer", "10"} <= {text.get_text() for text in network.texts}
    assert not plt.get_fignums()
