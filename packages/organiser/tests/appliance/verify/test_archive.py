"""Archives that are written otherwise, and still sound."""

from __future__ import annotations

from pathlib import Path

from organiser.appliance.verify.archive import STAGE
from organiser.appliance.verify.scan import scan

from ..building import Pieces


def faults(path: Path) -> list[str]:
    return [fault for result in STAGE.run(scan(path)) for fault in result.faults]


def test_any_number_of_zeros_may_close_it(ova: Path, tmp_path: Path) -> None:
    whole = Pieces.of(ova).write(tmp_path / "x.ova", end=False).read_bytes()
    for blocks in (2, 3, 2000):
        (tmp_path / "x.ova").write_bytes(whole + bytes(512 * blocks))
        assert faults(tmp_path / "x.ova") == []
    (tmp_path / "x.ova").write_bytes(whole + bytes(512))
    assert faults(tmp_path / "x.ova") == [
        "the file does not end with two blocks of zeros and nothing after them"
    ]
