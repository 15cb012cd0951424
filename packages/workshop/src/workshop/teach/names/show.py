"""Pictures of the lessons on names; each function returns a matplotlib Figure that is closed already."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from workshop.teach.names.corpus import People
from workshop.teach.names.regions import REGIONS


def letter_shares(people: People) -> npt.NDArray[np.float64]:
    """Return the share of each letter, a to z, among the letters of each region, (7, 26)."""
    texts = [
        "".join(name for name, label in zip(*people, strict=True) if label == k) for k in range(len(REGIONS))
    ]
    counts = np.array([[text.count(letter) for letter in string.ascii_lowercase] for text in texts], float)
    shares: npt.NDArray[np.float64] = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    return shares


def draw_letter_shares(people: People) -> Figure:
    """Draw which letters are more frequent in a region than on average."""
    shares = letter_shares(people) + 1e-4
    figure, axes = plt.subplots(figsize=(8, 2.4), layout="constrained")
    axes.imshow(np.log2(shares / shares.mean(axis=0)), cmap="RdBu_r", vmin=-3, vmax=3)
    axes.set_xticks(range(26), list(string.ascii_lowercase))
    axes.set_yticks(range(len(REGIONS)), list(REGIONS))
    axes.set(title="red: the letter is more frequent here than elsewhere; blue: rarer")
    plt.close(figure)
    return figure


def draw_accuracy(accuracy: Mapping[tuple[str, str], float]) -> Figure:
    """Draw one bar for each (method, split): share of right answers."""
    figure, axes = plt.subplots(figsize=(7, 0.8 + 0.3 * len(accuracy)), layout="constrained")
    chosen = sorted(accuracy, key=lambda pair: pair[1], reverse=True)
    names = [f"{how}, split {'by chance' if split == 'random' else 'by families'}" for how, split in chosen]
    colours = ["0.7" if split == "random" else "tab:orange" for _, split in chosen]
    bars = axes.barh(names, [100 * accuracy[pair] for pair in chosen], color=colours)
    axes.bar_label(bars, fmt="%.1f %%")
    axes.invert_yaxis()
    axes.set(xlabel="right, %", xlim=(0, 100))
    plt.close(figure)
    return figure


def draw_sweep(asked: Mapping[Any, Mapping[str, float]]) -> Figure:
    """Draw what names are made of, one bar for each temperature or whoever else bears them.

    ``asked`` has the shares of those that are "new", "put together" from known words and "recognised". A name
    that is not new consists of known words, so each bar has three parts, which add up to all names.
    """
    figure, axes = plt.subplots(figsize=(8, 3), layout="constrained")
    columns = [str(whose) for whose in asked]
    new, together, recognised = (
        100 * np.array([shares[what] for shares in asked.values()])
        for what in ("new", "put together", "recognised")
    )
    parts = {
        "in the list": (100 - new, "tab:red"),
        "new, of known words": (together - (100 - new), "tab:orange"),
        "new, with a new word": (100 - together, "0.85"),
    }
    below = np.zeros(len(columns))
    for what, (share, colour) in parts.items():
        axes.bar(columns, share, bottom=below, label=what, color=colour)
        below = below + share
    axes.plot(columns, recognised, "ko", label="recognised (of all)")
    axes.set(xlabel="temperature", ylabel="% of the names", ylim=(0, 103))
    figure.legend(loc="outside right upper", fontsize=8)
    plt.close(figure)
    return figure


def draw_games(curves: Mapping[str, npt.NDArray[Any]]) -> Figure:
    """Draw games, {name: rows of (round, detective's loss, forger's loss, different names)}."""
    figure, panels = plt.subplots(1, 3, figsize=(10, 2.8), layout="constrained")
    for kind, curve in curves.items():
        for axes, column in zip(panels, (1, 2, 3), strict=True):
            axes.plot(curve[:, 0], curve[:, column], label=kind)
    for axes, title in zip(
        panels, ("the detective's loss", "the forger's loss", "different names of 500"), strict=True
    ):
        axes.set(title=title, xlabel="rounds")
    panels[2].legend(fontsize=7)
    plt.close(figure)
    return figure
