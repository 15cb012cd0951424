"""Read a qcow2 disk, wherever it lies in a file."""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Iterator
from typing import BinaryIO

from organiser.appliance.qcow2.layout import (
    CLUSTER,
    CLUSTER_BITS,
    COMPRESSED,
    HEADER,
    LARGEST,
    LENGTH_SHIFT,
    MAGIC,
    PER_TABLE,
    PLACE,
    SECTOR,
    WINDOW,
)

PER_BLOCK = CLUSTER // 2
"""Counts in a cluster of them."""
KEPT_TABLES = 64
"""So many are kept in memory, of up to 4096."""


class Qcow2:
    """Reads such a disk wherever it lies in a file; ValueError in one line when it is damaged.

    What other writers may do and ours does not (backing files, encryption, snapshots, data elsewhere) is
    refused. So is what the file could not hold: each table is in one place of its own, and what is kept in
    memory is no more than a few tables, and a number for each cluster of the file.
    """

    def __init__(self, file: BinaryIO, offset: int, size: int) -> None:
        """Read the header and the first table."""
        self._file, self._offset, self._length = file, offset, size
        self._tables: dict[int, array[int]] = {}
        self._last: tuple[int, bytes] = (-1, b"")
        head = self._raw(0, HEADER.size)
        if len(head) < HEADER.size or head[:4] != MAGIC:
            raise ValueError("it does not begin like a qcow2 disk")
        fields = HEADER.unpack(head)
        _, version, backing, _, bits, self.size, encryption, entries, first, counts, count_clusters = fields[
            :11
        ]
        snapshots, incompatible, order, header = fields[11], fields[13], fields[16], fields[17]
        if version != 3 or bits != CLUSTER_BITS or order != 4 or header < HEADER.size:
            raise ValueError(
                f"it is a qcow2 disk of another kind (version {version}, 2^{bits} bytes a cluster)"
            )
        if backing:
            raise ValueError("it needs another disk behind it")
        if encryption or snapshots or incompatible:
            raise ValueError("it is encrypted, dirty, or has snapshots")
        if not 0 < self.size <= LARGEST or entries != -(-self.size // (CLUSTER * PER_TABLE)):
            raise ValueError(f"its size is {self.size} bytes, with {entries} tables")
        self._require_place(first, entries * 8)
        # One block of counts is for each 2 GiB of the file.
        clusters = -(-size // CLUSTER)
        blocks = -(-clusters // PER_BLOCK)
        if count_clusters > -(-blocks // PER_TABLE) + 1:
            raise ValueError(f"its counts take {count_clusters} clusters, for a file of {size} bytes")
        self._require_place(counts, count_clusters * CLUSTER)
        self._counts = self._unpacked(counts, count_clusters * PER_TABLE)
        if any(self._counts[blocks:]):
            raise ValueError("it counts clusters behind the file's end")
        self._first = self._unpacked(first, entries)
        places = [place & PLACE for table in (self._first, self._counts) for place in table if place & PLACE]
        if len(set(places)) != len(places):
            raise ValueError("two of its tables are in one place")

    def check(self) -> Iterator[str]:
        """Yield what is wrong with its tables: each cluster is used as often as it says, and in the file."""
        uses: dict[int, int] = {}
        last = 0
        for number, place in self._entries():
            span = self._span(place)
            if span is None:
                yield f"the cluster {number} lies outside of the file"
                return
            # Ours come in order. In any other, a few bytes could stand for a whole disk.
            if span[0] < last:
                yield f"the cluster {number} lies before or in another one"
                return
            last = span[1]
            for cluster in range(span[0] >> CLUSTER_BITS, ((span[1] - 1) >> CLUSTER_BITS) + 1):
                uses[cluster] = uses.get(cluster, 0) + 1
        stated = self._stated()
        if wrong := [cluster for cluster, count in uses.items() if stated.get(cluster) != count]:
            yield f"the cluster {wrong[0]} of the file is used {uses[wrong[0]]} times, and counted otherwise"

    def _stated(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for number, place in enumerate(self._counts):
            if place & PLACE:
                self._require_place(place & PLACE, CLUSTER)
                counts = struct.unpack(f">{PER_BLOCK}H", self._raw(place & PLACE, CLUSTER))
                found |= {number * len(counts) + n: count for n, count in enumerate(counts) if count}
        return found

    def _entries(self) -> Iterator[tuple[int, int]]:
        for index, table in enumerate(self._first):
            for entry, place in enumerate(self._table(index) if table & PLACE else ()):
                if place:
                    yield index * PER_TABLE + entry, place

    def _span(self, entry: int) -> tuple[int, int] | None:
        """Return where a cluster's bytes begin and end; None when that is not in the file."""
        if entry & COMPRESSED:
            begin = entry & ((1 << LENGTH_SHIFT) - 1)
            end = (begin // SECTOR + ((entry & ~(3 << 62)) >> LENGTH_SHIFT) + 1) * SECTOR
        else:
            begin = entry & PLACE
            end = begin + CLUSTER
        return (begin, end) if HEADER.size <= begin < end <= self._length else None

    def read(self, place: int, size: int) -> bytes:
        """Return bytes of the disk; fewer at its end."""
        found, end = bytearray(), min(place + size, self.size)
        while place < end:
            number, within = divmod(place, CLUSTER)
            piece = self.cluster(number)[within : within + end - place]
            found += piece
            place += len(piece)
        return bytes(found)

    def cluster(self, number: int) -> bytes:
        """Return one cluster's 64 KiB."""
        if self._last[0] != number:
            self._last = (number, self._inflated(number))
        return self._last[1]

    def used(self) -> Iterator[int]:
        """Yield the numbers of the clusters that are not zero."""
        yield from (number for number, _ in self._entries())

    def _inflated(self, number: int) -> bytes:
        entry = self._table(number // PER_TABLE)[number % PER_TABLE]
        if not entry:
            return bytes(CLUSTER)
        span = self._span(entry)
        if span is None:
            raise ValueError(f"the cluster {number} lies outside of the file")
        data = self._raw(span[0], span[1] - span[0])
        if entry & COMPRESSED:
            try:
                data = zlib.decompressobj(WINDOW).decompress(data, CLUSTER)
            except zlib.error as error:
                raise ValueError(f"the cluster {number} does not inflate") from error
        if len(data) != CLUSTER:
            raise ValueError(f"the cluster {number} does not inflate to 64 KiB")
        return data

    def _table(self, index: int) -> array[int]:
        place = self._first[index] & PLACE
        if not place:
            return array("Q", bytes(CLUSTER))
        if index not in self._tables:
            self._require_place(place, CLUSTER)
            if len(self._tables) == KEPT_TABLES:
                del self._tables[next(iter(self._tables))]
            self._tables[index] = self._unpacked(place, PER_TABLE)
        return self._tables[index]

    def _unpacked(self, place: int, count: int) -> array[int]:
        found = array("Q", self._raw(place, count * 8))
        if len(found) != count:
            raise ValueError("a table of it lies outside of the file")
        if sys.byteorder == "little":
            found.byteswap()
        return found

    def _require_place(self, place: int, size: int) -> None:
        if place % CLUSTER or not CLUSTER <= place <= self._length - size:
            raise ValueError("a table of it lies outside of the file")

    def _raw(self, place: int, size: int) -> bytes:
        self._file.seek(self._offset + place)
        return self._file.read(min(size, max(0, self._length - place)))
