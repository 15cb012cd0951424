"""Checks of a distribution for WSL: the archive, what WSL reads in it, and what it would do on Windows.

The demands are those of Microsoft's own validator of distributions (distributions/validate-modern.py of
microsoft/WSL), its warnings included, and ours about secrets and ports.
"""

from __future__ import annotations

import configparser
import gzip
import hashlib
import lzma
import re
import stat
import tarfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from organiser.appliance import manifest
from organiser.appliance.architecture import ELF_HEADER, Architecture, of_program
from organiser.appliance.verify import tree as trees
from organiser.appliance.verify.checks import Stage
from organiser.appliance.verify.tree import Node
from organiser.appliance.wsl import layout

GZIP, XZ = b"\x1f\x8b", b"\xfd7zXZ\0"
KEPT = re.compile(r"(etc|root|home|opt/workshop/etc|usr/lib/wsl|usr/lib/os-release|usr/share/wsl)(/|$)")
"""Below these, contents are kept up to LARGEST; of other files the first bytes."""
LARGEST = 1 << 20
MOST_KEPT = 256 << 20
MOST_MEMBERS = 2_000_000
BEHIND = 1 << 20
"""Bytes that the hash stays behind: a member's header was read when it is announced."""
KINDS = {
    tarfile.REGTYPE: stat.S_IFREG, tarfile.AREGTYPE: stat.S_IFREG, tarfile.DIRTYPE: stat.S_IFDIR,
    tarfile.SYMTYPE: stat.S_IFLNK, tarfile.CHRTYPE: stat.S_IFCHR, tarfile.BLKTYPE: stat.S_IFBLK,
    tarfile.FIFOTYPE: stat.S_IFIFO,
}  # fmt: skip
CONFIGURATION_KEYS = {"boot.systemd"}
DISTRIBUTION_KEYS = {
    "oobe.command", "oobe.defaultuid", "oobe.defaultname", "shortcut.icon", "windowsterminal.profiletemplate",
}  # fmt: skip
ANYWHERE = re.compile(r"(?<![\d.])(0\.0\.0\.0|\[?::\]?(?=[\s:\"']|$))")


class TarTree:
    """The files of a tar, as far as they are kept."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._nodes: dict[str, Node] = {"": Node(stat.S_IFDIR | 0o755, 0, 0, 0)}
        self._below: dict[str, list[str]] = {"": []}
        self._contents: dict[str, bytes] = {}
        self._links: dict[str, str] = {}

    def add(self, path: str, node: Node, contents: bytes | None = None) -> None:
        """Add what has a path, in the place of what had it; folders that nothing names are there, too."""
        if path not in self._nodes:
            above, _, name = path.rpartition("/")
            if above not in self._nodes:
                self.add(above, Node(stat.S_IFDIR | 0o755, 0, 0, 0))
            self._below.setdefault(above, []).append(name)
        self._nodes[path] = node
        if contents is not None:
            self._contents[path] = contents

    def link(self, path: str, target: str) -> bool:
        """Add another name of a file; return whether the file is there."""
        if target not in self._nodes:
            return False
        self.add(path, self._nodes[target], self._contents.get(target))
        return True

    def node(self, path: str) -> Node | None:
        """Return what has exactly this path, or None."""
        return self._nodes.get(path)

    def names(self, path: str) -> list[str]:
        """Return the names in a folder; none where there is no such folder."""
        return sorted(self._below.get(path, []))

    def contents(self, path: str, most: int) -> bytes:
        """Return the first bytes of a file; of most files no more than the first few are known."""
        return self._contents.get(path, b"")[:most]


@dataclass
class Archive:
    """The tar, as it was read once; ``fault`` says why no further."""

    path: Path
    architecture: Architecture | None = None
    """What its name says it is for."""
    fault: str = ""
    names: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    """What no system has: names that lead elsewhere, kinds that are none, links to what is not there."""
    tree: TarTree = field(default_factory=TarTree)
    stated: str = ""
    """The sum that it says it has, before the last member."""
    real: str = ""

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
    if said is None:
        return None
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(said)
    except configparser.Error:
        return None
    return {
        f"{section}.{key}".lower(): value
        for section in parser.sections()
        for key, value in parser[section].items()
    }


class _Behind:
    """Hands bytes on and hashes them some time later, so that a sum can be had of less than was read."""

    def __init__(self, source: BinaryIO, progress: Callable[[], None]) -> None:
        self._source, self._progress = source, progress
        self._digest, self._hashed = hashlib.sha256(), 0
        self._waiting: deque[bytes] = deque()
        self._waits = 0

    def read(self, size: int) -> bytes:
        data = self._source.read(size)
        self._progress()
        self._waiting.append(data)
        self._waits += len(data)
        while self._waits > BEHIND + len(self._waiting[0]):
            self._hash(self._waiting.popleft())
        return data

    def _hash(self, data: bytes) -> None:
        self._digest.update(data)
        self._hashed += len(data)
        self._waits -= len(data)

    def sum_before(self, place: int) -> str:
        """Return the SHA-256 of the bytes before a place; nothing when they are gone by."""
        digest, missing = self._digest.copy(), place - self._hashed
        if not 0 <= missing <= self._waits:
            return ""
        for data in self._waiting:
            digest.update(data[:missing])
            missing -= min(len(data), missing)
        return digest.hexdigest()

    def rest_is_zero(self) -> bool:
        """Read to the end; whether there was nothing but zeros. This checks the compression's sums."""
        zero = True
        while data := self._source.read(1 << 20):
            zero = zero and not any(data)
            self._progress()
        return zero


