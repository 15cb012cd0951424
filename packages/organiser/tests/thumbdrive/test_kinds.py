"""A stick for Macs, Windows and Linux: each kind's files, its installers, and what is missing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from organiser.thumbdrive import appliance, kinds
from organiser.thumbdrive.contents import load_contents
from organiser.thumbdrive.parts import look
from organiser.thumbdrive.pieces import Context
from workshop.errors import WorkshopError
from workshop.settings import Settings

BUILT = (
    "w-1.ova", "w-1.wsl", "w-1.packages.txt", "w-1-arm64.ova", "w-1-arm64.utm.zip", "w-1-arm64.wsl",
    "w-1-arm64.CHANGES", "w-0-arm64.wsl",
)  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with everything built; what says 'sound' is."""
    (tmp_path / "appliance").mkdir()
    for age, name in enumerate(BUILT):
        (tmp_path / "appliance" / name).write_text("sound")
        os.utime(tmp_path / "appliance" / name, (1000 - age, 1000 - age))

    def judge(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        status = int(Path(command[6]).read_text() != "sound")
        return subprocess.CompletedProcess(command, status, "FAIL  x: it is damaged\n", "")

    monkeypatch.setattr(appliance.subprocess, "run", judge)
    return tmp_path


def context(checkout: Path, *names: str, folders: tuple[Path, ...] = ()) -> Context:
    return Context(
        checkout, checkout / "work", Settings(), kinds=kinds.parse(names), folders=folders, offline=True
    )


def names(checkout: Path, *wanted: str) -> list[str]:
    files, missing = appliance.find_each(context(checkout, *wanted))
    assert missing == []
    return [path.name for path in files]


def test_each_kind_gets_its_files_and_none_twice(checkout: Path) -> None:
    assert names(checkout, "windows-arm") == ["w-1-arm64.wsl", "w-1-arm64.CHANGES"]
    assert names(checkout, "mac-arm") == ["w-1-arm64.utm.zip", "w-1-arm64.CHANGES", "w-1-arm64.ova"]
    everything = names(checkout, "mac-arm,mac-intel,windows", "windows-arm,linux")
    assert sorted(everything) == sorted(set(BUILT) - {"w-0-arm64.wsl"})


def test_without_a_kind_it_is_the_x86_machine_also_when_an_arm_one_is_newer(checkout: Path) -> None:
    os.utime(checkout / "appliance/w-1-arm64.ova", (9000, 9000))
    assert [path.name for path in appliance.find(context(checkout))] == ["w-1.ova", "w-1.packages.txt"]


def test_what_is_missing_or_not_sound_is_said_with_what_to_do(checkout: Path) -> None:
    (checkout / "appliance/w-1-arm64.utm.zip").unlink()
    (checkout / "appliance/w-1-arm64.ova").write_text("broken")
    files, missing = appliance.find_each(context(checkout, "mac-arm", "windows"))
    assert [path.name for path in files] == ["w-1.ova", "w-1.packages.txt", "w-1.wsl"]
    assert "run 'workshop appliance build --arch arm64 --format utm'" in missing[0]
    assert "w-1-arm64.ova is not sound" in missing[1]


def part(name: str) -> Any:
    return next(each for each in load_contents() if each.name == name)


def test_only_the_installers_of_these_kinds_come_along(checkout: Path) -> None:
    found = look(part("virtualbox"), context(checkout, "mac-arm", "windows-arm"))
    assert [line.partition(":")[0] for line in found.missing] == ["VirtualBox-7.2.16-174877-macOSArm64.dmg"]
    assert len(look(part("virtualbox"), context(checkout)).missing) == 4


def test_utm_comes_from_where_it_was_put_or_is_missed(checkout: Path, tmp_path: Path) -> None:
    assert look(part("utm"), context(checkout, "windows")).missing == []
    (line,) = look(part("utm"), context(checkout, "mac-arm")).missing
    assert "UTM.dmg" in line
    assert "--folder" in line
    (tmp_path / "put").mkdir()
    (tmp_path / "put/UTM.dmg").write_bytes(b"utm")
    (piece,) = look(part("utm"), context(checkout, "mac-arm", folders=(tmp_path / "put",))).pieces
    assert piece.name == "1-utm/UTM.dmg"


def test_whoever_gets_a_machine_gets_what_verifies_it(checkout: Path) -> None:
    pieces = look(part("appliance"), context(checkout, "linux")).pieces
    assert [piece.name.rpartition("/")[2] for piece in pieces][-1] == "verify-appliance.pyz"


def test_an_unknown_kind_is_named(checkout: Path) -> None:
    with pytest.raises(WorkshopError, match="'chromebook'; choose from mac-arm"):
        kinds.parse(["linux,chromebook"])
