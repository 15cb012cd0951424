from __future__ import annotations

import hashlib
import os
import random
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organiser.thumbdrive import transfer
from organiser.thumbdrive.transfer import (
    FLUSH_EVERY,
    GRAIN,
    PATCH_FROM,
    Delivery,
    batches,
    deliver,
    deliver_bytes,
    differences,
    hash_from_disk,
)
from organiser.thumbdrive.watch import StoppedError, Watch
from workshop.errors import WorkshopError


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def random_bytes(count: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(count)


def bring(tmp_path: Path, data: bytes) -> tuple[Path, int]:
    source, target = tmp_path / "source", tmp_path / "stick" / "target"
    source.write_bytes(data)
    return target, deliver_one(source, target, data, Watch())


def deliver_one(source: Path, target: Path, data: bytes, watch: Watch) -> int:
    return deliver([Delivery(source, target, sha256(data), len(data))], watch)


@pytest.mark.parametrize("size", [0, 1, GRAIN, GRAIN + 1, 5_000_000, PATCH_FROM + 3])
def test_a_file_arrives_whole(tmp_path: Path, size: int) -> None:
    data = random_bytes(size)
    target, written = bring(tmp_path, data)
    assert target.read_bytes() == data
    assert written == size
    assert abs(target.stat().st_mtime - (tmp_path / "source").stat().st_mtime) < 1e-3
    assert [path.name for path in target.parent.iterdir()] == ["target"]


@given(st.binary(max_size=3 * GRAIN), st.data())
def test_the_differences_make_the_old_the_new(new: bytes, data: st.DataObject) -> None:
    old = data.draw(st.binary(max_size=3 * GRAIN))
    made = bytearray(old[: len(new)].ljust(len(new), b"\0"))
    runs = differences(new, old)
    for start, end in runs:
        assert start % GRAIN == 0
        assert new[start:end] != old[start:end]
        made[start:end] = new[start:end]
    assert bytes(made) == new
    assert runs == sorted(runs)


def test_of_a_large_file_only_what_differs_is_written(tmp_path: Path) -> None:
    old = bytearray(random_bytes(PATCH_FROM + 12345))
    bring(tmp_path, bytes(old))
    for place in (0, 1_000_000, len(old) - 1):
        old[place] ^= 1
    target, written = bring(tmp_path, bytes(old))
    assert target.read_bytes() == old
    assert written <= 3 * GRAIN


def test_a_large_file_that_shrank_or_grew(tmp_path: Path) -> None:
    data = random_bytes(PATCH_FROM + 100_000)
    bring(tmp_path, data)
    target, written = bring(tmp_path, data[:-90_000])
    assert (target.stat().st_size, written) == (len(data) - 90_000, 0)
    target, written = bring(tmp_path, data)
    assert target.read_bytes() == data
    assert 90_000 <= written <= 90_000 + GRAIN


def test_a_small_file_that_is_right_is_not_written(tmp_path: Path) -> None:
    bring(tmp_path, b"small")
    assert bring(tmp_path, b"small")[1] == 0
    assert bring(tmp_path, b"other")[1] == 5


def test_stopped_it_goes_on_where_it_was(tmp_path: Path) -> None:
    data = random_bytes(5 * transfer.CHUNK)
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(data)
    stop, seen = threading.Event(), 0

    def count(done: int) -> None:
        nonlocal seen
        seen += done
        if seen >= 2 * transfer.CHUNK:
            stop.set()

    with pytest.raises(StoppedError):
        deliver_one(source, target, data, Watch(stop, count))
    assert not target.exists()
    assert (tmp_path / "target.unfinished").stat().st_size == 2 * transfer.CHUNK
    assert deliver_one(source, target, data, Watch()) == 3 * transfer.CHUNK
    assert target.read_bytes() == data


def test_a_large_file_that_is_being_changed_has_not_its_name(tmp_path: Path) -> None:
    target, _ = bring(tmp_path, random_bytes(PATCH_FROM))
    (tmp_path / "source").write_bytes(random_bytes(PATCH_FROM, seed=2))
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        deliver_one(tmp_path / "source", target, b"", Watch(stop))
    assert [path.name for path in target.parent.iterdir()] == ["target.unfinished"]


def test_a_stick_that_gives_back_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lie(descriptor: int, data: memoryview, offset: int) -> int:
        return pwrite(descriptor, bytes(len(data)), offset)

    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwrite", lie)
    with pytest.raises(WorkshopError, match="came back different"):
        bring(tmp_path, b"something")
    assert list((tmp_path / "stick").iterdir()) == []


def test_a_source_that_changed_since_is_not_the_sticks_fault(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"new")
    with pytest.raises(WorkshopError, match="changed since it was staged"):
        deliver_one(tmp_path / "source", tmp_path / "target", b"old", Watch())
    assert not (tmp_path / "target").exists()


@given(st.lists(st.integers(0, 3 * PATCH_FROM), max_size=40))
def test_batches_are_all_files_in_order_and_none_is_too_large(sizes: list[int]) -> None:
    groups = batches(sizes)
    assert [number for group in groups for number in group] == list(range(len(sizes)))
    for group in groups:
        assert len(group) == 1 or sum(sizes[number] for number in group) <= FLUSH_EVERY
        # A large file comes first: those before it have their names when it begins.
        assert all(sizes[number] < PATCH_FROM for number in group[1:])


def test_files_have_their_names_when_the_next_batch_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "FLUSH_EVERY", 10)
    deliveries = []
    for name in "abcd":
        (tmp_path / name).write_bytes(name.encode() * 4)
        deliveries.append(Delivery(tmp_path / name, tmp_path / "stick" / name, sha256(name.encode() * 4), 4))
    seen: dict[str, set[str]] = {}

    def note(step: str) -> None:
        seen[step] = {path.name for path in (tmp_path / "stick").glob("*")}

    assert deliver(deliveries, Watch(on_step=note)) == 16
    assert seen["c"] == {"a", "b"}
    assert seen["reading back d"] == {"a", "b", "c.unfinished", "d.unfinished"}


def test_a_list_is_written_whole_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(os, "fchmod", refuse)  # as FAT32 does
    monkeypatch.setattr(os, "chmod", refuse)
    target = tmp_path / "deep" / "list"
    assert deliver_bytes(b"one", target) == 3
    assert deliver_bytes(b"one", target) == 0
    assert deliver_bytes(b"two!", target) == 4
    assert [path.name for path in target.parent.iterdir()] == ["list"]
    assert target.read_bytes() == b"two!"


@pytest.mark.parametrize("size", [0, 1, GRAIN, transfer.CHUNK, transfer.CHUNK + 17])
def test_what_the_disk_has_is_hashed_to_its_end(tmp_path: Path, size: int) -> None:
    data = random_bytes(size)
    (tmp_path / "file").write_bytes(data)
    counted: list[int] = []
    assert hash_from_disk(tmp_path / "file", Watch(on_bytes=counted.append)) == sha256(data)
    assert sum(counted) == size


def test_a_file_system_without_direct_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def refuse(path: Path, flags: int, *more: int) -> int:
        if flags & os.O_DIRECT:
            raise OSError(22, "Invalid argument")
        return real(path, flags, *more)

    (tmp_path / "file").write_bytes(b"text")
    monkeypatch.setattr(os, "open", refuse)
    assert hash_from_disk(tmp_path / "file", Watch()) == sha256(b"text")