def read_archive(path: Path, progress: Callable[[int], None] = lambda _: None) -> Archive:
    """Read a .wsl file once, from its first byte to its last."""
    found = Archive(path)
    kept = 0
    with path.open("rb") as raw:
        head = raw.read(6)
        raw.seek(0)
        told = 0

        def tell() -> None:
            nonlocal told
            progress(raw.tell() - told)
            told = raw.tell()

        if head[:2] == GZIP:
            source: BinaryIO = gzip.GzipFile(fileobj=raw)  # type: ignore[assignment]
        elif head == XZ:
            source = lzma.LZMAFile(raw)  # type: ignore[assignment]  # noqa: SIM115  (the file under it is closed)
        else:
            found.fault = "it is neither a gzip nor an xz file, which are what WSL reads"
            return found
        behind = _Behind(source, tell)
        try:
            with tarfile.open(fileobj=behind, mode="r|") as tar:  # type: ignore[call-overload]
                for member in tar:
                    if len(found.names) == MOST_MEMBERS or kept > MOST_KEPT:
                        raise ValueError("it holds more than a system does")
                    kept += _take(found, tar, member, behind)
            if not behind.rest_is_zero():
                found.fault = "something follows the end of the archive"
        except (
            tarfile.TarError,
            EOFError,
            OSError,
            lzma.LZMAError,
            zlib.error,
            ValueError,
            OverflowError,
        ) as error:
            said = str(error).splitlines()
            found.fault = (
                f"it is no whole archive ({said[0] if said else type(error).__name__}); copy it again"
            )
    return found


def _take(found: Archive, tar: tarfile.TarFile, member: tarfile.TarInfo, behind: _Behind) -> int:
    """Note one member; return how many of its bytes are kept."""
    path = member.name.removeprefix("./").rstrip("/")
    path = "" if path == "." else path
    if member.name.startswith("/") or ".." in path.split("/") or "\0" in path:
        found.odd.append(f"the name {member.name!r} leads elsewhere")
        return 0
    if path in found.names[-1:] or (path and found.tree.node(path) is not None):
        found.odd.append(f"/{path} is there twice")
    found.names.append(path)
    found.real = ""
    if member.islnk():
        if not found.tree.link(path, member.linkname.removeprefix("./")):
            found.odd.append(f"/{path} is a second name of {member.linkname!r}, which is not there")
        return 0
    if member.type not in KINDS:
        found.odd.append(f"/{path} is of a kind that no system has")
        return 0
    node = Node(
        KINDS[member.type] | stat.S_IMODE(member.mode), member.uid, member.gid, member.size, member.linkname
    )
    if not member.isreg():
        if path:
            found.tree.add(path, node)
        return 0
    if path == layout.SUMS:
        found.real = behind.sum_before(member.offset)
    most = LARGEST if KEPT.match(path) else 64
    file = tar.extractfile(member)
    data = file.read(most) if file else b""
    found.tree.add(path, node, data)
    return len(data)


STAGE: Stage[Archive] = Stage()


@STAGE.check("wsl.whole", "half a file installs half a system", gate=True)
def _whole(archive: Archive) -> Iterator[str]:
    if archive.fault:
        yield archive.fault
    elif not archive.names:
        yield "there is nothing in it"


@STAGE.check("wsl.names", "a name or link that leads elsewhere writes outside of the system", gate=True)
def _names(archive: Archive) -> Iterator[str]:
    yield from archive.odd[:20]


@STAGE.check("wsl.sum", "a changed byte is found here, not in a lesson", gate=True)
def _sum(archive: Archive) -> Iterator[str]:
    said = trees.read(archive.tree, layout.SUMS)
    if said is None or archive.names[-1] != layout.SUMS:
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
    data = trees.read(archive.tree, path, LARGEST + 1)
    node = archive.tree.node(trees.resolve(archive.tree, path) or "")
    if data is not None and (not data.startswith(b"\0\0\1\0") or (node and node.size > LARGEST)):
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


@STAGE.check("wsl.loopback", "in a mirrored network a port that listens everywhere is open to the whole room")
def _loopback(archive: Archive) -> Iterator[str]:
    for pattern in layout.LISTENING:
        for path in trees.find(archive.tree, pattern):
            for line in (trees.text(archive.tree, path) or "").splitlines():
                if not line.lstrip().startswith("#") and (found := ANYWHERE.search(line)):
                    yield f"/{path} has something listen on {found[1]}"


@STAGE.check("wsl.services", "without an account they fail at the first start, and Windows shows nothing")
def _services(archive: Archive) -> Iterator[str]:
    said = trees.text(archive.tree, layout.DROP_IN) or ""
    if "ConditionPathExists=/var/lib/workshop-appliance/account" not in said:
        yield f"/{layout.DROP_IN} does not have the services wait for the account"
