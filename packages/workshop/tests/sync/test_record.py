from pathlib import Path

import pytest

from workshop.sync.state import Log, read_record


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b'{"fates": [1]}', b"[" * 100_000])
def test_a_damaged_log_is_none(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "record.json").write_bytes(damage)
    assert read_record(tmp_path) is None
    assert Log(tmp_path / "missing").latest() is None
