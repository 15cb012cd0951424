"""What the widgets of lessons share: bars for ten digits."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt


def with_bars(page: Path) -> str:
    """Return the shared JavaScript and a widget's own as the one module that a browser gets."""
    shared = Path(__file__).with_name("answerbars.js")
    return "\n".join(file.read_text(encoding="utf-8") for file in (shared, page))


def still_bars(
    seen: npt.NDArray[Any], probabilities: list[float] | None, labels: Sequence[str] = (), **how: Any
) -> dict[str, str]:
    """Return a PNG of what a network saw, shown as ``how`` says, beside its answer.

    ``labels`` name the axes across and up, of a picture that has such.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6 if labels else 5, 2.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.imshow(seen, **how)
    if labels:
        left.set(xlabel=labels[0], ylabel=labels[1])
    else:
        left.set_axis_off()
    right.bar(range(10), probabilities or [0] * 10)
    right.set(xticks=range(10), ylim=(0, 1), title="predicted probabilities")
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=80)
    return {"image/png": base64.b64encode(png.getvalue()).decode()}
