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

from organiser.appliance.vmdk.stream import Facts, Stream

CHUNK = 1 << 20
"""What was just read is still in the processor's cache when it is hashed."""
CHUNKS = 4
"""So many are read ahead of the hash."""
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


class _Chunks:
    """A ring of buffers between reading and hashing; new memory for each chunk costs as much as reading."""

    def __init__(self, hasher: ThreadPoolExecutor) -> None:
        self._hasher = hasher
        self._buffers = [memoryview(bytearray(CHUNK)) for _ in range(CHUNKS)]
        self._hashing: deque[Future[None]] = deque()
        self._used = 0

    def next(self) -> memoryview:
        """Return a buffer that is free to be filled."""
        if len(self._hashing) == CHUNKS:
            self._hashing.popleft().result()
        self._used += 1
        return self._buffers[self._used % CHUNKS]

    def hash(self, update: Callable[[memoryview], None], data: memoryview) -> None:
        """Let the other thread hash what was put into the last buffer."""
        self._hashing.append(self._hasher.submit(update, data))

    def finish(self) -> None:
        """Wait until everything is hashed."""
        while self._hashing:
            self._hashing.popleft().result()


class _Reader:
    """Reads a file front to back."""

    def __init__(self, file: RawIOBase, hasher: ThreadPoolExecutor, progress: Callable[[int], None]) -> None:
        self._file, self._progress = file, progress
        self._chunks = _Chunks(hasher)

    def exactly(self, size: int, what: str) -> bytes:
        """Return so many bytes; _CutError when the file ends before."""
        buffer = memoryview(bytearray(size))
        self._fill(buffer, what)
        return bytes(buffer)

    def take(self, member: Member) -> None:
        """Read a member to the end of its padding."""
        digest = hashlib.sha256()
        name = member.name.lower()
        stream = Stream() if name.endswith(".vmdk") else None
        for begin in range(0, member.size, CHUNK):
            data = self._chunks.next()[: member.size - begin]
            self._fill(data, member.name)
            self._chunks.hash(digest.update, data)
            if stream:
                stream.feed(data, begin // BLOCK)
            if name.endswith((".ovf", ".mf")) and begin < SMALL:
                member.data += bytes(data[: SMALL - begin])
        member.padded_with_zeros = not any(self.exactly(-member.size % BLOCK, member.name))
        self._chunks.finish()
        member.sha256 = digest.hexdigest()
        member.disk = stream.finish() if stream else None

    def only_zeros_follow(self) -> bool:
        """Whether one more block of zeros follows, and then nothing else."""
        buffer = memoryview(bytearray(CHUNK))
        size = 0
        while count := self._read(buffer):
            if any(buffer[:count]):
                return False
            size += count
        return size >= BLOCK and size % BLOCK == 0

    def _fill(self, buffer: memoryview, what: str) -> None:
        """Fill a buffer; _CutError when the file ends before."""
        filled = 0
        while filled < len(buffer):
            count = self._read(buffer[filled:])
            if not count:
                raise _CutError(f"the file ends in the middle of {what}; it was cut off: copy it again")
            filled += count

    def _read(self, buffer: memoryview) -> int:
        """Read some bytes; 0 at the file's end."""
        count = self._file.readinto(buffer) or 0
        self._progress(count)
        return count
