"""Rows 55 to 69 of the promise: networks, disks, kills, Jupyter, clocks and copied machines."""

import json
import multiprocessing
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from free_ports import free_port
from waiting import patience

from sync.bed import Bed, book, cell, git, notebook
from sync.organiser import Organiser
from sync.server import git_over_http, jupyter, serve
from workshop.core.errors import WorkshopError
from workshop.sync import apply
from workshop.sync import git as git_module
from workshop.sync.apply import synchronise
from workshop.sync.pack import pack
from workshop.sync.request import LOCKED, Request, ask_jupyter, perform
from workshop.sync.source import Source, read_folder

A, B = cell("a", "a"), cell("b", "b")
UPDATED = {"a.ipynb": "updated"}


@pytest.fixture
def organiser(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> Organiser:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    organiser = Organiser(bed)
    organiser.commit(a_ipynb=notebook("1"))
    return organiser


def check_offline(organiser: Organiser, source: str) -> str:
    """Sync from a source that cannot be reached: nothing is done, and that is said."""
    before = organiser.bed.snapshot()
    report = organiser.sync(source=source, trust_new_source=True)
    assert (report.changed, report.files, report.offline) == (False, [], True)
    assert organiser.bed.snapshot() == before
    (note,) = report.notes
    assert "\n" not in note
    return note


def test_55_offline_is_no_error_and_takes_no_time(organiser: Organiser, bed: Bed) -> None:
    organiser.sync()
    words = ["--from", f"https://127.0.0.1:{free_port()}/x.git", "--into", str(bed.mine), "--allow-unsigned"]
    words += ["--state", str(bed.state), "--trust-new-source", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "workshop", "sync", *words], capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    assert (done.returncode, done.stderr, report["changed"], report["offline"]) == (0, "", False, True)
    assert report["notes"][0].startswith("nothing done, offline")


def test_55_a_name_that_is_not_found_and_a_server_that_is_silent(
    organiser: Organiser, monkeypatch: pytest.MonkeyPatch
) -> None:
    # To be offline takes under ten seconds.
    assert git_module.ASK_SECONDS < 9
    monkeypatch.setattr(git_module, "ASK_SECONDS", 0.5)
    assert "offline" in check_offline(organiser, "https://no-such-host.invalid/x.git")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        source = f"http://127.0.0.1:{silent.getsockname()[1]}/x.git"
        assert "did not answer" in check_offline(organiser, source)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param((200, {"Content-Type": "text/html"}, b"<html>Sign in, please"), id="page"),
        pytest.param((302, {"Location": "/login?next=git"}, b""), id="redirect"),
        pytest.param((511, {}, b"Network Authentication Required"), id="511"),
    ],
)
def test_56_a_captive_portal_answers(organiser: Organiser, answer: tuple[int, dict[str, str], bytes]) -> None:
    def portal(request: BaseHTTPRequestHandler, _body: bytes) -> tuple[int, dict[str, str], bytes]:
        return answer if "login" not in request.path else (200, {"Content-Type": "text/html"}, b"<html>")

    organiser.sync()
    with serve(portal) as address:
        assert "sign in to the network" in check_offline(organiser, f"{address}/x.git")
    assert organiser.actions(trust_new_source=True) == {}


@pytest.mark.parametrize("status", [408, 429, 500, 503, 522])
def test_99_a_server_that_is_busy_or_out_of_order_is_asked_again(
    organiser: Organiser, bed: Bed, status: int
) -> None:
    good, fine = git_over_http(organiser.folder, lambda: False), []
    organiser.commit(a_ipynb=notebook("1"))
    with serve(lambda request, body: good(request, body) if fine else (status, {}, b"")) as address:
        assert f"broken ({status})" in check_offline(organiser, f"{address}/")
        fine.append(True)
        assert organiser.actions(source=f"{address}/", trust_new_source=True)
    assert bed.read("a.ipynb") == notebook("1")


def test_57_half_an_answer_is_no_wrong_address(organiser: Organiser) -> None:
    head = {"Content-Type": "application/x-git-upload-pack-advertisement"}
    half = b"001e# service=git-upload-pack\n0000010"
    with serve(lambda _request, _body: (200, head, half)) as address:
        assert "the connection was lost" in check_offline(organiser, f"{address}/x.git")


