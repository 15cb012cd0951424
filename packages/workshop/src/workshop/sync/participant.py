"""The participant's own side: their notebooks, brought up to date with no more rights than theirs.

The start page and the notebook "U for Upgrade", which tells what came of it, use this, by the rules of
``workshop update notebooks``.
"""

from __future__ import annotations

import getpass
import html
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.sync.apply import Report
from workshop.sync.request import Request, own_request, own_state, perform, summary
from workshop.sync.source import repository_in
from workshop.sync.updates import Updates, load_updates

MOUNTS = ("/run/media/{user}", "/media/{user}", "/media", "/mnt")
"""Where desktops, VirtualBox and people mount what is plugged in."""


@dataclass(frozen=True)
class Notebooks:
    """One participant's notebooks, and where newer ones come from."""

    settings: Settings
    updates: Updates

    def request(self, source: str = "", unsigned: bool = False) -> Request:
        """Return what to ask of sync: a stick that somebody names, or else the machine's own address.

        ``unsigned`` is the participant's word that what nobody signed may be taken. Raises WorkshopError
        when there is neither a stick nor an address.
        """
        request = own_request(self.settings, self.updates, source)
        return replace(request, signers=None, allow_unsigned=True) if unsigned else request

    def undoing(self) -> Request:
        """Return what to ask of sync to put the notebooks back."""
        return Request("", self.settings.notebooks, own_state(self.settings), undo=True)

    def look(self, source: str = "", unsigned: bool = False) -> Report:
        """Return what an update would do; nothing is written."""
        return perform(replace(self.request(source, unsigned), dry_run=True))

    def update(self, source: str = "", unsigned: bool = False) -> Report:
        """Bring the newest notebooks and keep every edit."""
        return perform(self.request(source, unsigned))

    def undo(self) -> Report:
        """Put the notebooks back as they were before the last update."""
        return perform(self.undoing())


def my_notebooks(settings: Settings) -> Notebooks:
    """Return the notebooks of this machine's participant."""
    return Notebooks(settings, load_updates(settings))


def packing(settings: Settings, file: Path) -> list[str]:
    """Return the options of ``workshop update notebooks`` that pack them into a file for another machine."""
    return ["--pack", str(file), "--into", str(settings.notebooks), "--state", str(own_state(settings))]


def bringing(settings: Settings, file: Path) -> Request:
    """Return what to ask of sync to take up what another machine packed."""
    return Request(str(file), settings.notebooks, own_state(settings))


def sticks(subdir: str = "notebooks", mounts: tuple[str, ...] = MOUNTS) -> list[Path]:
    """Return what is plugged in and holds notebooks: a git bundle, or a folder of them."""
    found: dict[Path, None] = {}
    for mount in mounts:
        with suppress(OSError):
            for place in sorted(Path(mount.format(user=getpass.getuser())).iterdir()):
                if _holds_notebooks(place, subdir):
                    found[place.resolve()] = None
    return list(found)


def _holds_notebooks(place: Path, subdir: str) -> bool:
    with suppress(OSError):
        return place.is_dir() and ((place / subdir).is_dir() or repository_in(place) is not None)
    return False


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
