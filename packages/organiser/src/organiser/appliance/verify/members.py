"""The members of a tar that holds a system, judged: only what our own writers write is read at all.

A tar is read otherwise by each of its readers: by Python's, by WSL's (bsdtar) and by those of docker and
podman. So a header that not all of them read alike is refused, and a name that is not the plain path of what
is unpacked under it. What a name or a header may be long is known before it is read.
"""

from __future__ import annotations

import re
import stat
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from organiser.appliance.verify.tree import DEEPEST, Node
from organiser.appliance.verify.unpacking import CHUNK, OVERHEAD, Budget, Readable

BLOCK = 512
MOST_EXTENDED = 1 << 16
"""Of an extended header. The longest path of Linux has 4,096 bytes, and so has the longest link."""
LONGEST, LONGEST_NAME = 4095, 255
LARGEST = 1 << 20
"""Of a file's contents that are kept."""
HEAD = 64
MOST_ZEROS = 1 << 20
"""At the end of an archive; tar rounds up to 10 KiB."""
EXTENDED = b"x"
HARD_LINK = b"1"
KINDS = {
    b"0": stat.S_IFREG, HARD_LINK: stat.S_IFREG, b"2": stat.S_IFLNK, b"3": stat.S_IFCHR,
    b"4": stat.S_IFBLK, b"5": stat.S_IFDIR, b"6": stat.S_IFIFO,
}  # fmt: skip
KEYS = {"path", "linkpath", "size", "uid", "gid", "mtime", "atime", "ctime", "uname", "gname", "hdrcharset"}
DEVICES = (b"3", b"4")
ATTRIBUTE = "SCHILY.xattr."
FIELDS = {
    "mode": 100, "uid": 108, "gid": 116, "size": 124, "mtime": 136, "chksum": 148, "devmajor": 329,
    "devminor": 337,
}  # fmt: skip
LENGTHS = {"size": 12, "mtime": 12}
RECORD = re.compile(rb"([1-9][0-9]{0,5}) ")


@dataclass(slots=True)
class Member:
    """One member, as its header says."""

    name: str
    """To the letter."""
    kind: int
    """By inode(7); a hard link is a regular file."""
    is_hard_link: bool
    mode: int
    uid: int
    gid: int
    size: int
    link: str
    attributes: list[str]
    """Names of its extended attributes."""

    @property
    def is_folder(self) -> bool:
        """Whether it is one."""
        return self.kind == stat.S_IFDIR

    @property
    def is_file(self) -> bool:
        """Whether it has contents of its own."""
        return self.kind == stat.S_IFREG and not self.is_hard_link


class Reader:
    """Reads a tar's members one after the other; ValueError or EOFError where it is none of ours."""

    def __init__(
        self,
        source: Readable,
        begins: Callable[[], None] = lambda: None,
        skip: Callable[[int], object] | None = None,
    ) -> None:
        """begins: is called before anything is read of a member. skip: passes bytes over unread."""
        self._source, self._begins, self._skip = source, begins, skip
        self._left = self._padding = 0

    def __iter__(self) -> Iterator[Member]:
        """Yield the members; its end is checked, too."""
        while True:
            self.skip()
            self._begins()
            block = self._exactly(BLOCK)
            if not any(block):
                return self._end()
            said = {}
            if block[156:157] == EXTENDED:
                said = self._extended(_numbers(block)["size"])
                block = self._exactly(BLOCK)
            member = _member(block, said)
            self._left, self._padding = member.size, -member.size % BLOCK
            yield member

    def contents(self, most: int) -> bytes:
        """Return the first bytes of the member at hand."""
        data = self._exactly(min(most, self._left))
        self._left -= len(data)
        return data

    def skip(self) -> None:
        """Go to the end of the member at hand."""
        if self._skip:
            self._skip(self._left)
            self._left = 0
        while self._left:
            data = self._some(min(self._left, CHUNK))
            self._left -= len(data)
        if any(self._exactly(self._padding)):
            raise ValueError("something is between two members")
        self._padding = 0

    def _some(self, size: int) -> bytes:
        data = self._source.read(size)
        if not data:
            raise EOFError("it was cut off")
        return data

    def _exactly(self, size: int) -> bytes:
        data = self._some(size) if size else b""
        while len(data) < size:
            data += self._some(size - len(data))
        return data

    def _extended(self, size: int) -> dict[str, bytes]:
        """Return the records of an extended header (pax)."""
        if size > MOST_EXTENDED:
            raise ValueError("a header is longer than any name")
        data = self._exactly(size)
        if any(self._exactly(-size % BLOCK)):
            raise ValueError("something is behind a header")
        return _records(data)

    def _end(self) -> None:
        if any(self._exactly(BLOCK)):
            raise ValueError("something follows its end")
        count = 0
        while data := self._source.read(CHUNK):
            count += len(data)
            if any(data) or count > MOST_ZEROS:
                raise ValueError("something follows its end")