def test_57_the_connection_breaks_off(organiser: Organiser, bed: Bed) -> None:
    broken = [True]
    organiser.commit(big_bin=random.Random(1).randbytes(300_000))
    with serve(git_over_http(organiser.folder, lambda: broken[0])) as address:
        source = f"{address}/.git"
        note = check_offline(organiser, source)
        assert "the connection was lost" in note and not bed.mine.exists()
        broken[0] = False
        assert organiser.actions(source=source) == {"a.ipynb": "updated", "big.bin": "updated"}


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[Path]:
    """Mount a file system in memory that is soon full, where root may."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root and a kernel that lets it")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def on_disk(bed: Bed, disk: Path) -> Bed:
    """Put the participant's folder and the state on a disk of their own."""
    return Bed(bed.upstream, disk / "mine", disk / "state")


def test_58_a_full_disk_is_seen_before_anything_is_written(bed: Bed, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "size=40m") as disk:
        small = on_disk(bed, disk)
        small.publish(a_ipynb=notebook("1"))
        assert small.actions() == UPDATED
        (disk / "films").write_bytes(b"0" * 15_000_000)
        small.publish(a_ipynb=notebook("2"), b_bin=random.Random(1).randbytes(4_000_000))
        before = small.snapshot()
        with pytest.raises(WorkshopError, match=r"MB free and the update needs .* nothing was changed"):
            small.sync()
        assert small.snapshot() == before
        (disk / "films").unlink()
        assert small.actions() == UPDATED | {"b.bin": "updated"}


def test_58_a_disk_that_fills_up_meanwhile_leaves_no_half_file(
    bed: Bed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apply, "require_room", lambda *_: None)
    with small_disk(tmp_path / "disk", "size=4m") as disk:
        small = on_disk(bed, disk)
        big = random.Random(1).randbytes(1_500_000)
        small.publish(a_ipynb=notebook("1"), b_bin=b"1", c_ipynb=notebook("1"))
        small.sync()
        # It is kept once for the next merge; then there is no room for it in the folder as well.
        (disk / "films").write_bytes(b"0" * 1_200_000)
        small.publish(a_ipynb=notebook("2"), b_bin=big, c_ipynb=notebook("2"))
        assert small.actions() == {"a.ipynb": "updated", "b.bin": "refused", "c.ipynb": "updated"}
        assert small.snapshot() == {"a.ipynb": notebook("2"), "b.bin": b"1", "c.ipynb": notebook("2")}
        (disk / "films").write_bytes(b"0" * 3_000_000)
        small.publish(b_bin=big + b"2")
        with pytest.raises(WorkshopError, match="nothing was changed"):
            small.sync()
        (disk / "films").unlink()
        assert small.actions() == {"b.bin": "updated"}


def test_59_no_inodes_left_is_seen_before_anything_is_written(bed: Bed, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "size=40m,nr_inodes=300") as disk:
        small = on_disk(bed, disk)
        small.publish(a_ipynb=notebook("1"))
        assert small.actions() == UPDATED
        for number in range(100):
            (disk / f"mail-{number}").touch()
        small.publish(a_ipynb=notebook("2"))
        with pytest.raises(WorkshopError, match=r"room for .* more files .* nothing was changed"):
            small.sync()
        assert small.read("a.ipynb") == notebook("1")
        for mail in disk.glob("mail-*"):
            mail.unlink()
        assert small.actions() == UPDATED


def at_the_flush(monkeypatch: pytest.MonkeyPatch, do: Callable[[], None]) -> None:
    """Let somebody do something once, when the first file beside the participant's is being flushed."""
    fsync = os.fsync
    once = iter([do])

    def flush(descriptor: int) -> None:
        fsync(descriptor)
        if "/mine/" in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            for each in once:
                each()

    monkeypatch.setattr(os, "fsync", flush)


