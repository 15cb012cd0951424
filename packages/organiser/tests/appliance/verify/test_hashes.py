"""Manifests that are written otherwise, and still right."""

from __future__ import annotations

from pathlib import Path

from organiser.appliance.verify.hashes import STAGE
from organiser.appliance.verify.scan import scan

from ..building import Pieces


def test_every_wrong_file_is_named(ova: Path, tmp_path: Path) -> None:
    pieces = Pieces.of(ova)
    pieces.patch(".ovf", 10, b"\x01")
    pieces.patch(".vmdk", 10, b"\x01")
    results = list(STAGE.run(scan(pieces.write(tmp_path / "x.ova"))))
    assert [result.name for result in results if result.faults] == ["manifest.hashes"]
    assert len(results[-1].faults) == 2
