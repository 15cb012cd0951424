from __future__ import annotations

import errno
import os
import random
import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from organiser.thumbdrive import transfer
from organiser.thumbdrive import write as writing
from organiser.thumbdrive.drives import FAT32_LARGEST, Place
from organiser.thumbdrive.staged import Entry
from organiser.thumbdrive.watch import StoppedError, Watch
from workshop.errors import WorkshopError

from .bed import contents, damage, fill, rsync, write

FILES = {"0_START_HERE.html": b"<p>", "data/a.bin": b"x" * 5000, "data/deep/b": b"", "notes.txt": b"hello"}


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    return fill(tmp_path / "stage", FILES)


def test_a_stick_becomes_equal_and_stays_so(tmp_path: Path, stage: Path) -> None:
    done = write(stage, tmp_path / "stick")
    assert contents(tmp_path / "stick") == FILES
    assert (done.files, done.kept, done.read_back) == (4, 0, 5008)
    again = write(stage, tmp_path / "stick")
    assert (again.files, again.kept, again.written) == (0, 4, 0)


def test_an_update_writes_what_changed_and_removes_what_is_gone(tmp_path: Path, stage: Path) -> None:
    stick = tmp_path / "stick"
    write(stage, stick)
    new = {"0_START_HERE.html": b"<h1>", "data/a.bin": FILES["data/a.bin"], "more/c": b"!"}
    for name in set(FILES) - set(new):
        (stage / name).unlink()
    fill(stage, new)
    done = write(stage, stick)
    assert contents(stick) == new
    assert not (stick / "data" / "deep").exists()
    assert (done.files, done.kept, done.removed) == (2, 1, 2)


def test_strangers_files_stay(tmp_path: Path, stage: Path) -> None:
    stick = tmp_path / "stick"
    theirs = {"holiday.jpg": b"sun", "data/theirs.txt": b"mine", "data/deep/x": b"y"}
    for name, data in theirs.items():
        (stick / name).parent.mkdir(parents=True, exist_ok=True)
        (stick / name).write_bytes(data)
    write(stage, stick)
    assert contents(stick) == FILES | theirs
    for name in FILES:
        (stage / name).unlink()
    fill(stage, {"only": b"1"})
    write(stage, stick)
    assert contents(stick) == {"only": b"1"} | theirs


def test_a_strangers_file_in_the_way_stops_before_anything_is_done(tmp_path: Path, stage: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "notes.txt").write_bytes(b"mine")
    with pytest.raises(WorkshopError, match=r"notes\.txt, which is not ours"):
        write(stage, stick)
    assert contents(stick) == {"notes.txt": b"mine"}
    assert not (stick / ".workshop-thumbdrive").exists()


def test_a_list_of_hashes_that_is_a_strangers_is_in_the_way(tmp_path: Path, stage: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "SHA256SUMS").write_text("")
    with pytest.raises(WorkshopError, match="SHA256SUMS, which is not ours"):
        write(stage, stick)


def test_too_small_is_said_before_anything_is_done(
    tmp_path: Path, stage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Place, "free", property(lambda place: 1000))
    with pytest.raises(WorkshopError, match="too small: 4 MB more are needed and 0 MB are free"):
        write(stage, tmp_path / "stick")
    assert list((tmp_path / "stick").iterdir()) == []


def test_fat32_and_a_file_over_4_gib(tmp_path: Path) -> None:
    place = Place(tmp_path, is_fat32=True)
    with pytest.raises(WorkshopError, match=r"FAT32, which cannot hold a\.ova .* exFAT"):
        writing.look(place, {"a.ova": Entry(FAT32_LARGEST + 1, "0", 0.0), "b": Entry(1, "0", 0.0)})


