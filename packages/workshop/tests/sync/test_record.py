from pathlib import Path

import pytest

from workshop.sync.decide import Entry
from workshop.sync.files import write_atomically
from workshop.sync.state import Log, LoggedFate, LoggedStep, Record, number_of, read_record

FATE = LoggedFate((LoggedStep("a", "1", "2"),), {"a": Entry("1", "l")}, {"a": Entry("2", "m")})


def begin(folder: Path) -> Record:
    """Log a run that backed a file up."""
    record = Log(folder).begin("sync", "rev", continues=True)
    write_atomically(record.backup("a"), b"1")
    record.fates.append(FATE)
    record.save()
    return record


def test_a_run_is_logged_with_its_backup_and_read_again(tmp_path: Path) -> None:
    record = begin(tmp_path)
    assert record.backup("a").read_bytes() == b"1"
    again = Log(tmp_path).latest()
    assert again is not None and again == record
    assert (number_of(again.folder), again.finished, again.continues) == (1, False, True)
    assert again.fates[0].before == {"a": Entry("1", "l")}
    assert again.fates[0].steps[0].after == "2"


def test_runs_are_numbered_and_the_latest_comes_first(tmp_path: Path) -> None:
    numbers = [number_of(begin(tmp_path).folder) for _ in range(12)]
    assert numbers == list(range(1, 13))
    assert [number_of(record.folder) for record in Log(tmp_path).records()] == numbers[::-1]


def test_what_was_killed_before_its_log_is_cleared(tmp_path: Path) -> None:
    log = Log(tmp_path)
    kept = begin(tmp_path)
    (log.folder / "0002-x" / "files").mkdir(parents=True)
    (log.folder / "somebody's").mkdir()
    log.clear()
    assert sorted(each.name for each in log.folder.iterdir()) == [kept.folder.name, "somebody's"]


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b'{"fates": [1]}', b"[" * 100_000])
def test_a_damaged_log_is_none(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "record.json").write_bytes(damage)
    assert read_record(tmp_path) is None
    assert Log(tmp_path / "missing").latest() is None
