"""Checks of a distribution for WSL: the archive, what WSL reads in it, and what it would do on Windows.

The demands are those of Microsoft's own validator of distributions (distributions/validate-modern.py of
microsoft/WSL), its warnings included, and ours about secrets and ports.
"""

from __future__ import annotations

import hashlib
import lzma
import re
import stat
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from organiser.appliance import manifest
from organiser.appliance.architecture import ELF_HEADER, Architecture, of_program
from organiser.appliance.verify import listening, units
from organiser.appliance.verify import tree as trees
from organiser.appliance.verify.checks import Stage
from organiser.appliance.verify.members import Reader, TarTree, Unpacked, strange_attributes
from organiser.appliance.verify.unpacking import GZIP, XZ, Budget, Inflated, Limited
from organiser.appliance.wsl import layout

KEPT = re.compile(
    r"(etc|root|home|opt/workshop/etc|usr/lib/wsl|usr/lib/os-release|usr/share/wsl"
    r"|(usr/local/|usr/)?lib/systemd/system)(/|$)"
)
"""Below these, contents are kept up to LARGEST; of other files the first bytes."""
LARGEST_ICON = 1 << 20
CONFIGURATION_KEYS = {"boot.systemd"}
DISTRIBUTION_KEYS = {
    "oobe.command", "oobe.defaultuid", "oobe.defaultname", "shortcut.icon", "windowsterminal.profiletemplate",
}  # fmt: skip
SECTION = re.compile(r"\[([A-Za-z]+)\]")
SETTING = re.compile(r"([A-Za-z]+) ?= ?([A-Za-z0-9/._-]+)")
"""Neither quotes nor continued lines nor spaces before a word, which every reader takes otherwise."""


def is_kept(path: str) -> bool:
    """Whether the contents of a file are looked at."""
    return KEPT.match(path) is not None


DAMAGED = (EOFError, OSError, lzma.LZMAError, zlib.error, ValueError, OverflowError)


@dataclass
class Archive:
    """The tar, as it was read once; ``fault`` says why no further."""

    path: Path
    architecture: Architecture | None = None
    """Of its shell."""
    fault: str = ""
    unpacked: Unpacked = field(default_factory=lambda: Unpacked(is_kept, Budget()))
    real: str = ""
    """The sum of all before the last member."""

    @property
    def tree(self) -> TarTree:
        """What it unpacks to."""
        return self.unpacked.tree

    @cached_property
    def distribution(self) -> dict[str, str] | None:
        """What wsl-distribution.conf says, by section.key in small letters; None when it cannot be read."""
        return _settings(trees.text(self.tree, layout.DISTRIBUTION))

    @cached_property
    def configuration(self) -> dict[str, str] | None:
        """What wsl.conf says."""
        return _settings(trees.text(self.tree, layout.CONFIGURATION))

    def account(self, key: str, name: str = "passwd") -> list[list[str]]:
        """Return the lines of a table of accounts in which the third field (or the first) is so."""
        lines = (trees.text(self.tree, f"etc/{name}") or "").splitlines()
        return [fields for fields in (line.split(":") for line in lines) if fields[2:3] == [key]]


def _settings(said: str | None) -> dict[str, str] | None:
    """Return what a file of settings says; None when not every reader would take it alike."""
    found: dict[str, str] = {}
    sections: set[str] = set()
    section = ""
    for line in ("" if said is None else said).split("\n"):
        if not line or (line[0] in "#;" and line.isprintable()):
            continue
        if named := SECTION.fullmatch(line):
            section = named[1].lower()
            if section in sections:
                return None
            sections.add(section)
        elif (setting := SETTING.fullmatch(line)) and section:
            key = f"{section}.{setting[1].lower()}"
            if key in found:
                return None
            found[key] = setting[2]
        else:
            return None
    return None if said is None else found


class _Hashed:
    """Hands bytes on and hashes them."""

    def __init__(self, source: Limited, progress: Callable[[], None]) -> None:
        self._source, self._progress = source, progress
        self._digest = hashlib.sha256()
        self.before = self._digest.copy()
        """Of what was read before the member at hand."""

    def read(self, size: int) -> bytes:
        data = self._source.read(size)
        self._digest.update(data)
        self._progress()
        return data

    def begin(self) -> None:
        self.before = self._digest.copy()