def _records(data: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    place = 0
    while place < len(data):
        length = RECORD.match(data, place)
        end = place + int(length[1]) if length else 0
        key, sign, value = data[length.end() : end - 1].partition(b"=") if length else (b"", b"", b"")
        if not sign or not place < end <= len(data) or data[end - 1 : end] != b"\n":
            raise ValueError("a header is damaged")
        name = key.decode("ascii")
        if name in found or (name not in KEYS and not name.startswith(ATTRIBUTE)):
            raise ValueError(f"a header says {name[:80]!r}, which is not in ours or is there twice")
        found[name] = value
        place = end
    return found


def _numbers(block: bytes) -> dict[str, int]:
    """Return the numbers of a header in the standard's form, whose sum is right."""
    if _number(block, "chksum") != sum(block) - sum(block[148:156]) + 8 * 32:
        raise ValueError("a header is damaged")
    if block[257:265] != b"ustar\x0000" or any(block[500:]):
        raise ValueError("a header is not in the standard's form")
    numbers = {key: _number(block, key) for key in FIELDS}
    if block[156:157] not in DEVICES and numbers["devmajor"] + numbers["devminor"]:
        raise ValueError("a header names a device for what is none")
    return numbers


def _member(block: bytes, said: dict[str, bytes]) -> Member:
    """Return the member of a header, with what an extended one said before."""
    type_, numbers = block[156:157], _numbers(block)
    if type_ not in KINDS:
        raise ValueError(f"a member has the kind {type_!r}, which no archive of ours has")
    name, prefix = _text(block[:100]), _text(block[345:500])
    numbers |= {key: _decimal(said, key, numbers[key]) for key in ("uid", "gid")}
    size = _decimal(said, "size", numbers["size"])
    is_file = type_ == b"0"
    if size and not is_file:
        raise ValueError("what has no contents says their size")
    path = _word(said["path"]) if "path" in said else _word(prefix + b"/" + name if prefix else name)
    link = _word(said["linkpath"] if "linkpath" in said else _text(block[157:257]))
    attributes = [key.removeprefix(ATTRIBUTE) for key in said if key.startswith(ATTRIBUTE)]
    kind, uid, gid = KINDS[type_], numbers["uid"], numbers["gid"]
    mode = numbers["mode"] & 0o7777
    return Member(path, kind, type_ == HARD_LINK, mode, uid, gid, size, link, attributes)


def _text(data: bytes) -> bytes:
    text, _, rest = data.partition(b"\0")
    if any(rest):
        raise ValueError("something is behind a name")
    return text


def _word(data: bytes) -> str:
    if b"\0" in data or len(data) > LONGEST + 1:
        raise ValueError("a name is longer than any, or has a zero in it")
    return data.decode("utf-8")


def _number(block: bytes, name: str) -> int:
    """Return a number of a header; octal, as all readers read it."""
    place = FIELDS[name]
    digits = block[place : place + LENGTHS.get(name, 8)].rstrip(b"\0 ")
    if not re.fullmatch(rb"[0-7]{0,11}", digits):
        raise ValueError("a header's number is none")
    return int(digits or b"0", 8)


def _decimal(said: dict[str, bytes], key: str, otherwise: int) -> int:
    if key not in said:
        return otherwise
    if not re.fullmatch(rb"[0-9]{1,15}", said[key]):
        raise ValueError("a header's number is none")
    return int(said[key])


def path_of(name: str, *, is_folder: bool) -> str | None:
    """Return the plain path that a name stands for, the root's is empty; None when it is not plain."""
    path = name.removeprefix("./") if name != "." else ""
    if is_folder:
        path = path.removesuffix("/")
    if not path:
        return "" if is_folder and name in (".", "./") else None
    parts = path.split("/")
    plain = (
        len(parts) <= DEEPEST
        and len(path.encode()) <= LONGEST
        and all(part not in ("", ".", "..") and len(part.encode()) <= LONGEST_NAME for part in parts)
    )
    return path if plain and _is_readable(path) else None


def _is_readable(path: str) -> bool:
    """Whether people see a name as it is: no control characters, nothing that has no width or turns words."""
    if path.isascii():
        return path.isprintable()
    return not any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in path)


