"""Write a compressed qcow2 disk from a raw one: the same disk gives the same bytes."""

from __future__ import annotations

import os
import struct
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from organiser.appliance.qcow2.layout import (
    CLUSTER,
    CLUSTER_BITS,
    COMPRESSED,
    COPIED,
    HEADER,
    LENGTH_SHIFT,
    MAGIC,
    PER_TABLE,
    SECTOR,
    WINDOW,
)
from organiser.appliance.scratch import whole
from organiser.appliance.vmdk.write import grains
from workshop.errors import WorkshopError

LEVEL = 6
BATCH = 32
"""Clusters that one task of a thread compresses; they are as large as a VMDK's grains."""


def write_qcow2(raw: Path, target: Path, *, threads: int | None = None) -> int:
    """Compress a raw disk; the file appears when it is whole. Return how many clusters are not zero.

    raw: its size must be whole clusters of 64 KiB. Raises WorkshopError when it is not.
    """
    size = raw.stat().st_size
    if not size or size % CLUSTER:
        raise WorkshopError(f"{raw} has {size} bytes; a disk must be whole units of 64 KiB")
    with raw.open("rb") as source, whole(target) as partial, partial.open("w+b") as file:
        return _Writer(file, size).write(_compressed(source, size, threads or os.cpu_count() or 1))


class _Writer:
    """Header and first table are filled in at the end, when it is known where everything lies."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size
        self._tables: dict[int, list[int]] = {}
        self._uses: dict[int, int] = {}
        self._place = 0

    def write(self, clusters: Iterator[tuple[int, bytes, bytes]]) -> int:
        first_size = -(-self._size // (CLUSTER * PER_TABLE))
        first = self._reserve(CLUSTER) + CLUSTER
        self._reserve(-(-first_size * 8 // CLUSTER) * CLUSTER)
        count = 0
        for number, packed, data in clusters:
            table = self._tables.setdefault(number // PER_TABLE, [0] * PER_TABLE)
            table[number % PER_TABLE] = self._add(packed, data)
            count += 1
        self._align()
        entries = [0] * first_size
        for number, table in sorted(self._tables.items()):
            entries[number] = self._append(struct.pack(f">{PER_TABLE}Q", *table)) | COPIED
        counts, count_clusters = self._write_counts()
        self._file.seek(first)
        self._file.write(struct.pack(f">{first_size}Q", *entries))
        self._file.seek(0)
        self._file.write(
            HEADER.pack(
                *(MAGIC, 3, 0, 0, CLUSTER_BITS, self._size, 0, first_size, first, counts, count_clusters),
                *(0, 0, 0, 0, 0, 4, HEADER.size),
            )
        )
        return count

    def _reserve(self, size: int) -> int:
        """Leave room for whole clusters; return where."""
        place = self._place
        for cluster in range(place >> CLUSTER_BITS, (place + size) >> CLUSTER_BITS):
            self._uses[cluster] = 1
        self._place += size
        self._file.truncate(self._place)
        self._file.seek(self._place)
        return place

    def _append(self, data: bytes) -> int:
        place = self._reserve(-(-len(data) // CLUSTER) * CLUSTER)
        self._file.seek(place)
        self._file.write(data)
        self._file.seek(self._place)
        return place

    def _align(self) -> None:
        self._place = -(-self._place // CLUSTER) * CLUSTER
        self._file.truncate(self._place)
        self._file.seek(self._place)

    def _add(self, packed: bytes, data: bytes) -> int:
        """Append one cluster; return the entry that names its place."""
        if len(packed) >= CLUSTER:
            self._align()
            return self._append(data) | COPIED
        place, sectors = self._place, -(-len(packed) // SECTOR)
        self._file.write(packed.ljust(sectors * SECTOR, b"\0"))
        self._place += sectors * SECTOR
        for cluster in range(place >> CLUSTER_BITS, ((self._place - 1) >> CLUSTER_BITS) + 1):
            self._uses[cluster] = self._uses.get(cluster, 0) + 1
        return COMPRESSED | (sectors - 1) << LENGTH_SHIFT | place

    def _write_counts(self) -> tuple[int, int]:
        """Write how often each cluster of the file is used; return the table's place, and its clusters."""
        per_block = CLUSTER // 2
        used = self._place >> CLUSTER_BITS
        # Blocks and table are counted, too, so their number is found by trying.
        blocks, table = 1, 1
        while (used + blocks + table) > blocks * per_block or blocks * 8 > table * CLUSTER:
            blocks, table = -(-(used + blocks + table) // per_block), -(-blocks * 8 // CLUSTER)
        place = self._reserve(table * CLUSTER)
        first_block = self._reserve(blocks * CLUSTER)
        counts = [0] * (blocks * per_block)
        for cluster, uses in self._uses.items():
            counts[cluster] = uses
        self._file.seek(first_block)
        self._file.write(struct.pack(f">{len(counts)}H", *counts))
        self._file.seek(place)
        self._file.write(struct.pack(f">{blocks}Q", *(first_block + n * CLUSTER for n in range(blocks))))
        return place, table


def _compressed(source: BinaryIO, size: int, threads: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield number, compressed and plain contents of each cluster that is not zero, in order."""
    found = grains(source, size)
    waiting: deque[Future[list[tuple[int, bytes, bytes]]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        while batch := list(islice(found, BATCH)):
            waiting.append(pool.submit(_compress, batch))
            if len(waiting) > 2 * threads:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _compress(batch: list[tuple[int, bytes]]) -> list[tuple[int, bytes, bytes]]:
    return [(number, _deflated(data), data) for number, data in batch]


def _deflated(data: bytes) -> bytes:
    worker = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW)
    return worker.compress(data) + worker.flush()
