"""The doctor's lines as a board in a notebook."""

from __future__ import annotations

import html
from collections.abc import Sequence

from workshop.machine.lines import Line, State

COLOURS = {State.GREEN: "#1a7f37", State.YELLOW: "#9a6700", State.RED: "#cf222e"}
MARKS = {State.GREEN: "✔ ok", State.YELLOW: "▲ note", State.RED: "✘ fix"}
REMEDIES = {
    "memory": "Memory",
    "disk": "Disk",
    "BLAS": "Linear-algebra-and-compiler",
    "environment": "Environments-and-kernels",
    "kernels": "Environments-and-kernels",
    "compile cache": "Linear-algebra-and-compiler",
    "data": "Data",
}
"""By how a check's name begins: the heading of the lesson *Check* that says what to do."""
ELSE = "Anything-else"
MAKING = "#0969da"
"""The colour of what is still being made."""
ROW = (
    '<tr><td style="color:#fff;background:{colour};text-align:center;white-space:nowrap">{mark}</td>'
    '<td style="text-align:left"><b>{check}</b></td><td style="text-align:left">{text}</td></tr>'
)


class Board:
    """Lines of the doctor as a table in a notebook, and as text elsewhere."""

    def __init__(self, lines: Sequence[Line]) -> None:
        """Show these lines, in their order."""
        self.lines = list(lines)

    @property
    def reds(self) -> int:
        """How many lines are red."""
        return sum(line.state is State.RED for line in self.lines)

    def _repr_html_(self) -> str:
        rows = (
            ROW.format(
                colour=COLOURS[line.state] if line.share is None else MAKING,
                mark=_mark(line),
                check=html.escape(line.check),
                text=html.escape(line.text)
                + ("" if line.share is None else f'<br><progress value="{line.share:.2f}"></progress>')
                + (f"<br>→ {html.escape(line.advice)}" if line.advice else ""),
            )
            for line in self.lines
        )
        return f"<table>{''.join(rows)}</table>"

    def __repr__(self) -> str:
        """Return the lines as text."""
        return "\n".join(
            f"{_mark(line):7} {line.check}: {line.text}" + (f" → {line.advice}" if line.advice else "")
            for line in self.lines
        )


def _mark(line: Line) -> str:
    """Return the word that stands for a line's state; of what is still being made, how much is done."""
    return MARKS[line.state] if line.share is None else f"◔ {line.share:.0%}"


def remedies(lines: Sequence[Line]) -> str:
    """Return the red lines as a list in Markdown, each with a link to what to do, below on the same page."""
    return "\n".join(
        f"- **{line.check}**: {line.text}. {line.advice} ([what to do](#{remedy(line)}))"
        for line in lines
        if line.state is State.RED
    )


def remedy(line: Line) -> str:
    """Return the heading of the lesson *Check* that says what to do about a line."""
    return next((heading for name, heading in REMEDIES.items() if line.check.startswith(name)), ELSE)