def read_archive(path: Path, progress: Callable[[int], None] = lambda _: None) -> Archive:
    """Read a .wsl file once, from its first byte to its last."""
    found = Archive(path)
    with path.open("rb") as raw:
        head = raw.read(6)
        raw.seek(0)
        told = 0

        def tell() -> None:
            nonlocal told
            progress(raw.tell() - told)
            told = raw.tell()

        if not head.startswith(GZIP) and head != XZ:
            found.fault = "it is neither a gzip nor an xz file, which are what WSL reads"
            return found
        hashed = _Hashed(Limited(Inflated(raw, head), raw.tell), tell)
        reader = Reader(hashed, hashed.begin)
        try:
            for member in reader:
                found.real = hashed.before.hexdigest() if member.name == layout.SUMS else ""
                found.unpacked.take(member, reader)
        except DAMAGED as error:
            said = str(error).splitlines()
            found.fault = (
                f"it is no whole archive ({said[0] if said else type(error).__name__}); copy it again"
            )
        tell()
    return found


STAGE: Stage[Archive] = Stage()


@STAGE.check("wsl.whole", "half a file installs half a system", gate=True)
def _whole(archive: Archive) -> Iterator[str]:
    if archive.fault:
        yield archive.fault
    elif not archive.tree.names(""):
        yield "there is nothing in it"


@STAGE.check("wsl.names", "a name or link that leads elsewhere writes outside of the system", gate=True)
def _names(archive: Archive) -> Iterator[str]:
    yield from archive.unpacked.odd


@STAGE.check("wsl.sum", "a changed byte is found here, not in a lesson", gate=True)
def _sum(archive: Archive) -> Iterator[str]:
    said = trees.read(archive.tree, layout.SUMS)
    if said is None or archive.unpacked.last != layout.SUMS:
        yield f"/{layout.SUMS} is not the last file"
        return
    try:
        stated = manifest.parse(said)
    except ValueError as error:
        yield f"/{layout.SUMS}: {error}"
        return
    if stated.keys() != {layout.SUMMED}:
        yield f"/{layout.SUMS} does not sum up {layout.SUMMED}"
    elif stated[layout.SUMMED] != archive.real:
        yield "it has another SHA-256 than it says: it is damaged, copy it again"


@STAGE.check("wsl.distribution", "WSL reads name, account and first command from it", gate=True)
def _distribution(archive: Archive) -> Iterator[str]:
    settings = archive.distribution
    if settings is None:
        yield f"/{layout.DISTRIBUTION} is not there, or cannot be read"
        return
    yield from _mode(archive, layout.DISTRIBUTION, 0o644, 0o664)
    for key in sorted(settings.keys() - DISTRIBUTION_KEYS):
        yield f"/{layout.DISTRIBUTION} has the key {key}, which WSL does not know"
    for key in ("oobe.command", "oobe.defaultuid", "oobe.defaultname", "shortcut.icon"):
        if key not in settings:
            yield f"/{layout.DISTRIBUTION} has no {key}"
    if template := settings.get("windowsterminal.profiletemplate"):
        if not template.startswith(("/usr/lib/wsl/", "/usr/share/wsl/")):
            yield f"the profile's template is {template!r}, not below /usr/lib/wsl or /usr/share/wsl"
        else:
            yield from _mode(archive, template.lstrip("/"), 0o644, 0o664)


def _mode(archive: Archive, path: str, *modes: int) -> Iterator[str]:
    """Yield what is wrong with owner and rights of a file that WSL reads."""
    place = trees.resolve(archive.tree, path)
    node = None if place is None else archive.tree.node(place)
    if node is None:
        yield f"/{path} is not there"
    elif node.uid or node.gid or stat.S_IMODE(node.mode) not in modes:
        yield f"/{path} has the mode {stat.S_IMODE(node.mode):o} and belongs to {node.uid}:{node.gid}"


@STAGE.check(
    "wsl.command", "WSL runs it at the first start: it makes the account, and must not be changed by others"
)
def _command(archive: Archive) -> Iterator[str]:
    path = _said(archive, "oobe.command")
    if not path.startswith(("/usr/lib/wsl/", "/usr/libexec/wsl/")):
        yield f"the first command is {path!r}, not below /usr/lib/wsl"
    else:
        yield from _mode(archive, path.lstrip("/"), 0o755, 0o775)


@STAGE.check("wsl.icon", "without it the start menu shows none, and Microsoft's validator warns")
def _icon(archive: Archive) -> Iterator[str]:
    path = _said(archive, "shortcut.icon")
    if not path.startswith(("/usr/lib/wsl/", "/usr/share/wsl/")):
        yield f"the icon is {path!r}, not below /usr/lib/wsl or /usr/share/wsl"
        return
    yield from _mode(archive, path.lstrip("/"), 0o644, 0o664)
    data = trees.read(archive.tree, path, LARGEST_ICON + 1)
    node = archive.tree.node(trees.resolve(archive.tree, path) or "")
    if data is not None and (not data.startswith(b"\0\0\1\0") or (node and node.size > LARGEST_ICON)):
        yield "the icon is no ICO file, or has over 1 MiB"


