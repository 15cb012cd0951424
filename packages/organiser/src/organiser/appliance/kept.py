"""What an appliance keeps of the places where people and programs put secrets: an allow-list.

A list of what must go is never complete: keys, tokens and passwords lie in a hundred files, and a new program
brings one more. So of homes, and of the workshop's own settings, only what is named here goes to others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from workshop.sync.git import without_password

CLOSED = ("root", "home", "opt/workshop/etc", "opt/workshop/state/jupyter")
"""Below these folders goes what is not kept."""
KEPT = (
    "root/.bashrc",
    "root/.profile",
    "home/*/.bashrc",
    "home/*/.profile",
    "home/*/.bash_logout",
    # Public keys that open the machine: named when an appliance is exported.
    "home/*/.ssh/authorized_keys",
    "opt/workshop/etc/workshop.toml",
    "opt/workshop/etc/theanorc",
    "opt/workshop/etc/keras/keras.json",
    "opt/workshop/etc/jupyter/jupyter_server_config.py",
    "opt/workshop/etc/jupyter/labconfig/page_config.json",
    "opt/workshop/etc/updates.toml",
    "opt/workshop/etc/allowed-signers",
    "opt/workshop/etc/pull-variables.json",
    "opt/workshop/etc/before-set-up.json",
    "opt/workshop/etc/supervisor/supervisord.conf",
    "opt/workshop/etc/supervisor/programs/*.conf",
)
"""Files, as patterns; a star stands for letters of one name."""
NOTEBOOKS = "home/*/notebooks"
"""Where notebooks are when the settings do not say; all that is not hidden there is kept."""
SETTINGS = "opt/workshop/etc/workshop.toml"


def notebooks_of(settings: str) -> str:
    """Return the participant's folder, a pattern below the root, from the text of the settings."""
    found = re.search(r'(?m)^notebooks = "/([^"]+)"$', settings)
    return found[1].rstrip("/") if found else NOTEBOOKS


def is_kept(path: str, notebooks: str = NOTEBOOKS) -> bool:
    """Tell whether a file or folder stays; ``path`` lies below one of the closed folders."""
    parts = PurePosixPath(path).parts
    ways = [PurePosixPath(pattern).parts for pattern in (*KEPT, notebooks)]
    if any(len(parts) <= len(way) and _matches(parts, way) for way in ways):
        return True
    way = PurePosixPath(notebooks).parts
    below = parts[len(way) :]
    return _matches(parts, way) and bool(below) and not any(part.startswith(".") for part in below)


def _matches(parts: tuple[str, ...], way: tuple[str, ...]) -> bool:
    """Tell whether the names agree as far as both go."""
    return all(fnmatchcase(part, pattern) for part, pattern in zip(parts, way, strict=False))


def people_miss(paths: Iterable[str]) -> list[str]:
    """Return which of the paths that go are people's rather than programs': no part of them is hidden."""
    return [path for path in paths if not any(part.startswith(".") for part in PurePosixPath(path).parts)]


_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>\\]+", re.IGNORECASE)


def forget_credentials(text: str) -> str:
    """Return a text with no name or password in its addresses."""
    return _ADDRESS.sub(lambda found: without_password(found[0]), text)
