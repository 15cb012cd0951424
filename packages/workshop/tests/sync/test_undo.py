from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.sync import apply
from workshop.sync.apply import undo

from .bed import Bed, notebook


@pytest.fixture
def synced(bed: Bed) -> Bed:
    """A participant with an update."""
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    bed.publish(a_ipynb=notebook("2"))
    bed.sync()
    return bed


def test_a_damaged_backup_is_never_put_back_and_other_files_are(synced: Bed) -> None:
    synced.publish(a_ipynb=notebook("3"), b_ipynb=notebook("1"))
    synced.sync()
    backup = max((synced.state / "backups").glob("*/files/a.ipynb"))
    backup.write_bytes(b"rot")
    report = undo(synced.mine, synced.state, dry_run=True)
    assert {each.path: str(each.action) for each in report.files} == {
        "a.ipynb": "kept",
        "b.ipynb": "restored",
    }
    backup.unlink()
    undo(synced.mine, synced.state)
    assert synced.snapshot() == {"a.ipynb": notebook("3")}
    undo(synced.mine, synced.state)
    assert synced.read("a.ipynb") == notebook("1")


def test_what_has_the_place_of_a_file_now_is_left(synced: Bed, tmp_path: Path) -> None:
    synced.edit("a.ipynb", None)
    (synced.mine / "a.ipynb").symlink_to(tmp_path / "outside")
    report = undo(synced.mine, synced.state)
    assert [str(each.action) for each in report.files] == ["refused"]
    assert not (tmp_path / "outside").exists()


def test_an_undo_that_failed_can_be_repeated(synced: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    write = apply.write_atomically

    def fail(target: Path, data: bytes) -> None:
        if target.parent == synced.mine:
            raise OSError(28, "No space left on device")
        write(target, data)

    with monkeypatch.context() as patched:
        patched.setattr(apply, "write_atomically", fail)
        assert [str(each.action) for each in undo(synced.mine, synced.state).files] == ["refused"]
    undo(synced.mine, synced.state)
    assert synced.snapshot() == {"a.ipynb": notebook("1")}


def test_a_file_that_i_put_back_myself_is_left_alone(synced: Bed) -> None:
    synced.edit("a.ipynb", notebook("1"))
    assert undo(synced.mine, synced.state).files == []
    assert synced.snapshot() == {"a.ipynb": notebook("1")}


def test_folders_within_each_other_are_refused(bed: Bed) -> None:
    with pytest.raises(WorkshopError, match="contain each other"):
        undo(bed.mine, bed.mine / "state")
