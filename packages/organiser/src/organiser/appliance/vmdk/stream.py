"""Judge a stream-optimised VMDK while its bytes go by, sector by sector, and keep what it says.

Nothing is inflated and nothing is read twice: a marker says how long its grain is, and each table
is compared with the places of the grains that went by ("Stream-Optimized Compressed Sparse
Extents"). ``read`` is who inflates.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from organiser.appliance.vmdk.layout import (
    GRAIN,
    GRAIN_HEAD,
    GRAIN_SECTORS,
    MARKER,
    SECTOR,
    TABLE_ENTRIES,
    TABLE_SECTORS,
    VERSION,
    Header,
    Marker,
    tables_for,
)

LARGEST_GRAIN = 2 * GRAIN
"""Compressed; what cannot be compressed grows by a few bytes only."""
LARGEST_DESCRIPTOR = 2048
"""Sectors."""
LARGEST_CAPACITY = 1 << 32
"""Sectors: 2 TiB, the most that a hosted extent can have."""


class Part(StrEnum):
    """The part of a VMDK that a fault lies in."""

    HEADER = "header"
    GRAINS = "grains"
    TABLES = "tables"
    DIRECTORY = "directory"
    FOOTER = "footer"
    END = "end"


class StreamError(ValueError):
    """A fault, with the part that it lies in; the message is one line."""

    def __init__(self, part: Part, message: str) -> None:
        """Note the part."""
        super().__init__(message)
        self.part = part


@dataclass
class Facts:
    """What a stream turned out to be."""

    header: Header | None = None
    descriptor: bytes = b""
    grains: int = 0
    fault: StreamError | None = None


@dataclass
class _Seen:
    """What went by and is still to be confirmed by a table, the directory or the footer."""

    last: int = -1
    grains: dict[int, int] = field(default_factory=dict)
    """Place of each grain since the last table, by number."""
    directory: dict[int, int] = field(default_factory=dict)
    """Place of each table, by number."""
    empty: set[int] = field(default_factory=set)
    """Places of tables that name no grain."""
    directory_place: int = 0
    footer: bool = False
    ended: bool = False


class Stream:
    """Takes the bytes of a VMDK in order, whole sectors at a time; ``finish`` gives the verdict."""

    def __init__(self) -> None:
        """Expect the header."""
        self.facts = Facts()
        self._seen = _Seen()
        self._next = 0  # the sector at which the next thing begins
        self._step: Callable[[bytes], None] = self._take_header
        self._wanted = 1  # so many sectors belong to it
        self._pending = b""

    def feed(self, data: bytes | memoryview, sector: int) -> None:
        """Take the sectors from ``sector`` on; after the first fault nothing more is looked at."""
        end = sector + len(data) // SECTOR
        try:
            while self.facts.fault is None and self._next + len(self._pending) // SECTOR < end:
                self._take(data, sector, end)
        except StreamError as error:
            self.facts.fault = error

    def finish(self) -> Facts:
        """Return the facts; what is missing at the end is a fault."""
        if self.facts.fault is None and not self._seen.ended:
            what = "its header" if self.facts.header is None else "its end-of-stream marker"
            part = Part.HEADER if self.facts.header is None else Part.END
            self.facts.fault = StreamError(part, f"the disk ends before {what}")
        return self.facts

    def _take(self, data: bytes | memoryview, sector: int, end: int) -> None:
        """Gather the sectors of the next thing, over two pieces where need be, and take it."""
        begin = self._next + len(self._pending) // SECTOR
        stop = min(self._next + self._wanted, end)
        piece = bytes(data[(begin - sector) * SECTOR : (stop - sector) * SECTOR])
        if stop < self._next + self._wanted:
            self._pending += piece
            return
        whole = self._pending + piece if self._pending else piece
        self._pending = b""
        self._next += self._wanted
        self._wanted = 1
        self._step(whole)

    def _expect(self, step: Callable[[bytes], None], sectors: int = 1) -> None:
        self._step, self._wanted = step, sectors

    def _take_header(self, data: bytes) -> None:
        header = Header.decode(data)
        _expect_header(header)
        self.facts.header = header
        self._expect(self._take_overhead, header.overhead - 1)

    def _take_overhead(self, data: bytes) -> None:
        """Keep the descriptor, which lies before the first marker."""
        header = self.facts.header
        assert header is not None
        begin = (header.descriptor_sector - 1) * SECTOR
        self.facts.descriptor = data[begin : begin + header.descriptor_sectors * SECTOR]
        self._expect(self._take_marker)

    def _take_marker(self, data: bytes) -> None:
        place, size, kind = MARKER.unpack_from(data)
        if self._seen.ended:
            raise StreamError(Part.END, "something follows the end-of-stream marker")
        if size:
            self._take_grain(place, size)
        elif kind == Marker.END_OF_STREAM:
            self._take_end(data)
        else:
            self._take_metadata(place, kind)

    def _take_grain(self, place: int, size: int) -> None:
        """Note a grain and step over its data."""
        here = self._next - 1
        number, rest = divmod(place, GRAIN_SECTORS)
        assert self.facts.header is not None
        if rest or place >= self.facts.header.capacity:
            raise StreamError(Part.GRAINS, f"the grain at sector {here} has no place on the disk ({place})")
        if number <= self._seen.last:
            raise StreamError(Part.GRAINS, f"the grain at sector {here} is out of order or comes twice")
        if size > LARGEST_GRAIN:
            raise StreamError(
                Part.GRAINS, f"the grain at sector {here} has {size} bytes, more than a grain can"
            )
        if self._seen.grains and number // TABLE_ENTRIES != self._seen.last // TABLE_ENTRIES:
            raise StreamError(Part.TABLES, f"a grain table is missing before sector {here}")
        if self._seen.directory_place:
            raise StreamError(Part.DIRECTORY, f"a grain at sector {here} follows the grain directory")
        self._seen.last = number
        self._seen.grains[number] = here
        self.facts.grains += 1
        self._next = here + -(-(GRAIN_HEAD.size + size) // SECTOR)

    def _take_metadata(self, sectors: int, kind: int) -> None:
        """Expect what a marker announces."""
        assert self.facts.header is not None
        expected: dict[int, tuple[Part, int, Callable[[bytes], None]]] = {
            Marker.GRAIN_TABLE: (Part.TABLES, TABLE_SECTORS, self._take_table),
            Marker.GRAIN_DIRECTORY: (
                Part.DIRECTORY,
                -(-tables_for(self.facts.header.capacity) * 4 // SECTOR),
                self._take_directory,
            ),
            Marker.FOOTER: (Part.FOOTER, 1, self._take_footer),
        }
        if kind not in expected:
            raise StreamError(
                Part.GRAINS, f"the marker at sector {self._next - 1} is of no known kind ({kind})"
            )
        part, length, step = expected[kind]
        if sectors != length:
            raise StreamError(
                part, f"the marker at sector {self._next - 1} announces {sectors} sectors, not {length}"
            )
        self._expect(step, length)

    def _take_table(self, data: bytes) -> None:
        """Compare a table with the grains that went by."""
        here = self._next - TABLE_SECTORS
        table = self._seen.last // TABLE_ENTRIES
        places = [self._seen.grains.get(table * TABLE_ENTRIES + entry, 0) for entry in range(TABLE_ENTRIES)]
        if list(struct.unpack(f"<{TABLE_ENTRIES}I", data)) != places:
            raise StreamError(
                Part.TABLES, f"the grain table at sector {here} does not name the grains before it"
            )
        if self._seen.grains:
            self._seen.directory[table] = here
            self._seen.grains = {}
        if not any(data):
            self._seen.empty.add(here)
        self._expect(self._take_marker)

    def _take_directory(self, data: bytes) -> None:
        """Compare the directory with the tables that went by."""
        assert self.facts.header is not None
        if self._seen.grains:
            raise StreamError(Part.TABLES, "the last grain table is missing")
        number = tables_for(self.facts.header.capacity)
        entries = struct.unpack(f"<{number}I", data[: number * 4])
        for table, place in enumerate(entries):
            known = self._seen.directory.get(table)
            # A table without grains may be there or not. An importer goes by the stream, a reader by the
            # directory: where it named anything else, the two would see different disks.
            if place != known and (known is not None or (place and place not in self._seen.empty)):
                raise StreamError(Part.DIRECTORY, f"the grain directory does not name grain table {table}")
        self._seen.directory_place = self._next - len(data) // SECTOR
        self._expect(self._take_marker)

    def _take_footer(self, data: bytes) -> None:
        """Compare the footer with the header; only it knows where the directory is."""
        header = self.facts.header
        assert header is not None
        if not self._seen.directory_place:
            raise StreamError(Part.DIRECTORY, "the grain directory is missing")
        if data != _with_directory(header, self._seen.directory_place).encode():
            raise StreamError(Part.FOOTER, "the footer is not the header with the grain directory's place")
        self._seen.footer = True
        self._expect(self._take_marker)

    def _take_end(self, data: bytes) -> None:
        if not self._seen.footer:
            raise StreamError(Part.FOOTER, "the footer is missing")
        if any(data):
            raise StreamError(Part.END, "the end-of-stream marker is not empty")
        self._seen.ended = True


def _with_directory(header: Header, place: int) -> Header:
    return Header(**{**vars(header), "directory": place})


def _expect_header(header: Header) -> None:
    """Raise StreamError when a header is not that of a stream that VirtualBox and VMware read."""
    wanted = Header(capacity=header.capacity, overhead=header.overhead, descriptor_sectors=0)
    for name, what in (
        ("magic", "the disk does not begin like a VMDK"),
        ("version", f"the VMDK's version is not {VERSION}"),
        ("flags", "the VMDK is not a compressed stream with markers"),
        ("grain_sectors", "the VMDK's grains are not of 64 KiB"),
        ("table_entries", f"the VMDK's grain tables do not have {TABLE_ENTRIES} entries"),
        ("directory", "the VMDK's header does not leave the grain directory to the footer"),
        ("line_ends", "line ends in the VMDK's header were converted: it was copied as text"),
        ("compression", "the VMDK's compression is not deflate"),
        ("unclean", "the VMDK was not closed properly"),
    ):
        if getattr(header, name) != getattr(wanted, name):
            raise StreamError(Part.HEADER, what)
    if not 0 < header.capacity <= LARGEST_CAPACITY or header.capacity % GRAIN_SECTORS:
        raise StreamError(
            Part.HEADER, f"the VMDK's capacity of {header.capacity} sectors is not whole grains"
        )
    first, last = header.descriptor_sector, header.descriptor_sector + header.descriptor_sectors
    if not (1 <= first < last <= header.overhead <= LARGEST_DESCRIPTOR):
        raise StreamError(Part.HEADER, "the VMDK's descriptor does not lie before its first grain")
