from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from workshop.errors import WorkshopError
from workshop.settings import Settings
from workshop.thumbdrive import appliance
from workshop.thumbdrive.pieces import Context


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with two appliances; the judge calls those sound whose text is 'sound'."""
    dist = tmp_path / "dist"
    dist.mkdir()
    for age, name in enumerate(["new.ova", "old.ova"]):
        (dist / name).write_text("sound")
        os.utime(dist / name, (1000 - age, 1000 - age))
    for name in ("VERSION", "CHANGES", "new.packages.txt", "unrelated.log"):
        (dist / name).touch()

    def judge(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        assert command[1:5] == ["-m", "workshop", "appliance", "verify"]
        status = int(Path(command[5]).read_text() != "sound")
        return subprocess.CompletedProcess(command, status, "", "workshop: the disk is damaged\n")

    monkeypatch.setattr(appliance.subprocess, "run", judge)
    return tmp_path


def found(checkout: Path, named: Path | None = None) -> list[str]:
    return [path.name for path in appliance.find(Context(checkout, checkout, Settings(), named))]


def test_the_newest_with_what_is_told_about_it(checkout: Path) -> None:
    assert found(checkout) == ["new.ova", "CHANGES", "VERSION", "new.packages.txt"]


def test_the_one_that_was_named(checkout: Path, tmp_path: Path) -> None:
    assert found(checkout, tmp_path / "dist" / "old.ova")[0] == "old.ova"


def test_one_that_is_not_sound_is_refused(checkout: Path) -> None:
    (checkout / "dist" / "new.ova").write_text("broken")
    with pytest.raises(WorkshopError, match=r"new\.ova is not sound: workshop: the disk is damaged"):
        found(checkout)


def test_none_says_how_to_get_one(checkout: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match=r"no appliance in .*none\.ova; run 'workshop appliance build'"):
        found(checkout, tmp_path / "none.ova")
    for ova in (checkout / "dist").glob("*.ova"):
        ova.unlink()
    with pytest.raises(WorkshopError, match="no appliance in dist/ of the checkout"):
        found(checkout)
