from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from waiting import wait_until

from organiser.thumbdrive import write as writing
from organiser.thumbdrive.drives import FAT32_LARGEST, Place
from organiser.thumbdrive.parallel import StoppedError
from organiser.thumbdrive.sums import Entry
from workshop.core.errors import WorkshopError

from .bed import contents, damage, fill, quiet_row, write

FILES = {"0_START_HERE.html": b"<p>", "data/a.bin": b"x" * 5000, "data/deep/b": b"", "notes.txt": b"hello"}
LARGE = random.Random(7).randbytes(9_000_000)
"""What a virtual machine is to the tests."""


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


def test_too_small_is_said_before_anything_is_done(
    tmp_path: Path, stage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Place, "free", property(lambda place: 1000))
    with pytest.raises(WorkshopError, match="too small: 0 MB more are needed and 0 MB are free"):
        write(stage, tmp_path / "stick")
    assert list((tmp_path / "stick").iterdir()) == []


def test_fat32_and_a_file_over_4_gib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Place, "free", property(lambda place: 1 << 40))
    place = Place(tmp_path, is_fat32=True)
    with pytest.raises(WorkshopError, match=r"FAT32, which cannot hold a\.ova .* exFAT"):
        writing.require_fits(place, {"a.ova": Entry(FAT32_LARGEST + 1, "0"), "b": Entry(1, "0")}, set())
    writing.require_fits(place, {"a.ova": Entry(FAT32_LARGEST, "0")}, set())


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EIO, "pulled out"),
        (errno.ENOSPC, "is full"),
        (errno.EROFS, "locked"),
    ],
)
def test_what_rsync_says_of_a_stick_is_one_line(
    tmp_path: Path, stage: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    program, stick = tmp_path / "rsync", tmp_path / "stick"
    said = f'rsync: [receiver] write failed on "/x": {os.strerror(number)} ({number})'
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\necho 'rsync error: (code 11)' >&2\nexit 11\n")
    program.chmod(0o755)
    with monkeypatch.context() as patched:
        patched.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        with pytest.raises(WorkshopError, match=words) as caught:
            write(stage, stick)
    assert "\n" not in str(caught.value)
    write(stage, stick)
    assert contents(stick) == FILES


def test_stopped_a_stick_has_no_list_until_the_next_run_makes_it_whole(tmp_path: Path) -> None:
    files = FILES | {"workshop.ova": LARGE}
    stage, stick = fill(tmp_path / "stage", files), tmp_path / "stick"
    write(stage, stick)
    (stick / "theirs").write_bytes(b"theirs")
    files = {"workshop.ova": LARGE[::-1], "data/a.bin": FILES["data/a.bin"]}
    fill(stage, files)
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        write(stage, stick, row=quiet_row(stop))
    assert not (stick / "SHA256SUMS").exists()
    done = write(stage, stick)
    assert contents(stick) == files | {"theirs": b"theirs"}
    # What the stopped run copied, nobody had read back.
    assert done.read_back == sum(map(len, files.values()))


def test_two_runs_do_not_write_one_stick(tmp_path: Path, stage: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    with writing.only_run(stick), pytest.raises(WorkshopError, match="being written by another run"):
        write(stage, stick)
    write(stage, stick)
    assert contents(stick) == FILES


def test_a_killed_runs_rsync_ends_as_well(tmp_path: Path, stage: Path) -> None:
    program, note = tmp_path / "rsync", tmp_path / "pid"
    program.write_text(f"#!/bin/sh\necho $$ >{note}.new && mv {note}.new {note} && exec sleep 1000\n")
    program.chmod(0o755)
    code = "import pathlib, sys; from thumbdrive.bed import write; write(*map(pathlib.Path, sys.argv[1:]))"
    environment = os.environ | {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    with subprocess.Popen(
        [sys.executable, "-c", code, stage, tmp_path / "stick"], env=environment
    ) as process:
        wait_until(note.exists, 60, "rsync has begun")
        process.kill()
    status = Path(f"/proc/{note.read_text().strip()}/status")
    wait_until(lambda: not status.exists() or "zombie" in status.read_text(), 60, "rsync has ended")


def test_a_change_that_keeps_size_and_time_is_seen_by_the_list(tmp_path: Path, stage: Path) -> None:
    stick = tmp_path / "stick"
    write(stage, stick)
    now = (stage / "notes.txt").stat().st_mtime
    fill(stage, FILES | {"notes.txt": b"HELLO"})
    os.utime(stage / "notes.txt", (now, now))
    done = write(stage, stick)
    assert (contents(stick)["notes.txt"], done.files) == (b"HELLO", 1)


def test_times_as_fat32_keeps_them_are_the_same(tmp_path: Path, stage: Path) -> None:
    stick = tmp_path / "stick"
    write(stage, stick)
    for name in FILES:
        seconds = int((stage / name).stat().st_mtime) // 2 * 2
        os.utime(stick / name, (seconds, seconds))
    assert write(stage, stick).files == 0
    # In summer, or in another country: times are corrected, and no bytes are written.
    os.utime(stick / "data/a.bin", (5000, 5000))
    done = write(stage, stick)
    assert (done.files, done.written) == (1, 0)


def test_what_seems_right_and_is_damaged_is_found_by_rereading(tmp_path: Path) -> None:
    files = FILES | {"workshop.ova": LARGE}
    stage, stick = fill(tmp_path / "stage", files), tmp_path / "stick"
    write(stage, stick)
    damage(stick / "data/a.bin", 100)
    damage(stick / "workshop.ova", 5_000_000)
    assert write(stage, stick).files == 0
    done = write(stage, stick, reread=True)
    assert contents(stick) == files
    assert (done.files, done.kept) == (2, 3)
    # Of the large file only the block that is wrong.
    assert done.written < 50_000
    assert write(stage, stick, reread=True).files == 0


def test_a_stick_that_gives_back_something_else(
    tmp_path: Path, stage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "stick"
    with monkeypatch.context() as patched:
        patched.setattr(writing, "hash_from_stick", lambda path, row: "0" * 64)
        with pytest.raises(WorkshopError, match="read back differently: this stick is faulty"):
            write(stage, stick)
    assert not (stick / "SHA256SUMS").exists()
    (stage / "data/a.bin").write_bytes(b"z")
    with pytest.raises(WorkshopError, match=r"a\.bin changed since it was staged; stage again"):
        write(stage, tmp_path / "other")


def test_a_damaged_list_is_written_again(tmp_path: Path, stage: Path) -> None:
    stick = tmp_path / "stick"
    write(stage, stick)
    damage(stick / "SHA256SUMS", 64)
    write(stage, stick)
    assert (stick / "SHA256SUMS").read_bytes() == (stage / "SHA256SUMS").read_bytes()
    assert contents(stick) == FILES
