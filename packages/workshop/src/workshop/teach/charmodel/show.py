"""What a lesson shows of a network that writes: samples as they improve, and text coloured by a neuron."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from lessonkit.kernel import in_notebook

LONGEST = 160
"""Characters of a sample that fit into one row."""


class Diary:
    """What a network wrote while it learnt: one row a sample, drawn in place as it grows."""

    def __init__(self) -> None:
        """Begin with empty pages."""
        self.rows: list[tuple[str, float, str]] = []
        self._handle: Any = None

    def add(self, when: str, nats: float, sample: str) -> None:
        """Add a sample, with the time and the nats that it was written at, and show all."""
        self.rows.append((when, nats, sample))
        if not in_notebook():
            print(f"{when}, {nats:.3f} nats: {sample[:LONGEST]!r}")
        elif self._handle is not None:
            self._handle.update(self)
        else:
            from IPython.display import display

            self._handle = display(self, display_id=True)  # type: ignore[no-untyped-call]

    def __repr__(self) -> str:
        """Return the diary for people without a browser."""
        return "\n".join(f"{when}, {nats:.3f} nats: {sample[:LONGEST]!r}" for when, nats, sample in self.rows)

    def _repr_html_(self) -> str:
        cells = "".join(
            f'<tr><td style="vertical-align: top">{html.escape(when)}<br>{nats:.2f} nats</td>'
            f'<td style="text-align: left"><pre>{html.escape(sample[:LONGEST])}</pre></td></tr>'
            for when, nats, sample in self.rows
        )
        return f"<table>{cells}</table>"


class Tinted:
    """Text in which each character has a colour: orange where a neuron is high, blue where it is low."""

    def __init__(self, text: str, values: Sequence[float] | npt.NDArray[Any]) -> None:
        """Take one value, −1 to 1, a character. Raises ValueError when there are more or fewer."""
        if len(text) != len(values):
            raise ValueError(f"{len(text)} characters and {len(values)} values")
        self.text, self.values = text, np.clip(np.asarray(values, float), -1, 1)

    def __repr__(self) -> str:
        """Return the text, capital where the neuron is high, for people without a browser."""
        pairs = zip(self.text, self.values, strict=True)
        return "".join(sign.upper() if value > 0 else sign.lower() for sign, value in pairs)

    def _repr_html_(self) -> str:
        spans = []
        for sign, value in zip(self.text, self.values, strict=True):
            colour = "255, 140, 0" if value > 0 else "58, 123, 213"
            shown = "↵\n" if sign == "\n" else html.escape(sign)
            spans.append(f'<span style="background: rgba({colour}, {abs(value):.2f})">{shown}</span>')
        return f'<pre style="line-height: 1.5">{"".join(spans)}</pre>'
