from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from organiser.thumbdrive.staged import Entry
from organiser.thumbdrive.transfer import PATCH_FROM, batches
from organiser.thumbdrive.update import RESERVE, Present, find_present, plan_update, same_time

SIZES = st.integers(0, 3 * PATCH_FROM)
NAMES = st.sampled_from("abcdef")
ENTRIES = st.builds(Entry, SIZES, st.sampled_from(["1", "2"]), st.sampled_from([1000.0, 2000.0]))
PRESENT = st.builds(Present, SIZES, st.sampled_from([1000.0, 2000.0]))
CLUSTER = 512


class Disk:
    """A file system that refuses what does not fit; large files are changed in place, as by ``transfer``."""

    def __init__(self, free: int, present: dict[str, Present], unfinished: dict[str, int]) -> None:
        self.free = free
        self.sizes = {name: each.bytes for name, each in present.items()}
        self.begun = dict(unfinished)

    @staticmethod
    def clusters(size: int) -> int:
        return -(-size // CLUSTER) * CLUSTER

    def take(self, count: int) -> None:
        self.free -= count
        assert self.free >= 0, "the disk was full although there seemed to be room"

    def remove(self, name: str) -> None:
        self.free += self.clusters(self.sizes.pop(name, 0)) + self.clusters(self.begun.pop(name, 0))

    def write(self, batch: dict[str, int]) -> None:
        for name, size in batch.items():
            if name not in self.begun and self.sizes.get(name, 0) >= PATCH_FROM:
                self.begun[name] = self.sizes.pop(name)
            self.take(self.clusters(size) - self.clusters(self.begun.pop(name, 0)))
        for name, size in batch.items():
            self.free += self.clusters(self.sizes.pop(name, 0))
            self.sizes[name] = size


@given(
    st.dictionaries(NAMES, ENTRIES),
    st.dictionaries(NAMES, st.sampled_from(["1", "2"])),
    st.dictionaries(NAMES, PRESENT),
    st.dictionaries(NAMES, SIZES),
    st.integers(0, 10 * PATCH_FROM),
)
def test_what_was_planned_fits_and_makes_the_stick_equal(
    wanted: dict[str, Entry],
    listed: dict[str, str],
    present: dict[str, Present],
    unfinished: dict[str, int],
    free: int,
) -> None:
    own = set(present) | set(unfinished) | set(wanted)
    update = plan_update(wanted, listed, present, unfinished, own, CLUSTER)
    assert sorted(update.write + update.keep) == sorted(wanted)
    assert set(update.remove) == own - set(wanted)
    for name in update.keep:
        assert listed[name] == wanted[name].sha256
        assert present[name].bytes == wanted[name].bytes
    if update.needed > free + update.freed:
        return
    disk = Disk(free, present, unfinished)
    for name in update.remove:
        disk.remove(name)
    for group in batches([wanted[name].bytes for name in update.write]):
        disk.write({update.write[number]: wanted[update.write[number]].bytes for number in group})
    assert disk.sizes == {name: wanted[name].bytes for name in wanted}


def test_nothing_new_needs_nothing() -> None:
    wanted = {"a": Entry(10, "1", 5.0)}
    update = plan_update(wanted, {"a": "1"}, {"a": Present(10, 5.0)}, {}, {"a"})
    assert (update.write, update.keep, update.needed) == ((), ("a",), 0)


def test_a_large_file_needs_no_second_place() -> None:
    wanted = {"ova": Entry(4 * PATCH_FROM, "2", 9.0)}
    update = plan_update(wanted, {"ova": "1"}, {"ova": Present(4 * PATCH_FROM, 5.0)}, {}, {"ova"})
    assert update.needed == RESERVE


def test_small_files_come_first() -> None:
    wanted = {"big": Entry(100, "1", 0), "small": Entry(1, "1", 0)}
    assert plan_update(wanted, {}, {}, {}, set()).write == ("small", "big")


def test_times_as_fat32_keeps_them() -> None:
    assert same_time(1000.0, 1001.9)
    assert same_time(1000.0, 1000.0 + 3600)  # in summer
    assert same_time(1000.0, 1000.0 - 11 * 3600 + 1)  # in another country
    assert not same_time(1000.0, 1030.0)
    assert not same_time(1000.0, 1000.0 + 24 * 3600)


def test_links_and_strangers_are_not_ours(tmp_path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b.unfinished").write_bytes(b"xy")
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "stranger").write_bytes(b"")
    present, unfinished = find_present(tmp_path, {"a", "b", "link", "gone"})
    assert (set(present), unfinished) == ({"a"}, {"b": 2})
