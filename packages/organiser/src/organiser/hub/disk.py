"""What seats have on the disk: quotas where the file system keeps them, and who has how much.

The quota is that of the seat's account, not of a project: the owner of a file may give it to another project
(unless in a user namespace), whose quota is not the seat's. Only root can give a file to another account.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from organiser.hub.seats import account
from organiser.hub.settings import HubSettings
from workshop.core import programs
from workshop.core.errors import WorkshopError

BYTES_PER_FILE = 16 * 1024
"""As many files as ext4 has room for, which makes one inode for so many bytes."""
COUNT_SECONDS = 20.0
UNCOUNTED = 1 << 62
"""What a seat is taken to have whose files cannot be counted in that time."""


def places(hub: HubSettings) -> list[Path]:
    """Return a folder on each file system on which seats write."""
    found: dict[int, Path] = {}
    for folder in (Path("/home"), hub.folder / "theano"):
        if folder.exists():
            found.setdefault(folder.stat().st_dev, folder)
    return list(found.values())


def _mounted(folder: Path, column: str) -> str:
    """Return what findmnt knows of the file system of a folder."""
    words = ["findmnt", "--noheadings", "--first-only", "--output", column, "--target", str(folder)]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


def keeps_quotas(folder: Path) -> bool:
    """Tell whether the file system of a folder is mounted so that it holds accounts to a quota."""
    return "usrquota" in _mounted(folder, "OPTIONS").split(",")


def set_quota(folder: Path, user: int, most: int) -> None:
    """Let an account have at most so many bytes on the file system of a folder; 0: no limit.

    Raises WorkshopError when the file system does not take it, or Debian's package quota is missing.
    """
    blocks, files = str(most // 1024), str(most // BYTES_PER_FILE)
    limits = (str(user), blocks, blocks, files, files)
    words = [programs.find("setquota"), "--user", *limits, _mounted(folder, "TARGET")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WorkshopError(
            f"cannot limit what account {user} may have in {folder}: "
            f"{done.stderr.partition('.')[0].strip()}; "
            "'The disk' in docs/howto/classroom.md explains what the file system needs"
        )


def set_quotas(hub: HubSettings, numbers: Sequence[str]) -> None:
    """Hold seats to what each may have, wherever a file system can.

    Raises WorkshopError when one that keeps quotas does not take them.
    """
    for place in filter(keeps_quotas, places(hub)):
        for number in numbers:
            set_quota(place, pwd.getpwnam(account(number)).pw_uid, hub.seat_disk_bytes)


@dataclass(frozen=True)
class Room:
    """What a file system has left for accounts."""

    total: int
    free: int
    share: float
    """Of bytes or of files, whichever is shorter."""

    @classmethod
    def of(cls, folder: Path) -> Room:
        """Look at the file system of a folder."""
        found = os.statvfs(folder)
        # Without the part that is kept for root.
        blocks = found.f_blocks - found.f_bfree + found.f_bavail
        share = found.f_bavail / blocks if blocks else 0.0
        files = found.f_files - found.f_ffree + found.f_favail
        if found.f_files and files:  # some file systems have no fixed number
            share = min(share, found.f_favail / files)
        return cls(blocks * found.f_frsize, found.f_bavail * found.f_frsize, share)


def used(hub: HubSettings, number: str) -> int:
    """Return how many bytes a seat has; one whose files cannot be counted in time counts as the largest."""
    folders = [Path("/home") / account(number), hub.folder / "theano" / number]
    words = ["du", "--summarize", "--total", "--one-file-system", "--block-size=1", "--", *map(str, folders)]
    try:
        # What is deleted meanwhile is complained of, and does not matter.
        done = subprocess.run(words, capture_output=True, text=True, timeout=COUNT_SECONDS, check=False)
        return int(done.stdout.splitlines()[-1].split()[0])
    except subprocess.TimeoutExpired:
        return UNCOUNTED
    except (IndexError, ValueError):
        return 0
