"""Write a root directory as WSL is to see it: the same root gives the same bytes."""

from __future__ import annotations

import gzip
import json
import stat
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path

from organiser.appliance.members import Added, account_of, add, info_of, put, walk
from organiser.appliance.scratch import whole
from organiser.appliance.wsl.layout import (
    ACCOUNT,
    COMMAND,
    CONFIGURATION,
    DISTRIBUTION,
    DROP_IN,
    EVERYWHERE,
    ICON,
    LEFT_OUT,
    LISTENING,
    LOOPBACK,
    MASKED,
    NAME,
    TOLD,
    UID,
    UNWANTED,
    WAITING,
    WINDOW,
)
from workshop.core.errors import WorkshopError

LEVEL = 6


@dataclass
class View:
    """How a root is seen: what is left out, and what is put in its place."""

    account: dict[str, object]
    added: dict[str, Added] = field(default_factory=dict)

    def shows(self, path: str) -> bool:
        """Whether a path of the root is written as it is."""
        folder, _, name = path.rpartition("/")
        if folder.endswith(".wants") and name in (*MASKED, *UNWANTED):
            return False
        return path not in self.added and not any(fnmatchcase(path, pattern) for pattern in LEFT_OUT)


def view(root: Path) -> View:
    """Return how WSL is to see a root; WorkshopError when it has no account of the workshop's."""
    accounts = {name: _lines(root / f"etc/{name}") for name in ("passwd", "shadow", "group", "gshadow")}
    seen = View(_account(root, accounts))
    user = str(seen.account["name"])
    for name, lines in accounts.items():
        if lines:
            text = "".join(f"{line}\n" for line in _without(name, lines, user))
            status = (root / f"etc/{name}").stat()
            # A group may read the shadow.
            seen.added[f"etc/{name}"] = Added(text.encode(), stat.S_IMODE(status.st_mode), gid=status.st_gid)
    for pattern in LISTENING:
        for path in root.glob(pattern):
            text = path.read_text(encoding="utf-8")
            if EVERYWHERE in text and not path.is_symlink():
                changed = text.replace(EVERYWHERE, LOOPBACK).encode()
                seen.added[path.relative_to(root).as_posix()] = Added(
                    changed, stat.S_IMODE(path.stat().st_mode)
                )
    seen.added |= _own_files(seen.account)
    seen.added |= {f"etc/systemd/system/{unit}": Added(link="/dev/null", mode=0o777) for unit in MASKED}
    return seen


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def _account(root: Path, accounts: Mapping[str, list[str]]) -> dict[str, object]:
    """Return the account to be made: the workshop's, by its settings."""
    user, _, uid, gid, comment, home, shell = account_of(root)
    groups = [line.split(":") for line in accounts["group"]]
    member_of = [name for name, _, _, members in groups if user in members.split(",")]
    if int(uid) != UID:
        raise WorkshopError(f"the account {user} has the UID {uid}; WSL needs {UID}")
    return {
        "name": user, "uid": int(uid), "gid": int(gid), "comment": comment,
        "home": home, "shell": shell, "groups": member_of,
    }  # fmt: skip


def _without(name: str, lines: list[str], user: str) -> Iterator[str]:
    """Yield the lines of a table of accounts without one account, as a member of groups, too."""
    for line in lines:
        fields = line.split(":")
        if fields[0] == user:
            continue
        if name in ("group", "gshadow"):
            fields[-1] = ",".join(member for member in fields[-1].split(",") if member != user)
        yield ":".join(fields)


def _own_files(account: dict[str, object]) -> dict[str, Added]:
    own = resources.files(__package__)
    first = f"[oobe]\ncommand = /{COMMAND}\ndefaultUid = {UID}\ndefaultName = {NAME}\n"
    distribution = f"{first}\n[shortcut]\nicon = /{ICON}\n"
    return {
        DISTRIBUTION: Added(distribution.encode()),
        CONFIGURATION: Added(b"[boot]\nsystemd=true\n"),
        COMMAND: Added(own.joinpath("first-start").read_bytes(), 0o755),
        ACCOUNT: Added((json.dumps(account, indent=1) + "\n").encode()),
        ICON: Added(own.joinpath("workshop.ico").read_bytes()),
        DROP_IN: Added(WAITING.encode()),
        WINDOW: Added(TOLD.encode()),
        "etc/fstab": Added(b"# WSL mounts what there is.\n"),
    }


def write_wsl(root: Path, target: Path, *, epoch: int) -> None:
    """Write a root directory as a distribution; the file appears when it is whole.

    epoch: seconds since 1970; no date in it is later.

    Raises WorkshopError when the root has no account of the workshop's, or not with the number that WSL
    wants.
    """
    seen = view(root)
    with (
        whole(target) as partial,
        partial.open("wb") as file,
        gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as packed,
        tarfile.TarFile(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        _add_root(tar, root, seen, epoch)


def _add_root(tar: tarfile.TarFile, root: Path, seen: View, epoch: int) -> None:
    """Add everything that the view shows, each folder before what it holds."""
    links: dict[tuple[int, int], str] = {}
    waiting = dict(sorted(seen.added.items()))
    folders = {""}
    for path, entry in walk(root, root):
        if not seen.shows(path):
            continue
        info = info_of(path, entry, links, epoch)
        if info is None:
            continue
        if info.isdir():
            folders.add(path)
        put(tar, info, entry.path)
    for path, added in waiting.items():
        for above in reversed(Path(path).parents):
            if (name := above.as_posix()) not in folders and name != ".":
                folders.add(name)
                add(tar, name, None, epoch)
        add(tar, path, added, epoch)
