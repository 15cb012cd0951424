"""Make a machine that has run an appliance again: what two copies must not share goes from its disk.

The same goes as from a root that was just built (``clean``), and what by its kind is those people's who
used the machine (``private``), without a mount and without root. Only a machine that came from an appliance
is taken, for no other one makes keys, token and password of its own at its next start.

No contents of what was removed are left, here or in free space; its names may be, in the blocks of its
folder and in the file system's journal.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from organiser.appliance import clean, private
from organiser.appliance.bootloader import GAP_SECTORS, SECTOR
from organiser.appliance.ext4 import Ext4
from organiser.appliance.files import Node
from workshop.core.errors import WorkshopError

MARKS = (
    "etc/workshop-appliance.json",
    "usr/local/sbin/first-boot-workshop",
    "etc/systemd/system/multi-user.target.wants/first-boot-workshop.service",
)
"""What makes keys, token and password at the first start."""
REWRITTEN = {
    "etc/machine-id": lambda _: "",
    "etc/shadow": clean.lock_passwords,
    **clean.SETTINGS,
}
KEYS = ("home/*/.ssh/authorized_keys", "etc/ssh/authorized_keys.d/*")
HOW = (
    "export a machine that was imported from an appliance ('workshop appliance build'); "
    "one that Vagrant or set-up made would give each copy the same keys"
)


def generalise(raw: Path, *, epoch: int, say: Callable[[str], None] = lambda _: None) -> None:
    """Take out of a raw disk what belongs to the machine that used it; safe to run again.

    epoch: seconds since 1970 for what is changed. say: is told what stays and lets somebody in.

    Raises WorkshopError when it is no disk of an appliance, was not shut down, or cannot be cleaned.
    """
    system = Ext4(raw, GAP_SECTORS * SECTOR, epoch=epoch)
    _require_appliance(system)
    going, other = _foreign(system), _rewritten(system)
    for path in _worth_telling(going):
        say(f"/{path} is not copied; put files for the copies into the notebooks' folder")
    if going or other:
        system.change(going, other)
    system.forget_what_is_free()
    lost = [path for path in other if not system.find(path)]
    if left := [*_foreign(system), *_rewritten(system), *lost]:
        raise WorkshopError(f"could not remove {left[0]} from the machine; remove it there and export again")
    keys = [path for pattern in KEYS for path, node in system.find(pattern).items() if node.size]
    for path in keys:
        say(
            f"the keys in /{path} would let their owners log in to each copy; remove them from the machine "
            f"if you do not want that"
        )


def _require_appliance(system: Ext4) -> None:
    try:
        is_clean = system.is_clean()
    except WorkshopError as error:
        raise WorkshopError(f"the machine's disk is not that of an appliance: {error}; {HOW}") from error
    if missing := [mark for mark in MARKS if not system.find(mark)]:
        raise WorkshopError(f"the machine is not an appliance: it has no /{missing[0]}; {HOW}")
    if not is_clean:
        raise WorkshopError(
            "the machine was not shut down; start it, shut it down inside, and export it again"
        )


def _foreign(system: Ext4) -> dict[str, Node]:
    """Return what goes, each folder before what it holds."""
    whole: dict[str, Node] = {}
    for pattern in (*clean.FILES, *clean.PAST):
        whole |= system.find(pattern)
    whole |= private.strange(system)
    emptied = system.tree((*clean.EMPTIED, clean.JOURNAL))
    going = private.not_allowed(system) | whole | system.tree(whole) | emptied
    swept = system.tree(clean.SWEPT)
    going |= private.closed_files(system)
    return going | {path: node for path, node in swept.items() if not node.is_folder}


def _worth_telling(going: dict[str, Node]) -> list[str]:
    """Return what somebody may miss of a home, each folder without what it holds."""
    own = private.people_miss(path for path in going if path.startswith("home/") and path.count("/") > 1)
    return [path for path in own if not any(path.startswith(f"{other}/") for other in own)]


def _rewritten(system: Ext4) -> dict[str, str]:
    """Return the files that are to say something else, with what."""
    texts = {path: system.read(path) for path in REWRITTEN if system.find(path)}
    known = {path: new for path, text in texts.items() if (new := REWRITTEN[path](text)) != text}
    others = private.settings(system).items()
    return known | {path: new for path, text in others if (new := private.forget_passwords(text)) != text}
