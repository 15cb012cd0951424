"""What a sweep found, as pictures: speed over size, and speed by what is computed.

Needs matplotlib. The figures are closed already: a notebook shows one when it is a cell's value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from workshop.machine.tuning.choose import Table

BILLION = 1e9
NOBODY: Mapping[str, Sequence[float]] = MappingProxyType({})


def over_size(
    table: Table, sides: tuple[int, ...], elsewhere: Mapping[str, Sequence[float]] = NOBODY
) -> Figure:
    """Draw the speed of square products over their side: a line in a band for each thread count.

    The line is the median of the rounds, and the band their middle half.

    sides: one for each workload of the table, in its order.
    elsewhere: GFLOP/s of another machine, by the name of a thread count, which are drawn paler and dashed.
    """
    figure, axes = plt.subplots(figsize=(6.5, 3.2), layout="constrained")
    lowest, highest = table.middle_half() / BILLION
    for row, (label, speeds) in enumerate(zip(table.labels(), table.medians() / BILLION, strict=True)):
        axes.plot(sides, speeds, "o-", label=label)
        axes.fill_between(sides, lowest[row], highest[row], alpha=0.2, linewidth=0)
    for number, (label, speeds) in enumerate(elsewhere.items()):
        axes.plot(sides, speeds, "--", color=f"C{number}", alpha=0.5, label=f"{label}, recorded")
    axes.set_xscale("log", base=2)
    axes.set_xticks(sides, [str(side) for side in sides])
    axes.set(xlabel="n", ylabel="GFLOP/s", ylim=(0, None), title="Product of two n × n matrices")
    axes.legend(fontsize=8)
    plt.close(figure)
    return figure


def by_workload(table: Table, title: str = "The lessons' workloads") -> Figure:
    """Draw the speed of each workload, a bar for each thread count, with the middle half of the rounds."""
    figure, axes = plt.subplots(figsize=(7.5, 0.6 + 0.5 * len(table.workloads)), layout="constrained")
    height = 0.8 / len(table.threads)
    lowest, highest = table.middle_half() / BILLION
    for row, (label, speeds) in enumerate(zip(table.labels(), table.medians() / BILLION, strict=True)):
        places = [place + row * height for place in range(len(table.workloads))]
        apart = np.stack([speeds - lowest[row], highest[row] - speeds])
        bars = axes.barh(places, speeds, height, label=label, xerr=apart, ecolor="0.3")
        axes.bar_label(bars, fmt="%.1f", padding=2, fontsize=8)
    middle = (len(table.threads) - 1) * height / 2
    axes.set_yticks([place + middle for place in range(len(table.workloads))], table.workloads)
    axes.invert_yaxis()
    axes.margins(x=0.08)
    axes.set(xlabel="GFLOP/s", title=title)
    figure.legend(loc="outside right upper")
    plt.close(figure)
    return figure
