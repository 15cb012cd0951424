import json
import os
import shutil
import tempfile
import types
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop.core.errors import WorkshopError

from .bed import Bed, memory_folder, notebook


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


def test_a_full_disk_is_seen_before_the_first_write(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    bed.publish(a_ipynb=notebook("1"))
    disk = types.SimpleNamespace(f_bavail=1000, f_frsize=1000, f_files=0, f_favail=0)
    monkeypatch.setattr(os, "statvfs", lambda place: disk)
    with pytest.raises(WorkshopError, match="nothing was changed"):
        bed.sync()
    assert not bed.mine.exists()


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
    with pytest.raises(WorkshopError, match="state is not a folder; choose another --state"):
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
    with pytest.raises(WorkshopError, match="contain each other"):
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
