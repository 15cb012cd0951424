"""The participant's own side: their notebooks, brought up to date with no more rights than theirs.

The start page and the notebook "U for Upgrade" both use it; the rules are those of ``workshop sync``.
"""

from __future__ import annotations

import getpass
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from workshop.settings import Settings
from workshop.sync.deliver import Report
from workshop.sync.own import own_request, own_state
from workshop.sync.stick import repository_in
from workshop.sync.summary import beside_of
from workshop.sync.undo import undo
from workshop.sync.update import Request, update
from workshop.updates import Updates, load_updates

MOUNTS = ("/run/media/{user}", "/media/{user}", "/media", "/mnt")
"""Where desktops, VirtualBox and people mount what is plugged in."""


@dataclass(frozen=True)
class Notebooks:
    """One participant's notebooks, and where newer ones come from."""

    settings: Settings
    updates: Updates

    @property
    def state(self) -> Path:
        """Where sync remembers what it delivered; raises WorkshopError on a machine without set-up."""
        return own_state(self.settings)

    def request(self, source: str = "") -> Request:
        """Return what to ask of sync: a stick that somebody names, or else the machine's own address.

        Raises WorkshopError when there is neither.
        """
        return own_request(self.settings, self.updates, source)

    def look(self, source: str = "") -> Report:
        """Return what an update would do; nothing is written."""
        return update(replace(self.request(source), dry_run=True))

    def update(self, source: str = "") -> Report:
        """Bring the newest notebooks and keep every edit."""
        return update(self.request(source))

    def undo(self) -> Report:
        """Put the notebooks back as they were before the last update."""
        return undo(self.settings.notebooks, self.state)

    def words(self, *verb: str) -> list[str]:
        """Return the words of ``workshop sync`` that do the same, for a process of its own."""
        place = ["--into", str(self.settings.notebooks), "--state", str(self.state), "--json"]
        if "--undo" in verb:
            return ["sync", *verb, *place]
        request = self.request()
        keys = ["--allowed-signers", str(request.signers)] if request.signers else []
        branch = ["--branch", request.branch] if request.branch else []
        return ["sync", "--from", request.source, "--subdir", request.subdir, *branch, *keys, *place, *verb]


def my_notebooks(settings: Settings) -> Notebooks:
    """Return the notebooks of this machine's participant."""
    return Notebooks(settings, load_updates(settings))


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


def side_by_side(report: Report) -> list[tuple[str, str]]:
    """Return the names of each file of the participant's and of the new version that lies beside it."""
    return [(each.path, beside) for each in report.files if (beside := beside_of(each))]
