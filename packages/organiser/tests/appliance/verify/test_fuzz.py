"""Random damage: never a traceback, and always refused where something accounts for the byte."""

from __future__ import annotations

import random
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from organiser.appliance import manifest
from organiser.appliance.verify.run import verify

from ..building import Pieces

CHECKSUM_END = (154, 155)
"""The two bytes after a header's checksum; readers take different ones for granted."""


def means_the_same(before: bytes, after: bytes) -> bool:
    """Whether a change of an OVA is one of writing, not of content."""
    starts, place = [], 0
    while before[place : place + 512] != bytes(512):
        info = tarfile.TarInfo.frombuf(before[place : place + 512], "utf-8", "strict")
        starts.append((place, info.name, info.size))
        place += 512 + -(-info.size // 512) * 512
    allowed = bytearray(after)
    for start, name, size in starts:
        for offset in CHECKSUM_END:
            allowed[start + offset] = before[start + offset]
        if name.endswith(".mf"):
            begin, end = start + 512, start + 512 + size
            try:
                same = manifest.parse(after[begin:end]) == manifest.parse(before[begin:end])
            except ValueError:
                same = False
            if same:  # a letter of a hash, small or large
                allowed[begin:end] = before[begin:end]
    return bytes(allowed) == before


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=4))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_flipped_bits_anywhere(ova: Path, tmp_path: Path, flips: list[tuple[float, int]]) -> None:
    before = ova.read_bytes()
    data = bytearray(before)
    for place, bits in flips:
        data[int(place * len(data))] ^= bits
    (tmp_path / "x.ova").write_bytes(data)
    # What means the same may be refused too.
    assert means_the_same(before, bytes(data)) or not verify(tmp_path / "x.ova", thorough=True).ok


def test_bytes_all_over_what_lies_before_the_disk(ova: Path, tmp_path: Path) -> None:
    """Headers, descriptor, manifest: one bit of every so many bytes in turn."""
    before = ova.read_bytes()
    pieces = Pieces.of(ova)
    end = sum(512 + -(-len(pieces.get(suffix).data) // 512) * 512 for suffix in (".ovf", ".mf")) + 512
    bits = random.Random(1)
    for place in range(0, end, 31):
        data = bytearray(before)
        data[place] ^= 1 << bits.randrange(8)
        (tmp_path / "x.ova").write_bytes(data)
        assert means_the_same(before, bytes(data)) or not verify(tmp_path / "x.ova").ok, place


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_disk_under_a_right_manifest_never_ends_in_a_traceback(
    seed: int, ova: Path, tmp_path: Path
) -> None:
    """Also where the hash does not help: a broken packer."""
    chance = random.Random(seed)
    pieces = Pieces.of(ova)
    disk = bytearray(pieces.get(".vmdk").data)
    for _ in range(chance.choice((1, 3, 50))):
        # Structure lies in the first and the last sectors, and at each grain's head.
        place = chance.choice(
            (chance.randrange(1024), chance.randrange(65536, len(disk)), -chance.randrange(1, 9000))
        )
        disk[place] = chance.randrange(256)
    pieces.get(".vmdk").data = bytes(disk)[: len(disk) - 512 * chance.choice((0, 0, 1, 7))]
    pieces.hash_anew()
    for name, fault in verify(pieces.write(tmp_path / "x.ova"), thorough=True).faults:
        assert name
        assert "\n" not in fault


@given(st.binary(max_size=3000))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_file_of_anything(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.ova").write_bytes(data)
    assert not verify(tmp_path / "x.ova").ok
