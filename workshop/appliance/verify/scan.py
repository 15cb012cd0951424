"""Read an OVA once, from its first byte to its last, and keep what the checks need.

One thread reads and follows the disk's markers, another one hashes: the pass takes as long as the
slower of reading and SHA-256.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from io import RawIOBase
from pathlib import Path

from workshop.appliance.vmdk.stream import Facts, Stream

CHUNK = 4 << 20
WAITING = 2
"""So many chunks may wait for the hash."""
SMALL = 1 << 20
"""Descriptors and manifests up to this size are kept."""
MOST_MEMBERS = 64
BLOCK = tarfile.BLOCKSIZE


@dataclass
class Member:
    """One member of the tar file."""

    name: str
    kind: bytes
    """The header's type flag; ``0`` is a regular file."""
    size: int
    sha256: str = ""
    data: bytes = b""
    """Of descriptors and manifests, up to SMALL."""
    disk: Facts | None = None
    """Of a VMDK."""
    padded_with_zeros: bool = True


@dataclass
class Scan:
    """What was seen."""

    path: Path
    members: list[Member] = field(default_factory=list)
    fault: str = ""
    """Why reading could not go on; empty when all was read."""
    end_marked: bool = False
    """Whether two blocks of zeros close the file, and nothing but zeros follows."""

    def having(self, suffix: str) -> list[Member]:
        """Return the members with a suffix."""
        return [member for member in self.members if member.name.lower().endswith(suffix)]


class _CutError(Exception):
    """The file ends too early or is no tar file; the message says so."""


def scan(path: Path, progress: Callable[[int], None] = lambda _: None) -> Scan:
    """Read an OVA; ``progress`` is told of bytes as they are read. OSError when it cannot be read."""
    found = Scan(path)
    with path.open("rb", buffering=0) as file, ThreadPoolExecutor(1) as hasher:
        reader = _Reader(file, hasher, progress)
        try:
            while (header := reader.exactly(BLOCK, "a header")) != bytes(BLOCK):
                if len(found.members) == MOST_MEMBERS:
                    raise _CutError(f"it has more than {MOST_MEMBERS} members")
                found.members.append(_member(header))
                reader.take(found.members[-1])
            found.end_marked = reader.only_zeros_follow()
        except _CutError as cut:
            found.fault = str(cut)
    return found


def _member(header: bytes) -> Member:
    """Return the member that a header announces."""
    try:
        info = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
    except (tarfile.HeaderError, ValueError) as error:
        raise _CutError(f"a member's header is damaged ({error}); copy the file again") from error
    if info.size < 0:
        raise _CutError("a member's header is damaged (negative size); copy the file again")
    return Member(info.name, info.type, info.size)


class _Reader:
    """Reads a file front to back."""

    def __init__(self, file: RawIOBase, hasher: ThreadPoolExecutor, progress: Callable[[int], None]) -> None:
        self._file, self._hasher, self._progress = file, hasher, progress

    def exactly(self, size: int, what: str) -> bytes:
        """Return so many bytes; _CutError when the file ends before."""
        data = self._upto(size)
        if len(data) < size:
            raise _CutError(f"the file ends in the middle of {what}; it was cut off: copy it again")
        return data

    def take(self, member: Member) -> None:
        """Read a member to the end of its padding."""
        digest = hashlib.sha256()
        stream = Stream() if member.name.lower().endswith(".vmdk") else None
        keep = member.name.lower().endswith((".ovf", ".mf"))
        waiting: deque[Future[None]] = deque()
        for begin in range(0, member.size, CHUNK):
            data = self.exactly(min(CHUNK, member.size - begin), member.name)
            waiting.append(self._hasher.submit(digest.update, data))
            if len(waiting) > WAITING:
                waiting.popleft().result()
            if stream:
                stream.feed(data, begin // BLOCK)
            if keep and begin < SMALL:
                member.data += data[: SMALL - begin]
        member.padded_with_zeros = not any(self.exactly(-member.size % BLOCK, member.name))
        for each in waiting:
            each.result()
        member.sha256 = digest.hexdigest()
        member.disk = stream.finish() if stream else None

    def only_zeros_follow(self) -> bool:
        """Whether one more block of zeros follows, and then nothing else."""
        rest = self._upto(BLOCK)
        size = len(rest)
        while rest:
            if any(rest):
                return False
            rest = self._upto(CHUNK)
        return size == BLOCK

    def _upto(self, size: int) -> bytes:
        """Return so many bytes, fewer only at the file's end."""
        parts: list[bytes] = []
        missing = size
        while missing and (part := self._file.read(missing)):
            parts.append(part)
            missing -= len(part)
            self._progress(len(part))
        return parts[0] if len(parts) == 1 else b"".join(parts)
