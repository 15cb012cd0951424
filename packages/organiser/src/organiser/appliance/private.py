"""What is private in a root or on a used machine's disk, and what goes to others all the same.

A list of what must go is never complete: keys, tokens and passwords lie in a hundred files, and a new program
brings one more. So of homes, and of the workshop's own settings, only what is named in ``ALLOWED`` is copied.
Outside of them these are deleted: files that are not world-readable, for so programs keep keys and passwords;
whole folders that no system has and no role of ours makes; passwords in settings that everybody may read.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from organiser.appliance.ext4 import Ext4
from organiser.appliance.files import Files, Node
from workshop.sync.git import without_password

CLOSED = ("root", "home", "opt/workshop/etc", "opt/workshop/state/jupyter")
"""Below these folders goes what is not kept."""
ALLOWED = (
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
SETTINGS_FILE = "opt/workshop/etc/workshop.toml"

PLACES = ("boot", "etc", "media", "mnt", "srv", "usr/local", "var")
"""Below these folders goes what not everybody may read; packages alone write to the rest of ``usr``."""
NEEDED = (
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
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>\\]+", re.IGNORECASE)


def notebooks_of(settings: str) -> str:
    """Return the participant's folder, a pattern below the root, from the text of the settings."""
    found = re.search(r'(?m)^notebooks = "/([^"]+)"$', settings)
    return found[1].rstrip("/") if found else NOTEBOOKS


def is_allowed(path: str, notebooks: str = NOTEBOOKS) -> bool:
    """Tell whether a file or folder stays; ``path`` lies below one of the closed folders."""
    parts = PurePosixPath(path).parts
    ways = [PurePosixPath(pattern).parts for pattern in (*ALLOWED, notebooks)]
    if any(len(parts) <= len(way) and _agree(parts, way) for way in ways):
        return True
    way = PurePosixPath(notebooks).parts
    below = parts[len(way) :]
    return _agree(parts, way) and bool(below) and not any(part.startswith(".") for part in below)


def _agree(parts: tuple[str, ...], way: tuple[str, ...]) -> bool:
    """Tell whether the names agree as far as both go."""
    return all(fnmatchcase(part, pattern) for part, pattern in zip(parts, way, strict=False))


def not_allowed(files: Files) -> dict[str, Node]:
    """Return what lies below the closed folders and does not go to others."""
    notebooks = notebooks_of(files.read(SETTINGS_FILE))
    closed = files.tree(CLOSED)
    return {path: node for path, node in closed.items() if not is_allowed(path, notebooks)}


def people_miss(paths: Iterable[str]) -> list[str]:
    """Return which of the paths that go are people's rather than programs': no part of them is hidden."""
    return [path for path in paths if not any(part.startswith(".") for part in PurePosixPath(path).parts)]


def closed_files(system: Ext4) -> dict[str, Node]:
    """Return the files of a disk that go because not everybody may read them."""
    tree = system.tree(PLACES)
    # Each folder comes before what it holds.
    closed: set[str] = set()
    found = {}
    for path, node in tree.items():
        is_private = path.rpartition("/")[0] in closed or not _everybody_reads(node)
        if node.is_folder and is_private:
            closed.add(path)
        elif stat.S_ISREG(node.mode) and is_private and not _matches(path, NEEDED):
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
    return _NAMED.sub(r"\1", forget_credentials(text))


def forget_credentials(text: str) -> str:
    """Return a text with no name or password in its addresses."""
    return _ADDRESS.sub(lambda found: without_password(found[0]), text)


def _everybody_reads(node: Node) -> bool:
    wanted = stat.S_IROTH | stat.S_IXOTH if node.is_folder else stat.S_IROTH
    return node.mode & wanted == wanted


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)
