"""A stream is judged as it goes by, in pieces of any size; each fault is found in its own part."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organiser.appliance.vmdk.layout import (
    OVERHEAD,
    SECTOR,
    TABLE_SECTORS,
    Header,
    Marker,
    grain,
    marker,
    padded,
)
from organiser.appliance.vmdk.stream import Facts, Part, Stream

CAPACITY = 1024 * 128
"""Sectors, over two grain tables."""


def judge(data: bytes, piece: int = 1 << 20) -> Facts:
    stream = Stream()
    for place in range(0, len(data), piece * SECTOR):
        stream.feed(data[place : place + piece * SECTOR], place // SECTOR)
    return stream.finish()


def table(places: dict[int, int]) -> bytes:
    entries = struct.pack("<512I", *(places.get(entry, 0) for entry in range(512)))
    return marker(Marker.GRAIN_TABLE, TABLE_SECTORS) + entries


def directory(*places: int) -> bytes:
    data = padded(struct.pack(f"<{len(places)}I", *places))
    return marker(Marker.GRAIN_DIRECTORY, len(data) // SECTOR) + data


def footer(place: int, **changes: int) -> bytes:
    return marker(Marker.FOOTER, 1) + Header(CAPACITY, place, **changes).encode()  # type: ignore[arg-type]


HEAD = Header(CAPACITY).encode().ljust(OVERHEAD * SECTOR, b"\0")
GRAIN = grain(0, b"x" * 100)
END = marker(Marker.END_OF_STREAM, 0)
G, T = OVERHEAD, OVERHEAD + 1
"""Sectors of the first grain, and of the marker that follows it."""
SOUND = HEAD + GRAIN + table({0: G}) + directory(T + 1, 0) + footer(T + 1 + TABLE_SECTORS + 1) + END


def test_a_sound_stream() -> None:
    facts = judge(SOUND)
    assert facts.fault is None
    assert facts.grains == 1
    assert facts.header == Header(CAPACITY)
    assert len(facts.descriptor) == 20 * SECTOR


@given(st.integers(1, 200))
def test_pieces_of_any_size_give_the_same_verdict(piece: int) -> None:
    facts = judge(SOUND, piece)
    assert (facts.fault, facts.grains) == (None, 1)
    cut = judge(SOUND[:-SECTOR], piece)
    assert cut.fault is not None
    assert cut.fault.part == Part.END


def test_a_table_of_zeros_for_grains_of_zeros_will_do() -> None:
    data = HEAD + table({}) + directory(T, 0) + footer(G + 1 + TABLE_SECTORS + 1) + END
    assert judge(data).fault is None


FAULTS = {
    "empty": (b"", Part.HEADER, "ends before its header"),
    "no VMDK": (b"x" * SECTOR, Part.HEADER, "does not begin like a VMDK"),
    "plain sparse": (Header(CAPACITY, flags=1).encode(), Part.HEADER, "not a compressed stream"),
    "version 1": (Header(CAPACITY, version=1).encode(), Part.HEADER, "version"),
    "copied as text": (Header(CAPACITY, line_ends=b"\n \n\n").encode(), Part.HEADER, "copied as text"),
    "no compression": (Header(CAPACITY, compression=0).encode(), Part.HEADER, "deflate"),
    "unclean": (Header(CAPACITY, unclean=1).encode(), Part.HEADER, "not closed"),
    "no capacity": (Header(0).encode(), Part.HEADER, "capacity"),
    "half a grain": (Header(CAPACITY + 1).encode(), Part.HEADER, "not whole grains"),
    "too large": (Header(1 << 40).encode(), Part.HEADER, "capacity"),
    "endless overhead": (Header(CAPACITY, overhead=1 << 50).encode(), Part.HEADER, "descriptor"),
    "descriptor outside": (Header(CAPACITY, descriptor_sectors=500).encode(), Part.HEADER, "descriptor"),
    "grain off the disk": (HEAD + grain(CAPACITY, b"x"), Part.GRAINS, "no place on the disk"),
    "grain between": (HEAD + grain(1, b"x"), Part.GRAINS, "no place on the disk"),
    "grain twice": (HEAD + GRAIN + GRAIN, Part.GRAINS, "out of order or comes twice"),
    "grain backwards": (HEAD + grain(256, b"x") + GRAIN, Part.GRAINS, "out of order"),
    "giant grain": (HEAD + grain(0, b"x" * 200_000), Part.GRAINS, "more than a grain can"),
    "strange marker": (HEAD + marker(9, 0), Part.GRAINS, "of no known kind"),  # type: ignore[arg-type]
    "table missing": (HEAD + GRAIN + grain(512 * 128, b"x"), Part.TABLES, "table is missing"),
    "table wrong": (HEAD + GRAIN + table({0: G + 1}), Part.TABLES, "does not name the grains"),
    "table short": (HEAD + GRAIN + marker(Marker.GRAIN_TABLE, 3), Part.TABLES, "announces 3 sectors, not 4"),
    "last table missing": (HEAD + GRAIN + directory(0, 0), Part.TABLES, "last grain table is missing"),
    "directory wrong": (
        HEAD + GRAIN + table({0: G}) + directory(T, 0),
        Part.DIRECTORY,
        "does not name grain table 0",
    ),
    "grain after directory": (
        HEAD + GRAIN + table({0: G}) + directory(T + 1, 0) + grain(128, b"x"),
        Part.DIRECTORY,
        "follows the grain directory",
    ),
    "no directory": (HEAD + GRAIN + table({0: G}) + footer(5), Part.DIRECTORY, "directory is missing"),
    "footer wrong": (
        HEAD + GRAIN + table({0: G}) + directory(T + 1, 0) + footer(T),
        Part.FOOTER,
        "not the header",
    ),
    "no footer": (HEAD + GRAIN + table({0: G}) + directory(T + 1, 0) + END, Part.FOOTER, "footer is missing"),
    "something after the end": (SOUND + bytes(SECTOR), Part.END, "something follows"),
    "end not empty": (SOUND[:-1] + b"x", Part.END, "not empty"),
    "no end": (SOUND[:-SECTOR], Part.END, "ends before its end-of-stream marker"),
    "half a table": (HEAD + GRAIN + table({0: G})[: 2 * SECTOR], Part.END, "ends before"),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("piece", [1, 1 << 20])
def test_each_fault_is_found_in_its_part(name: str, piece: int) -> None:
    data, part, said = FAULTS[name]
    fault = judge(data, piece).fault
    assert fault is not None
    assert fault.part == part
    assert said in str(fault)
