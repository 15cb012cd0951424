"""Pictures of the lessons on names; each function returns a matplotlib Figure that is closed already."""

from __future__ import annotations

import string
from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from workshop.teach.names.corpus import People
from workshop.teach.names.regions import REGIONS


def letter_frequencies(people: People) -> npt.NDArray[np.float64]:
    """Return the frequency of each letter, a to z, among the letters of each region, (7, 26)."""
    texts = [
        "".join(name for name, label in zip(*people, strict=True) if label == k) for k in range(len(REGIONS))
    ]
    counts = np.array([[text.count(letter) for letter in string.ascii_lowercase] for text in texts], float)
    frequencies: npt.NDArray[np.float64] = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    return frequencies


def draw_letter_frequencies(people: People) -> Figure:
    """Draw which letters are more frequent in a region than on average."""
    frequencies = letter_frequencies(people) + 1e-4
    figure, axes = plt.subplots(figsize=(8, 2.4), layout="constrained")
    axes.imshow(np.log2(frequencies / frequencies.mean(axis=0)), cmap="RdBu_r", vmin=-3, vmax=3)
    axes.set_xticks(range(26), list(string.ascii_lowercase))
    axes.set_yticks(range(len(REGIONS)), list(REGIONS))
    axes.set(title="red: more frequent than on average over the regions; blue: rarer")
    plt.close(figure)
    return figure


def draw_accuracy(accuracy: Mapping[tuple[str, str], float]) -> Figure:
    """Draw one bar for each (method, split): accuracy."""
    figure, axes = plt.subplots(figsize=(7, 0.8 + 0.3 * len(accuracy)), layout="constrained")
    chosen = sorted(accuracy, key=lambda pair: pair[1], reverse=True)
    names = [f"{how}, split {'at random' if split == 'random' else 'by family'}" for how, split in chosen]
    colours = ["0.7" if split == "random" else "tab:orange" for _, split in chosen]
    bars = axes.barh(names, [100 * accuracy[pair] for pair in chosen], color=colours)
    axes.bar_label(bars, fmt="%.1f %%")
    axes.invert_yaxis()
    axes.set(xlabel="accuracy, %", xlim=(0, 100))
    plt.close(figure)
    return figure
