from pathlib import Path

import pytest

from workshop.errors import WorkshopError
from workshop.sync import record as record_module
from workshop.sync.notebook import Version
from workshop.sync.plan import Action, Entry
from workshop.sync.record import Log, read
from workshop.sync.tree import Fate, Step

FATE = Fate("a", Action.UPDATED, "why", (Step("a", Version(b"1"), Version(b"2")),), {"a": Entry("2", "m")})


def test_a_run_is_logged_with_its_backup_and_read_again(tmp_path: Path) -> None:
    record = Log(tmp_path).begin("sync", "rev", [FATE], {"a": Entry("1", "l")}, continues=True)
    assert record.backup("a").read_bytes() == b"1"
    again = Log(tmp_path).latest()
    assert again is not None and again == record
    assert (again.number, again.finished, again.continues) == (1, False, True)
    assert again.fates[0].before == {"a": Entry("1", "l")}
    assert again.fates[0].steps[0].after == Version(b"2").sha256


def test_runs_are_numbered_and_the_latest_comes_first(tmp_path: Path) -> None:
    numbers = [Log(tmp_path).begin("sync", "rev", [FATE], {}).number for _ in range(12)]
    assert numbers == list(range(1, 13))
    assert [record.number for record in Log(tmp_path).records()] == numbers[::-1]


def test_what_was_killed_before_its_log_is_cleared(tmp_path: Path) -> None:
    log = Log(tmp_path)
    kept = log.begin("sync", "rev", [FATE], {})
    (log.folder / "0002-x" / "files").mkdir(parents=True)
    (log.folder / "somebody's").mkdir()
    log.clear()
    assert sorted(each.name for each in log.folder.iterdir()) == [kept.folder.name, "somebody's"]


def test_a_backup_that_cannot_be_written_stops_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(target: Path, _data: bytes) -> None:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(record_module, "write_atomically", fail)
    with pytest.raises(WorkshopError, match="nothing was changed"):
        Log(tmp_path).begin("sync", "rev", [FATE], {})
    assert Log(tmp_path).folders() == []


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b'{"fates": [1]}'])
def test_a_damaged_log_is_none(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "record.json").write_bytes(damage)
    assert read(tmp_path) is None
    assert Log(tmp_path / "missing").latest() is None
