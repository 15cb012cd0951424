"""What of a used machine's disk is private by its kind: rules, where a list of names would never be whole.

Outside of homes and of the workshop's own folder (``kept``): what not everybody may read, for so programs
keep keys and passwords; whole folders that no system has and no role of ours makes; and passwords in settings
that everybody may read.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from fnmatch import fnmatchcase

from organiser.appliance import kept
from organiser.appliance.ext4 import Ext4
from organiser.appliance.files import Node

PLACES = ("boot", "etc", "media", "mnt", "srv", "usr/local", "var")
"""Below these folders goes what not everybody may read; packages alone write to the rest of ``usr``."""
KEPT = (
    "boot/*",
    "etc/shadow",
    "etc/gshadow",
    "etc/sudoers",
    "etc/sudoers.d/*",
    "etc/ssh/sshd_config",
    "etc/ssh/sshd_config.d/*",
    "etc/crypttab",
    "etc/crontab",
    "etc/*.deny",
    "etc/sysconfig/*config",
    # The organiser's choice, the same for the whole class.
    "etc/workshop-appliance.token",
    # Rules, which packages keep to themselves.
    "etc/audit/*",
    "etc/firewalld/*",
    "etc/grub.d/*",
    "etc/nftables/*",
    "etc/sysconfig/nftables.conf",
    "etc/polkit-1/*",
    "etc/selinux/*",
    "var/lib/selinux/*",
)
"""What a system needs although not everybody may read it; a star stands for any letters, slashes too."""
TOP = (
    *("afs", "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "lost+found", "media"),
    *("mnt", "opt", "proc", "root", "run", "sbin", "srv", "sys", "tmp", "usr", "var"),
    *("*.usr-is-merged", "vmlinuz", "vmlinuz.old", "initrd.img", "initrd.img.old"),
    *("opt/workshop", "opt/VBoxGuestAdditions-*"),
)
"""The names of the highest folder, and of ``opt``, that a system or a role of ours has."""
TOLD = (
    "etc/environment",
    "etc/environment.d/*",
    "etc/profile.d/*",
    "etc/default/*",
    "etc/fstab",
    "etc/apt/sources.list",
    "etc/apt/sources.list.d/*",
    "etc/apt/apt.conf",
    "etc/apt/apt.conf.d/*",
    "etc/dnf/*.conf",
    "etc/yum.repos.d/*",
    "etc/systemd/system/*.service",
    "etc/systemd/system/*.d/*.conf",
    "etc/cron.d/*",
)
"""Settings that everybody may read, where people write a proxy's or a share's password all the same."""
LARGEST = 1 << 16
_NAMED = re.compile(
    r"""([\w-]*(?:password|passwd|token|secret|api_?key)[\w-]*[ \t]*=[ \t]*)"""
    r"""("[^"\n]*"|'[^'\n]*'|[^\s,"';]+)""",
    re.IGNORECASE,
)


def private(system: Ext4) -> dict[str, Node]:
    """Return the files of a disk that go because not everybody may read them."""
    tree = system.tree(PLACES)
    # Each folder comes before what it holds.
    closed: set[str] = set()
    found = {}
    for path, node in tree.items():
        is_private = path.rpartition("/")[0] in closed or not _everybody_reads(node)
        if node.is_folder and is_private:
            closed.add(path)
        elif stat.S_ISREG(node.mode) and is_private and not _matches(path, KEPT):
            found[path] = node
    return found


def strange(system: Ext4) -> Mapping[str, Node]:
    """Return what lies in the highest folder, or in ``opt``, and belongs to no system and no role of ours."""
    names = system.find("*") | system.find("opt/*")
    return {path: node for path, node in names.items() if not _matches(path, TOP)}


def settings(system: Ext4) -> dict[str, str]:
    """Return the texts of the settings in which a password may stand."""
    found = [(path, node) for pattern in TOLD for path, node in system.find(pattern).items()]
    return {
        path: system.read(path)
        for path, node in found
        if stat.S_ISREG(node.mode) and 0 < node.size <= LARGEST
    }


def forget_passwords(text: str) -> str:
    """Return a text without the passwords in its addresses and behind such names as ``TOKEN=``."""
    return _NAMED.sub(r"\1", kept.forget_credentials(text))


def _everybody_reads(node: Node) -> bool:
    wanted = stat.S_IROTH | stat.S_IXOTH if node.is_folder else stat.S_IROTH
    return node.mode & wanted == wanted


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)