def test_100_what_is_saved_at_the_last_moment_stays(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    bed.publish(a_ipynb=notebook("2"))
    with monkeypatch.context() as patched:
        at_the_flush(patched, lambda: bed.edit("a.ipynb", notebook("just saved")))
        assert bed.actions() == {"a.ipynb": "deferred"}
    assert bed.snapshot() == {"a.ipynb": notebook("just saved")}
    assert bed.actions() == {"a.ipynb": "beside"}


def test_100_what_is_made_at_the_last_moment_stays(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    bed.publish(a_ipynb=notebook("1"))
    with monkeypatch.context() as patched:
        at_the_flush(patched, lambda: bed.edit("a.ipynb", notebook("mine")))
        assert bed.actions() == {"a.ipynb": "deferred"}
    assert bed.snapshot() == {"a.ipynb": notebook("mine")}


def test_61_a_power_cut_finds_old_or_new_files(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[tuple[str, str]] = []
    fsync, replace = os.fsync, Path.replace

    def logged_fsync(descriptor: int) -> None:
        events.append(("flush", str(Path(f"/proc/self/fd/{descriptor}").readlink())))
        fsync(descriptor)

    def logged_replace(self: Path, target: Path) -> Path:
        events.append(("rename", f"{self}>{target}"))
        return replace(self, target)

    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    bed.publish(a_ipynb=notebook("2"))
    monkeypatch.setattr(os, "fsync", logged_fsync)
    monkeypatch.setattr(Path, "replace", logged_replace)
    bed.sync()
    renames = [(place, words.split(">")) for place, (what, words) in enumerate(events) if what == "rename"]
    assert len(renames) >= 5
    for place, (old, new) in renames:
        assert ("flush", old) in events[:place], f"{new} is renamed before its bytes are on the disk"
        assert events[place + 1] == ("flush", str(Path(new).parent)), f"the rename of {new} may be lost"
    order = [new for _, (_, new) in renames]
    mine = order.index(str(bed.mine / "a.ipynb"))
    assert any("/files/a.ipynb" in new for new in order[:mine]), "the backup comes first"
    assert any(new.endswith("record.json") for new in order[:mine]), "the log comes first"
    assert order.index(str(bed.state / "manifest.json")) > mine, "the record comes last"


def test_62_of_four_syncs_at_once_one_runs_and_three_say_so(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    context = multiprocessing.get_context("fork")
    start, said, refused = context.Barrier(4), context.Queue(), context.Semaphore(0)

    def slow() -> Source:
        for _ in range(3):  # it is at work until all the others have come
            assert refused.acquire(timeout=patience(120))
        return read_folder(bed.upstream, "notebooks")

    def sync() -> None:
        start.wait()
        try:
            said.put(str(synchronise(slow, bed.mine, bed.state).changed))
        except WorkshopError as error:
            said.put(str(error))
            refused.release()

    runs = [context.Process(target=sync) for _ in range(4)]
    for run in runs:
        run.start()
    answers = sorted(said.get(timeout=patience(240)) for _ in runs)
    for run in runs:
        run.join()
    assert answers == ["True", *["another update is running; try again when it has finished"] * 3]
    assert bed.snapshot() == {"a.ipynb": notebook("1")}


@contextmanager
def jupyter_with(
    bed: Bed, folder: Path, monkeypatch: pytest.MonkeyPatch, *sessions: dict[str, Any]
) -> Iterator[None]:
    """Run a Jupyter server whose root is the participant's folder, known by its runtime file."""
    folder.mkdir()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder))
    with serve(jupyter(list(sessions), "secret")) as address:
        described = {"pid": os.getpid(), "url": f"{address}/", "token": "secret", "root_dir": str(bed.mine)}
        (folder / f"jpserver-{os.getpid()}.json").write_text(json.dumps(described))
        (folder / "jpserver-1.json").write_text("{")  # half a file is no server
        gone = described | {"pid": 2**22 + 1, "url": f"http://127.0.0.1:{free_port()}/"}
        (folder / "jpserver-2.json").write_text(json.dumps(gone))
        yield


def session(path: str, connections: int, state: str = "idle") -> dict[str, Any]:
    """Return a session as the API describes it."""
    kernel = {"id": "k", "name": "theano", "execution_state": state, "connections": connections}
    return {"id": "s", "path": path, "name": path, "type": "notebook", "kernel": kernel}


def test_63_a_notebook_that_is_open_waits(bed: Bed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bed.publish(a_ipynb=notebook("1"), b_ipynb=notebook("1"))
    bed.sync()
    bed.publish(a_ipynb=notebook("2"), b_ipynb=notebook("2"))
    bed.open_notebooks = ask_jupyter()
    with jupyter_with(bed, tmp_path / "run", monkeypatch, session("a.ipynb", connections=1)):
        report = bed.sync()
        assert {each.path: str(each.action) for each in report.files} == {
            "a.ipynb": "deferred",
            "b.ipynb": "updated",
        }
        assert "open in Jupyter" in report.files[0].reason
        assert bed.read("a.ipynb") == notebook("1")
        bed.edit("a.ipynb", notebook("1", outputs=True))  # what was not saved is saved now
    assert bed.actions() == UPDATED, "the tab was closed"


def test_63_new_notebooks_come_while_others_are_open(
    bed: Bed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    bed.publish(b_ipynb=notebook("1"))
    bed.open_notebooks = ask_jupyter()
    with jupyter_with(bed, tmp_path / "run", monkeypatch, session("a.ipynb", connections=2)):
        assert bed.actions() == {"b.ipynb": "updated"}


def test_102_a_jupyter_with_a_password(bed: Bed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bed.publish(a_ipynb=notebook("1"), notes_txt=b"1")
    bed.sync()
    bed.publish(a_ipynb=notebook("2"), notes_txt=b"2", b_ipynb=notebook("1"))
    bed.open_notebooks = ask_jupyter()
    with jupyter_with(bed, tmp_path / "run", monkeypatch, session("a.ipynb", connections=1)):
        for file in (tmp_path / "run").glob("jpserver-*.json"):
            file.write_text(file.read_text().replace("secret", ""))  # it hands out no token
        report = bed.sync()
        found = {each.path: (str(each.action), each.reason) for each in report.files}
        assert found.pop("a.ipynb") == ("deferred", LOCKED)
        assert {action for action, _ in found.values()} <= {"updated"}
        assert set(found) == {"b.ipynb", "notes.txt"}
        assert bed.read("a.ipynb") == notebook("1")
    assert bed.actions() == UPDATED, "it was ended"


def test_64_a_kernel_that_runs_without_a_browser_is_no_obstacle(
    bed: Bed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    bed.publish(a_ipynb=notebook("2"))
    bed.open_notebooks = ask_jupyter()
    with jupyter_with(bed, tmp_path / "run", monkeypatch, session("a.ipynb", connections=0, state="busy")):
        assert bed.actions() == UPDATED
    assert bed.read("a.ipynb") == notebook("2")


@pytest.mark.parametrize("years", [-40, 40])
def test_65_a_clock_that_is_years_wrong(
    organiser: Organiser, bed: Bed, monkeypatch: pytest.MonkeyPatch, years: int
) -> None:
    organiser.sync()
    shift = years * 365 * 24 * 3600
    now, now_ns, gmtime = time.time, time.time_ns, time.gmtime
    with monkeypatch.context() as wrong:
        wrong.setattr(time, "time", lambda: now() + shift)
        wrong.setattr(time, "time_ns", lambda: now_ns() + shift * 1_000_000_000)
        wrong.setattr(time, "gmtime", lambda *_: gmtime(now() + shift))
        organiser.day += years * 365
        bed.edit("a.ipynb", notebook("1", "mine"))
        organiser.commit(a_ipynb=notebook("2"))
        assert organiser.actions() == {"a.ipynb": "merged"}
    organiser.day -= years * 365
    organiser.commit(a_ipynb=notebook("3"))
    assert organiser.actions() == {"a.ipynb": "merged"}
    assert bed.cells() == [("3", ""), ("mine", "")]
    numbers = [folder.name[:4] for folder in sorted((bed.state / "backups").iterdir())]
    assert numbers == ["0001", "0002", "0003"]


def test_66_a_machine_that_is_many_releases_old(organiser: Organiser, bed: Bed) -> None:
    cells = [cell(f"cell {number}", f"c{number}") for number in range(30)]
    organiser.commit(a_ipynb=book(*cells))
    organiser.sync()
    bed.edit("a.ipynb", book(*cells[:-1], cell("mine", "c29", ran="1")))
    for number in range(25):
        cells[number] = cell(f"new {number}", f"c{number}")
        organiser.commit(a_ipynb=None, **{f"lesson-{number}_ipynb": book(*cells)})
        organiser.commit(a_ipynb=book(*cells), **{f"lesson-{number}_ipynb": None})
    assert organiser.actions() == {"a.ipynb": "merged"}
    assert bed.cells() == [
        *[(f"new {number}", "") for number in range(25)],
        *[(f"cell {number}", "") for number in range(25, 29)],
        ("mine", "1"),
    ]


@pytest.mark.parametrize(
    "damage", [None, b"", b'{"files": [', b'{"files": {"a.ipynb": {"sha256": 1}}}', b"\xff"]
)
def test_67_without_a_record_every_file_counts_as_edited(bed: Bed, damage: bytes | None) -> None:
    bed.publish(a_ipynb=notebook("1"), b_ipynb=notebook("1"))
    bed.sync()
    bed.write(bed.state / "manifest.json", damage)
    bed.publish(a_ipynb=notebook("2"))
    report = bed.sync()
    assert {each.path: str(each.action) for each in report.files} == {"a.ipynb": "beside"}
    assert bool(report.notes) == (damage is not None)
    assert bed.read("a.ipynb") == notebook("1")
    assert bed.actions() == {}


def test_67_lost_bytes_of_what_was_delivered(bed: Bed) -> None:
    bed.publish(a_ipynb=book(A, B), b_ipynb=book(A, B))
    bed.sync()
    for file in (bed.state / "delivered").iterdir():
        file.write_bytes(b"rot")
    bed.edit("a.ipynb", book(cell("mine", "a"), B))
    bed.edit("b.ipynb", book(cell("a", "a", ran="1"), B))
    bed.publish(a_ipynb=book(A, cell("new", "b")), b_ipynb=book(A, cell("new", "b")))
    assert bed.actions() == {"a.ipynb": "beside", "b.ipynb": "updated"}
    assert bed.read("a.ipynb") == book(cell("mine", "a"), B)
    assert bed.cells("b.ipynb") == [("a", "1"), ("new", "")]


def test_68_a_restored_snapshot_has_older_files_than_the_record(bed: Bed, tmp_path: Path) -> None:
    bed.publish(a_ipynb=book(A, B), b_ipynb=book(A, B))
    bed.sync()
    bed.edit("a.ipynb", book(cell("a", "a", ran="1"), B))
    shutil.copytree(bed.mine, tmp_path / "snapshot")
    bed.publish(a_ipynb=book(A, cell("new", "b")))
    bed.sync()
    shutil.rmtree(bed.mine)
    shutil.copytree(tmp_path / "snapshot", bed.mine)
    assert bed.actions() == UPDATED
    assert bed.cells() == [("a", "1"), ("new", "")]
    assert bed.actions() == {}


def test_69_two_machines_from_one_copy_go_their_own_ways(
    organiser: Organiser, bed: Bed, tmp_path: Path
) -> None:
    organiser.commit(a_ipynb=book(A, B))
    organiser.sync()
    clone = Bed(bed.upstream, tmp_path / "clone" / "mine", tmp_path / "clone" / "state")
    shutil.copytree(bed.mine, clone.mine)
    shutil.copytree(bed.state, clone.state)
    twin = Organiser(clone)
    bed.edit("a.ipynb", book(cell("mine", "a"), B))
    clone.edit("a.ipynb", book(A, cell("ours", "b")))
    organiser.commit(a_ipynb=book(A, B, cell("new", "n")))
    assert organiser.actions() == twin.actions() == {"a.ipynb": "merged"}
    assert bed.cells() == [("mine", ""), ("b", ""), ("new", "")]
    assert clone.cells() == [("a", ""), ("ours", ""), ("new", "")]
    assert git(organiser.folder, "status", "--porcelain") == ""


def test_101_what_was_brought_is_taken_back_first(bed: Bed, tmp_path: Path) -> None:
    there = Bed(bed.upstream, tmp_path / "there", tmp_path / "there-state")
    bed.publish(a_ipynb=book(A, B))
    for each in (bed, there):
        each.sync()
    delivered = bed.snapshot()
    there.edit("a.ipynb", book(cell("mine", "a"), B))
    there.edit("own.ipynb", notebook("own"))
    packed = tmp_path / "my.zip"
    with packed.open("wb") as out:
        pack(there.mine, there.state, out)
    for _ in range(2):
        report = perform(Request(str(packed), bed.mine, bed.state))
        assert {each.path: str(each.action) for each in report.files} == UPDATED | {"own.ipynb": "updated"}
        assert perform(Request("", bed.mine, bed.state, undo=True, dry_run=True)).files
        perform(Request("", bed.mine, bed.state, undo=True))
        assert bed.snapshot() == delivered
    perform(Request(str(packed), bed.mine, bed.state))
    brought = bed.snapshot()
    bed.publish(a_ipynb=book(A, cell("new", "b")))
    assert bed.actions() == {"a.ipynb": "merged"}
    for before in (brought, delivered, {}):
        perform(Request("", bed.mine, bed.state, undo=True))
        assert bed.snapshot() == before
    with pytest.raises(WorkshopError, match="no update to undo"):
        perform(Request("", bed.mine, bed.state, undo=True))
