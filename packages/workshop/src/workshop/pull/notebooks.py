"""The participant's own side: their notebooks, brought up to date with no more rights than theirs.

The start page and the notebook "U for Upgrade" both use it, by the rules of ``workshop update notebooks``.
"""

from __future__ import annotations

import getpass
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from workshop.settings import Settings
from workshop.sync.apply import Report
from workshop.sync.request import Request, own_request, own_state, perform
from workshop.sync.source import repository_in
from workshop.updates import Updates, load_updates

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
