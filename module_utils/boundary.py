"""The boundary between root and accounts without its rights, for this repository's modules.

Whoever may change a folder may put a link or another file in place of what lies there, at any moment. So
before root touches a path, every folder on the way to it is looked at. Where only root can change them, no
check can be outrun, and links there are root's own. Where another account can, root does not work at all.
"""

from __future__ import annotations

import errno
import grp
import os
import pwd
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

ANYBODY = -1
FIRST_PERSON = 1000
"""The first number of a person's account or group; below are those of the system."""
OF_ALL = "users"
"""A group of the system in which distributions put every person."""
MOST_LINKS = 40
ACCESS_LIST = "system.posix_acl_access"
ACL_USER, ACL_GROUP_OF_FOLDER, ACL_GROUP, ACL_MASK = 0x02, 0x04, 0x08, 0x10
"""Kinds of entries of an access list (linux/posix_acl.h)."""
WRITE = 2


class BoundaryError(Exception):
    """Root would have to trust somebody; the message says whom, where, and what to do, on one line."""


@dataclass(frozen=True)
class Place:
    """Where a path leads, and on whose word."""

    path: Path
    """Without the links that root may follow."""
    account: int | None
    """The first other account that can change what lies there; None where there is none, or no root."""
    folder: Path
    """The folder that this account can change."""

    @property
    def name(self) -> str:
        """The account's name, for people."""
        return name_of(self.account)


def name_of(account: int | None) -> str:
    """Return the name of an account, or its number where it has none."""
    if account == ANYBODY:
        return "every account"
    try:
        return pwd.getpwuid(account or 0).pw_name
    except KeyError:
        return f"the account {account}"


def who_can_change(folder: Path, trusted: int = 0) -> int | None:
    """Return an account that can put things into a folder, and take them out.

    Besides the caller, root and the trusted account.
    """
    found = os.lstat(folder)
    if found.st_uid not in (0, os.geteuid(), trusted):
        return found.st_uid
    # In a sticky folder, as /tmp, each account can change its own things alone.
    if found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
        return ANYBODY
    # Where there is an access list, these bits are the most that it gives.
    if not found.st_mode & stat.S_IWGRP:
        return None
    for kind, number in writers(folder, found.st_gid):
        if kind == ACL_USER and number not in (0, os.geteuid(), trusted):
            return number
        if kind != ACL_USER and has_others(number, trusted):
            return ANYBODY
    return None


def writers(folder: Path, group: int) -> list[tuple[int, int]]:
    """Return the users and groups, as kind and number, that may write into a folder besides its owner."""
    try:
        packed = os.getxattr(folder, ACCESS_LIST, follow_symlinks=False)
    except OSError as error:
        if error.errno not in (errno.ENODATA, errno.ENOTSUP, errno.EPERM):
            raise
        return [(ACL_GROUP_OF_FOLDER, group)]
    entries = list(struct.iter_unpack("<HHI", packed[4:]))
    most = next((rights for kind, rights, _ in entries if kind == ACL_MASK), WRITE)
    return [
        (kind, group if kind == ACL_GROUP_OF_FOLDER else number)
        for kind, rights, number in entries
        if kind in (ACL_USER, ACL_GROUP_OF_FOLDER, ACL_GROUP) and rights & most & WRITE
    ]


def has_others(group: int, trusted: int = 0) -> bool:
    """Tell whether a person besides the caller and the trusted one may be in a group."""
    try:
        found = grp.getgrgid(group)
    except KeyError:
        found = None
    if group >= FIRST_PERSON:
        # Most distributions give each person a group of its own name.
        return found is None or bool(found.gr_mem) or not trusted or found.gr_name != name_of(trusted)
    # Not every directory of accounts lets all of them be listed.
    if found is not None and found.gr_name == OF_ALL:
        return True
    members = set(found.gr_mem) if found is not None else set()
    return any(
        each.pw_uid >= FIRST_PERSON and each.pw_uid not in (os.geteuid(), trusted)
        for each in pwd.getpwall()
        if each.pw_name in members or each.pw_gid == group
    )


def survey(path: str | Path, *, inside: bool = False, trusted: int = 0) -> Place:
    """Find out who can change what lies at ``path``.

    Args:
        path: Need not exist. A link there is followed, as far as only root can have made it.
        inside: The path is a folder, and what lies in it is meant.
        trusted: An account that may change it all, as it can become root anyway.
    """
    here, todo = Path("/"), list(reversed(Path(os.path.normpath(Path.cwd() / path)).parts[1:]))
    if os.geteuid() != 0:
        return Place(Path(path), None, here)
    links = 0
    while todo:
        account = who_can_change(here, trusted)
        if account is not None:
            return Place(here.joinpath(*reversed(todo)), account, here)
        entry = here / todo.pop()
        try:
            found = os.lstat(entry)
        except FileNotFoundError:
            return Place(entry.joinpath(*reversed(todo)), None, here)
        if not stat.S_ISLNK(found.st_mode):
            here = entry
            continue
        if found.st_uid not in (0, trusted):
            return Place(entry.joinpath(*reversed(todo)), found.st_uid, here)
        if (links := links + 1) > MOST_LINKS:
            raise BoundaryError(f"{path} is a ring of links; remove it and run this again")
        target = Path(os.path.normpath(here / entry.readlink()))
        here, todo = Path("/"), [*todo, *reversed(target.parts[1:])]
    found = os.lstat(here)
    account = who_can_change(here, trusted) if inside and stat.S_ISDIR(found.st_mode) else None
    return Place(here, account, here)


def must_be_ours(path: str | Path, *, inside: bool = False, trusted: int = 0) -> Path:
    """Return where a path leads; raise BoundaryError if another account can change it."""
    place = survey(path, inside=inside, trusted=trusted)
    if place.account is not None:
        raise BoundaryError(
            f"{place.name} can change {place.folder}, and root writes and runs nothing there; "
            f"remove it or choose another folder than {path}, and run this again"
        )
    return place.path