class TarTree:
    """The files of a tar, as far as they are kept."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._nodes: dict[str, Node] = {"": Node(stat.S_IFDIR | 0o755, 0, 0, 0)}
        self._below: dict[str, list[str]] = {"": []}
        self._contents: dict[str, bytes] = {}

    def add(self, path: str, node: Node, contents: bytes | None = None) -> None:
        """Add what has a path, in the place of what had it; folders that nothing names are there, too."""
        if path not in self._nodes:
            above, _, name = path.rpartition("/")
            if above not in self._nodes:
                self.add(above, Node(stat.S_IFDIR | 0o755, 0, 0, 0))
            self._below.setdefault(above, []).append(name)
        self._nodes[path] = node
        self._contents.pop(path, None)
        if contents is not None:
            self._contents[path] = contents

    def link(self, path: str, target: str) -> None:
        """Add another name of a file."""
        self.add(path, self._nodes[target], self._contents.get(target))

    def node(self, path: str) -> Node | None:
        """Return what has exactly this path, or None."""
        return self._nodes.get(path)

    def names(self, path: str) -> list[str]:
        """Return the names in a folder; none where there is no such folder."""
        return sorted(self._below.get(path, []))

    def contents(self, path: str, most: int) -> bytes:
        """Return the first bytes of a file.

        Raises ValueError when no more than the first few are known: what a system reads lies where all is
        kept, and a link to elsewhere would hide the rest.
        """
        known, node = self._contents.get(path, b""), self._nodes.get(path)
        if node is not None and len(known) < min(most, node.size):
            raise ValueError(f"/{path} is read, and does not lie where a system has such files")
        return known[:most]


CAPABILITY = "security.capability"
CAPABLE = {f"usr/bin/{name}" for name in ("arping", "clockdiff", "newgidmap", "newuidmap", "ping")}
"""Programs of Debian's and Fedora's that may do some of what root may."""


@dataclass
class Unpacked:
    """What tars unpack to, one over the other; what no system has is noted."""

    keeps: Callable[[str], bool]
    """Whether the contents of a file are kept, up to LARGEST; of others it is their HEAD."""
    budget: Budget
    tree: TarTree = field(default_factory=TarTree)
    odd: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str]] = field(default_factory=list)
    """Paths of files, and names of what they have besides."""
    last: str = ""
    """The last member's path."""
    _there: set[str] = field(default_factory=set)
    _folded: dict[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        """Begin another tar over what is there."""
        self._there = set()

    def take(self, member: Member, reader: Reader) -> None:
        """Unpack a member."""
        path = path_of(member.name, is_folder=member.is_folder)
        if path is None:
            self.note(f"the name {member.name!r} leads elsewhere, or is not plain")
            return
        self.budget.spend(OVERHEAD + len(path) + len(member.link))
        self.last = path
        before = self.tree.node(path)
        if path in self._there:
            self.note(f"/{path} is there twice")
        elif fault := self._misplaced(path, member, before):
            self.note(fault)
        else:
            self._there.add(path)
            self._put(path, member, reader)

    def _misplaced(self, path: str, member: Member, before: Node | None) -> str:
        """Return why what has a path cannot be there; empty when it can."""
        above = self._below_another(path)
        if above:
            return f"/{path} lies below /{above}, which is no folder"
        if before is not None and before.is_folder != member.is_folder:
            return f"/{path} is a folder and something else"
        if not path.isascii() or self._folded:
            other = self._folded.setdefault(unicodedata.normalize("NFKC", path), path)
            if other != path:
                return f"/{path} and {other!a} look the same"
        if member.kind not in (stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
            return f"/{path} is of a kind that no system needs"
        if member.kind == stat.S_IFLNK and not (member.link and member.link.isprintable()):
            return f"/{path} leads to {member.link!a}"
        return ""

    def _below_another(self, path: str) -> str:
        above = path.rpartition("/")[0]
        while above:
            node = self.tree.node(above)
            if node is not None:
                # Above a folder there are only folders: each was asked when it came.
                return "" if node.is_folder else above
            above = above.rpartition("/")[0]
        return ""

    def _put(self, path: str, member: Member, reader: Reader) -> None:
        self.attributes += [(path, name) for name in member.attributes]
        if member.is_hard_link:
            target = path_of(member.link, is_folder=False)
            node = None if target is None else self.tree.node(target)
            if target not in self._there or node is None or not stat.S_ISREG(node.mode) or target == path:
                self.note(f"/{path} is a second name of {member.link!r}, which is no file before it")
            else:
                self.tree.link(path, target or "")
            return
        node = Node(member.kind | member.mode, member.uid, member.gid, member.size, member.link)
        data = None
        if member.is_file:
            data = reader.contents(LARGEST if self.keeps(path) else HEAD)
            self.budget.spend(len(data))
        self.tree.add(path, node, data)

    def note(self, fault: str) -> None:
        """Note what no system has."""
        self.budget.spend(OVERHEAD + len(fault))
        self.odd.append(fault)


def strange_attributes(unpacked: Unpacked) -> Iterator[str]:
    """Yield the attributes that no system of ours has: labels, and what gives a program root's rights."""
    for path, name in unpacked.attributes:
        if name != CAPABILITY or path not in CAPABLE:
            yield f"/{path} has the attribute {name}"
