import fcntl
import json
import os
import shutil
import tempfile
import types
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop.errors import WorkshopError
from workshop.sync import apply

from .bed import Bed, memory_folder, notebook


def test_a_first_sync_lays_everything_down(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"), b_py=b"x = 1\n")
    report = bed.sync()
    assert report.changed
    assert bed.snapshot() == {"a.ipynb": notebook("1"), "b.py": b"x = 1\n"}


def test_a_second_sync_changes_nothing(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    before = {file: file.stat().st_mtime_ns for file in bed.state.rglob("*")}
    report = bed.sync()
    assert (report.changed, report.files) == (False, [])
    assert {file: file.stat().st_mtime_ns for file in bed.state.rglob("*")} == before


def test_an_unchanged_file_is_replaced_and_backed_up(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    bed.publish(a_ipynb=notebook("2"))
    assert bed.actions() == {"a.ipynb": "updated"}
    assert bed.read("a.ipynb") == notebook("2")
    assert bed.backups() == [notebook("1")]


def test_having_run_a_notebook_is_no_edit_and_its_outputs_stay(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1", "2"))
    bed.sync()
    bed.edit("a.ipynb", notebook("1", "2", outputs=True))
    assert bed.actions() == {}
    assert bed.read("a.ipynb") == notebook("1", "2", outputs=True)


def test_a_new_version_that_is_only_written_otherwise_leaves_what_was_run_or_edited(bed: Bed) -> None:
    bed.publish(ran_ipynb=notebook("1", "2"), edited_ipynb=notebook("1", "2"))
    bed.sync()
    ran, edited = notebook("1", "2", outputs=True), notebook("mine", "2")
    bed.edit("ran.ipynb", ran)
    bed.edit("edited.ipynb", edited)
    rewritten = json.dumps(json.loads(notebook("1", "2")), indent=4).encode()
    bed.publish(ran_ipynb=rewritten, edited_ipynb=rewritten)
    bed.sync()
    assert bed.snapshot() == {"ran.ipynb": ran, "edited.ipynb": edited}


def test_outputs_of_unchanged_cells_outlive_an_update(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1", "2"))
    bed.sync()
    ran = notebook("1", "2", outputs=True)
    bed.edit("a.ipynb", ran)
    bed.publish(a_ipynb=notebook("1", "changed"))
    assert bed.actions() == {"a.ipynb": "updated"}
    first, second = nbformat.reads(bed.read("a.ipynb").decode(), as_version=4).cells
    assert first.outputs[0].text == "ran 1"
    assert (second.source, second.outputs) == ("changed", [])
    assert bed.backups() == [ran]
    assert bed.actions() == {}


def test_an_edited_file_stays_and_the_new_version_comes_beside_once(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    bed.edit("a.ipynb", notebook("mine"))
    bed.publish(a_ipynb=notebook("2"))
    report = bed.sync()
    beside = f"a.upstream-{report.revision}.ipynb"
    assert bed.snapshot() == {"a.ipynb": notebook("mine"), beside: notebook("2")}
    assert beside in report.files[0].reason
    bed.publish(other_py=b"a new revision\n")
    assert bed.actions() == {"other.py": "updated"}


def test_a_deleted_offer_does_not_come_back_and_a_taken_one_is_taken(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    bed.edit("a.ipynb", notebook("mine"))
    bed.publish(a_ipynb=notebook("2"))
    bed.edit(f"a.upstream-{bed.sync().revision}.ipynb", None)
    assert bed.actions() == {}
    bed.edit("a.ipynb", notebook("2"))
    assert bed.actions() == {}
    bed.publish(a_ipynb=notebook("3"))
    assert bed.actions() == {"a.ipynb": "updated"}


def test_an_unknown_file_of_the_same_name_keeps_it(bed: Bed) -> None:
    bed.edit("a.ipynb", notebook("mine"))
    bed.publish(a_ipynb=notebook("1"))
    assert bed.actions() == {"a.ipynb": "beside"}
    assert bed.read("a.ipynb") == notebook("mine")
    assert bed.actions() == {}


def test_an_edited_file_without_news_is_left_in_silence(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    bed.edit("a.ipynb", notebook("mine"))
    assert bed.actions() == {}
    assert bed.read("a.ipynb") == notebook("mine")


def test_a_deleted_file_comes_back(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    bed.edit("a.ipynb", None)
    assert bed.actions() == {"a.ipynb": "restored"}


def test_what_upstream_deleted_goes_to_the_backup_unless_it_was_edited(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"), b_ipynb=notebook("1"), c_py=b"\n")
    bed.sync()
    bed.edit("b.ipynb", notebook("mine"))
    bed.publish(a_ipynb=None, b_ipynb=None)
    assert bed.actions() == {"a.ipynb": "backed-up", "b.ipynb": "kept"}
    assert bed.snapshot() == {"b.ipynb": notebook("mine"), "c.py": b"\n"}
    assert bed.backups() == [notebook("1")]


def test_a_corrupt_record_makes_every_file_an_edited_one(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"), b_ipynb=notebook("1"))
    bed.sync()
    (bed.state / "manifest.json").write_text('{"files": [')
    bed.publish(a_ipynb=notebook("2"))
    assert bed.actions() == {"a.ipynb": "beside"}
    assert bed.read("a.ipynb") == notebook("1")


def test_links_and_folders_in_the_way_stay_and_the_new_file_comes_beside(bed: Bed, tmp_path: Path) -> None:
    outside = tmp_path / "outside.ipynb"
    outside.write_bytes(b"precious")
    bed.mine.mkdir()
    (bed.mine / "a.ipynb").symlink_to(outside)
    (bed.mine / "b.ipynb").mkdir()
    bed.edit("sub", b"a file")
    bed.publish(a_ipynb=notebook("1"), b_ipynb=notebook("1"), **{"sub/c_ipynb": notebook("1")})
    assert bed.actions() == {"a.ipynb": "beside", "b.ipynb": "beside", "sub/c.ipynb": "beside"}
    assert outside.read_bytes() == b"precious"
    revision = bed.sync().revision
    for name in ("a.upstream-REV.ipynb", "b.upstream-REV.ipynb", "sub.upstream-REV/c.ipynb"):
        assert bed.read(name.replace("REV", revision)) == notebook("1")
    assert not bed.sync().changed


def test_a_link_in_the_source_is_not_followed(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    (bed.upstream / "notebooks" / "secret").symlink_to("/etc/passwd")
    assert bed.actions() == {"a.ipynb": "updated", "secret": "refused"}


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    assert bed.actions(dry_run=True) == {"a.ipynb": "updated"}
    assert not bed.mine.exists()
    assert not bed.state.exists()


def test_a_second_sync_at_the_same_time_is_turned_away(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.state.mkdir()
    with (bed.state / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(WorkshopError, match="another sync is running"):
            bed.sync()
    assert bed.actions() == {"a.ipynb": "updated"}


def test_a_full_disk_is_seen_before_the_first_write(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    bed.publish(a_ipynb=notebook("1"))
    disk = types.SimpleNamespace(f_bavail=1000, f_frsize=1000, f_files=0, f_favail=0)
    monkeypatch.setattr(os, "statvfs", lambda place: disk)
    with pytest.raises(WorkshopError, match="nothing was changed"):
        bed.sync()
    assert not bed.mine.exists()


def test_a_file_that_cannot_be_written_does_not_stop_the_others(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = apply.write_atomically

    def fail_for_a(target: Path, data: bytes) -> None:
        if target == bed.mine / "a.ipynb":
            raise PermissionError(13, "Permission denied", str(target))
        write(target, data)

    monkeypatch.setattr(apply, "write_atomically", fail_for_a)
    bed.publish(a_ipynb=notebook("1"), b_ipynb=notebook("1"))
    assert bed.actions() == {"a.ipynb": "refused", "b.ipynb": "updated"}
    monkeypatch.undo()
    assert bed.actions() == {"a.ipynb": "updated"}


def test_a_file_saved_while_the_sync_runs_is_left_for_the_next_one(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    bed.publish(a_ipynb=notebook("2"))
    write = apply.write_atomically

    def save_meanwhile(target: Path, data: bytes) -> None:
        write(target, data)
        if "files" in target.parts:
            bed.edit("a.ipynb", notebook("just saved"))

    monkeypatch.setattr(apply, "write_atomically", save_meanwhile)
    assert bed.actions() == {"a.ipynb": "deferred"}
    monkeypatch.undo()
    assert bed.read("a.ipynb") == notebook("just saved")
    assert bed.actions() == {"a.ipynb": "beside"}


@pytest.mark.parametrize("name", ["delivered", "backups", "lock"])
@pytest.mark.parametrize("kind", ["file", "pipe", "link", "folder"])
def test_what_stands_in_the_place_of_our_own_stops_nothing(bed: Bed, name: str, kind: str) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    place, aside = bed.state / name, bed.state / f"{name}-before"
    place.rename(aside)
    match kind:
        case "file":
            place.touch()
        case "pipe":
            os.mkfifo(place)
        case "link":
            place.symlink_to("nowhere")
        case "folder":
            place.mkdir()
    bed.publish(a_ipynb=notebook("2"))
    assert bed.actions() == {"a.ipynb": "updated"}
    assert notebook("1") in bed.backups()


def test_a_state_that_is_no_folder_is_named(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.state.write_bytes(b"mine")
    with pytest.raises(WorkshopError, match="state is no folder; choose another --state"):
        bed.sync()
    assert bed.state.read_bytes() == b"mine"


def test_a_sync_killed_before_it_could_remember_is_made_good(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.edit("a.ipynb", notebook("1"))  # written, but nothing of it is recorded
    assert bed.actions() == {}
    bed.publish(a_ipynb=notebook("2"))
    assert bed.actions() == {"a.ipynb": "updated"}


def test_folders_within_each_other_are_refused(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.state = bed.mine / "state"
    with pytest.raises(WorkshopError, match="within each other"):
        bed.sync()
    assert not bed.mine.exists()


SOURCES = st.sampled_from(["a", "b", "c"])
VERSIONS = st.lists(SOURCES, min_size=1, max_size=2).map(lambda cells: notebook(*cells))
MINE = st.one_of(
    VERSIONS,
    st.lists(SOURCES, min_size=1, max_size=2).map(lambda cells: notebook(*cells, outputs=True)),
    st.binary(max_size=5),
    st.none(),
)
STEPS = st.lists(st.tuples(st.sampled_from(["publish", "edit"]), VERSIONS, MINE), min_size=1, max_size=6)


@given(steps=STEPS)
@settings(max_examples=60, deadline=None)
def test_no_bytes_of_a_participant_are_ever_lost(steps: list[tuple[str, bytes, bytes | None]]) -> None:
    """Whatever either side does, each file that a sync found is still there or in a backup."""
    folder = Path(tempfile.mkdtemp(dir=memory_folder()))
    bed = Bed(folder / "upstream", folder / "mine", folder / "state")
    try:
        for who, published, edited in steps:
            if who == "publish" or not (bed.upstream / "notebooks").exists():
                bed.publish(a_ipynb=published)
            elif edited is not None:
                bed.edit("a.ipynb", edited)
            elif (bed.mine / "a.ipynb").exists():
                bed.edit("a.ipynb", None)
            before = set(bed.snapshot().values())
            bed.sync()
            assert before <= {*bed.snapshot().values(), *bed.backups()}
            assert bed.actions() == {}, "a second sync has nothing left to do"
            json.loads((bed.state / "manifest.json").read_text())
    finally:
        shutil.rmtree(folder)