def _said(archive: Archive, key: str) -> str:
    return (archive.distribution or {}).get(key, "")


@STAGE.check("wsl.account", "the first start makes the account with WSL's number; it must be free before")
def _account(archive: Archive) -> Iterator[str]:
    wanted = _said(archive, "oobe.defaultuid")
    if wanted != str(layout.UID):
        yield f"the default account's number is {wanted!r}, not {layout.UID}"
    for fields in archive.account(wanted):
        yield f"the account {fields[0]} has that number already"
    lines = (trees.text(archive.tree, "etc/passwd") or "").splitlines()
    if any(len(line.split(":")) != 7 for line in lines):
        yield "etc/passwd has a line that is none"
    roots = [fields[0] for fields in archive.account("0")]
    if roots != ["root"]:
        yield f"the accounts with the number 0 are {', '.join(roots) or 'none'}, not root"
    numbers = [line.split(":")[2] for line in lines if line.count(":") == 6]
    for number in sorted({each for each in numbers if numbers.count(each) > 1}):
        yield f"two accounts have the number {number}"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", _said(archive, "oobe.defaultname")):
        yield "the distribution's name is none that WSL takes"


@STAGE.check(
    "wsl.tables", "whoever may write a table of accounts is root; whoever may read the shadow has its hashes"
)
def _tables(archive: Archive) -> Iterator[str]:
    yield from _mode(archive, "etc/passwd", 0o644, 0o664)
    shadow = archive.tree.node("etc/shadow")
    if shadow is None or shadow.uid or stat.S_IMODE(shadow.mode) not in (0o640, 0o600, 0):
        yield "/etc/shadow is not there, or more than root and its group may read it"


@STAGE.check(
    "wsl.configuration", "the services need systemd; anything else is for the person at the computer to say"
)
def _configuration(archive: Archive) -> Iterator[str]:
    settings = archive.configuration
    if settings is None or settings.get("boot.systemd", "").lower() != "true":
        yield f"/{layout.CONFIGURATION} does not turn systemd on"
        return
    yield from _mode(archive, layout.CONFIGURATION, 0o644, 0o664)
    for key in sorted(settings.keys() - CONFIGURATION_KEYS):
        yield f"/{layout.CONFIGURATION} has the key {key}, which a distribution may not set"


@STAGE.check("wsl.programs", "WSL starts these three, and must be able to")
def _programs(archive: Archive) -> Iterator[str]:
    for path in ("sbin/init", "bin/bash", "bin/sh"):
        head = trees.read(archive.tree, path, ELF_HEADER)
        kind = None if head is None else of_program(head)
        if kind is None:
            yield f"/{path} is no program"
            continue
        if archive.architecture is not None and kind is not archive.architecture:
            yield f"/{path} is a program for {kind.name}, not for {archive.architecture.name}"
        yield from _mode(archive, path, 0o755, 0o775)


@STAGE.check("wsl.resolver", "WSL writes it; one of the builder's names servers that nobody else has")
def _resolver(archive: Archive) -> Iterator[str]:
    if archive.tree.node("etc/resolv.conf") is not None:
        yield "/etc/resolv.conf is there"


@STAGE.check("wsl.units", "WSL does the work of these units, and they break it")
def _units(archive: Archive) -> Iterator[str]:
    for unit in layout.MASKED:
        node = archive.tree.node(f"etc/systemd/system/{unit}")
        if node is None or node.link != "/dev/null":
            yield f"the unit {unit} is not masked"
    for path in units.enabled(archive.tree):
        if path.rpartition("/")[2] in layout.UNWANTED:
            yield f"/{path} starts a unit that WSL does without"


@STAGE.check("wsl.attributes", "WSL 1 cannot unpack labels; a capability is a part of root's rights")
def _attributes(archive: Archive) -> Iterator[str]:
    yield from strange_attributes(archive.unpacked)


@STAGE.check("wsl.loopback", "in a mirrored network a port that listens elsewhere is open to the whole room")
def _loopback(archive: Archive) -> Iterator[str]:
    yield from listening.faults(archive.tree)


@STAGE.check("wsl.services", "without an account they fail at the first start, and Windows shows nothing")
def _services(archive: Archive) -> Iterator[str]:
    if trees.text(archive.tree, layout.DROP_IN) != layout.WAITING:
        yield f"/{layout.DROP_IN} does not have the services wait for the account"