def test_4_gib_less_one_byte_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Place, "free", property(lambda place: 1 << 40))
    writing.look(Place(tmp_path, is_fat32=True), {"a.ova": Entry(FAT32_LARGEST, "0", 0.0)})


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EIO, "pulled out"),
        (errno.ENODEV, "pulled out"),
        (errno.ENOSPC, "is full"),
        (errno.EFBIG, "exFAT"),
        (errno.EROFS, "locked"),
        (errno.EINTR, "write again"),
    ],
)
def test_what_happens_to_sticks_is_one_line(
    tmp_path: Path, stage: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    stick = tmp_path / "stick"
    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", fail)
        with pytest.raises(WorkshopError, match=words) as caught:
            write(stage, stick)
    assert "\n" not in str(caught.value)
    write(stage, stick)
    assert contents(stick) == FILES


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_stopped_anywhere_the_next_run_makes_it_whole(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    dice = random.Random(seed)
    folder = tmp_path_factory.mktemp("stop")
    old, new = {}, {}
    for number in range(6):
        data = dice.randbytes(dice.choice([0, 10, 70_000]))
        if dice.random() < 0.7:
            old[f"d{number % 2}/{number}"] = data
        if dice.random() < 0.7:
            new[f"d{number % 2}/{number}"] = data if dice.random() < 0.5 else dice.randbytes(50_000)
    old["z"] = new["z"] = b"z"
    stick = folder / "stick"
    write(fill(folder / "old", old), stick)
    (stick / "theirs").write_bytes(b"theirs")
    stage = fill(folder / "new", new)
    for _ in range(3):
        left = dice.randrange(1, 30)
        stop = threading.Event()

        def count(_: object, stop: threading.Event = stop) -> None:
            nonlocal left
            left -= 1
            if left <= 0:
                stop.set()

        try:
            write(stage, stick, Watch(stop, count, count))
        except StoppedError:
            assert (stick / "theirs").read_bytes() == b"theirs"
    write(stage, stick)
    assert contents(stick) == new | {"theirs": b"theirs"}


def test_what_seems_right_and_is_damaged_is_mended_by_rereading(tmp_path: Path) -> None:
    files = FILES | {"workshop.ova": random.Random(7).randbytes(transfer.PATCH_FROM + 5)}
    stage, stick = fill(tmp_path / "stage", files), tmp_path / "stick"
    write(stage, stick)
    damage(stick / "data/a.bin", 100)
    damage(stick / "workshop.ova", 5_000_000)
    assert write(stage, stick).files == 0
    done = write(stage, stick, reread=True)
    assert contents(stick) == files
    assert (done.files, done.kept) == (2, 3)
    # Of the large file only the page that is wrong.
    assert done.written == len(files["data/a.bin"]) + transfer.GRAIN
    again = write(stage, stick, reread=True)
    assert (again.files, again.written) == (0, 0)


def test_a_file_that_cannot_be_reread(tmp_path: Path, stage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    stick = tmp_path / "stick"
    write(stage, stick)
    monkeypatch.setattr(os, "preadv", fail)
    with pytest.raises(WorkshopError, match=r"0_START_HERE\.html cannot be read .*: the stick is faulty"):
        write(stage, stick, reread=True)


def test_a_damaged_list_is_written_again(tmp_path: Path, stage: Path) -> None:
    stick = tmp_path / "stick"
    write(stage, stick)
    damage(stick / "SHA256SUMS", 64)
    write(stage, stick)
    assert (stick / "SHA256SUMS").read_bytes() == (stage / "SHA256SUMS").read_bytes()
    assert contents(stick) == FILES


def test_a_stick_that_was_filled_by_a_copy_with_times_is_known(tmp_path: Path, stage: Path) -> None:
    shutil.copytree(stage, tmp_path / "stick")
    done = write(stage, tmp_path / "stick")
    assert (done.files, done.written) == (0, 0)


@pytest.mark.skipif(not shutil.which("rsync"), reason="needs rsync")
def test_a_stick_that_rsync_filled_is_known(tmp_path: Path, stage: Path) -> None:
    stick = tmp_path / "stick"
    rsync(stage, stick)
    assert contents(stick) == FILES
    done = write(stage, stick)
    assert (done.files, done.written) == (0, 0)


def test_two_runs_do_not_write_one_stick(tmp_path: Path, stage: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    with writing.only_run(stick), pytest.raises(WorkshopError, match="being written by another run"):
        write(stage, stick)
    write(stage, stick)
    assert contents(stick) == FILES
