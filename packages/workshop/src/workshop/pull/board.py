"""What the notebook "U for Upgrade" shows: an update in words, and links to what lies beside."""

from __future__ import annotations

import html
import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from workshop.errors import WorkshopError
from workshop.sync.apply import Report
from workshop.sync.request import summary


def tell(act: Callable[[], Report], dry_run: bool = False) -> Report | None:
    """Do something with the notebooks and say in plain lines what came of it; None when it was refused.

    A notebook shows no traceback for what is nobody's mistake: no network, no stick, a bad signature.
    """
    try:
        report = act()
    except WorkshopError as reason:
        print(f"Nothing was done: {reason}.")
        return None
    for line in summary(report, Path(), dry_run, has_viewer=False):
        print(line)
    return report


class Links:
    """Each file of the participant's beside the organiser's new version, as links that Jupyter opens."""

    def __init__(self, report: Report | None, root: Path, here: Path | None = None) -> None:
        """Take an update's report; ``here`` is the folder of the notebook that shows the links."""
        self.pairs = [(each.path, each.beside) for each in report.files if each.beside] if report else []
        self._up = os.path.relpath(root, here or Path.cwd())

    def _link(self, path: str) -> str:
        return f'<a href="{html.escape(quote(f"{self._up}/{path}"))}">{html.escape(path)}</a>'

    def _repr_html_(self) -> str:
        if not self.pairs:
            return "Nothing lies beside yours."
        rows = (f"<tr><td>{self._link(one)}</td><td>{self._link(two)}</td></tr>" for one, two in self.pairs)
        return f"<table><tr><th>yours</th><th>the organiser's</th></tr>{''.join(rows)}</table>"

    def __repr__(self) -> str:
        """Return the same as text, for where no browser is."""
        lines = [f"{one}  ↔  {two}" for one, two in self.pairs]
        return "\n".join(lines or ["Nothing lies beside yours."])
