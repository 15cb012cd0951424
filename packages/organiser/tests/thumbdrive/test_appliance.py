from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from organiser.thumbdrive import appliance
from organiser.thumbdrive.contents import Context
from workshop.errors import WorkshopError
from workshop.settings import Settings


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with two appliances; the judge calls those sound whose text is 'sound'."""
    dist = tmp_path / "appliance"
    dist.mkdir()
    for age, name in enumerate(["new.ova", "old.ova"]):
        (dist / name).write_text("sound")
        os.utime(dist / name, (1000 - age, 1000 - age))
    for name in ("new.packages.txt", "new.CHANGES", "old.CHANGES", "packages.txt", "new.1.ova.log"):
        (dist / name).touch()

    def judge(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        assert command[1:6] == ["-P", "-m", "workshop", "appliance", "verify"]
        status = int(Path(command[6]).read_text() != "sound")
        return subprocess.CompletedProcess(
            command, status, "FAIL  disk: it is damaged\nnew.ova: not sound\n", ""
        )

    monkeypatch.setattr(appliance.subprocess, "run", judge)
    return tmp_path


def look(checkout: Path, *named: Path) -> tuple[list[str], list[str]]:
    """Return the names of what is found, and what is missing."""
    files, missing = appliance.find(Context(checkout, checkout, Settings(), named))
    return [path.name for path in files], missing


def test_the_newest_with_what_is_told_about_it(checkout: Path) -> None:
    assert look(checkout) == (["new.ova", "new.packages.txt", "new.CHANGES"], [])


def test_those_that_were_named(checkout: Path) -> None:
    old, other = checkout / "appliance/old.ova", checkout / "mine-arm64.utm.zip"
    other.write_text("sound")
    assert look(checkout, old) == (["old.ova", "old.CHANGES"], [])
    assert look(checkout, old, other) == (["old.ova", "old.CHANGES", "mine-arm64.utm.zip"], [])


def test_one_that_is_not_sound_is_refused(checkout: Path) -> None:
    (checkout / "appliance" / "new.ova").write_text("broken")
    assert look(checkout) == ([], ["new.ova is not sound: disk: it is damaged"])


def test_none_says_how_to_get_one(checkout: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match=r"no appliance in .*none\.ova; run 'workshop appliance build'"):
        look(checkout, tmp_path / "none.ova")
    for ova in (checkout / "appliance").glob("*.ova"):
        ova.unlink()
    (said,) = look(checkout)[1]
    assert said.startswith("no .ova for amd64 in appliance/ of the checkout; run 'workshop appliance build")
