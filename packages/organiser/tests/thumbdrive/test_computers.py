"""A stick for Macs, Windows and Linux: each kind's files, its installers, and what is missing."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from organiser.thumbdrive import appliance, computers
from organiser.thumbdrive.contents import Context, load_contents
from organiser.thumbdrive.sources import look
from organiser.thumbdrive.stick import Stick
from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings, find_checkout

BUILT = (
    "w-1.ova", "w-1.wsl", "w-1.packages.txt", "w-1-arm64.ova", "w-1-arm64.utm.zip", "w-1-arm64.wsl",
    "w-1-arm64.CHANGES", "w-0-arm64.wsl",
)  # fmt: skip
IMAGE = b"x" * 1000 + b"koly" + bytes(508)
"""As a disk image of Apple's ends."""
MSI = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


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
    wanted = computers.parse(names)
    return Context(checkout, checkout / "work", Settings(), computers=wanted, folders=folders, offline=True)


def names(checkout: Path, *wanted: str) -> list[str]:
    files, missing = appliance.find(context(checkout, *wanted))
    assert missing == []
    return [path.name for path in files]


def test_each_kind_gets_its_files_and_none_twice(checkout: Path) -> None:
    assert names(checkout, "windows-arm") == ["w-1-arm64.wsl", "w-1-arm64.CHANGES"]
    assert names(checkout, "mac-arm") == ["w-1-arm64.utm.zip", "w-1-arm64.CHANGES", "w-1-arm64.ova"]
    everything = names(checkout, "mac-arm,mac-intel,windows", "windows-arm,linux")
    assert sorted(everything) == sorted(set(BUILT) - {"w-0-arm64.wsl"})


def test_a_file_that_was_named_comes_in_place_of_the_newest_of_its_form(
    checkout: Path, tmp_path: Path
) -> None:
    old, strange = checkout / "appliance/w-0-arm64.wsl", tmp_path / "other.wsl"
    strange.write_text("sound")
    told = replace(context(checkout, "windows-arm", "mac-arm"), appliances=(old, strange))
    files, missing = appliance.find(told)
    assert sorted(path.name for path in files if path.name.endswith((".wsl", ".ova", ".zip"))) == [
        "w-0-arm64.wsl", "w-1-arm64.ova", "w-1-arm64.utm.zip",
    ]  # fmt: skip
    (line,) = missing
    assert line.startswith(
        "other.wsl, by its name .wsl for amd64, is not needed for windows-arm, mac-arm, or"
    )


def test_a_name_means_to_the_stick_what_it_means_to_verify(checkout: Path, tmp_path: Path) -> None:
    """A sound file for Arm whose name says so in other words is no machine for Intel, nor one for nobody."""
    strange = [tmp_path / name for name in ("w_aarch64.WSL", "w.utm (1).zip", "w ARM64.ova", "mine.ova.zip")]
    for file in strange:
        file.write_text("sound")
    arm = replace(context(checkout, "windows-arm", "mac-arm"), appliances=tuple(strange))
    files, missing = appliance.find(arm)
    assert {path.name for path in files} >= {path.name for path in strange[:3]}
    assert missing == [
        "mine.ova.zip ends with none of .ova, .utm.zip, .wsl, so no computer opens it; give it the name that "
        "it had"
    ]
    names = [f"2-virtual-machine/{path.name}" for path in strange]
    stick = Stick((), frozenset(names))
    assert [stick.machine(form, arm=True) for form in ("wsl", "utm", "ova")] == names[:3]
    assert not any(stick.machine(form, arm=False) for form in ("wsl", "utm", "ova"))


def test_of_two_for_the_same_computers_the_newer_one_is_taken_and_the_other_named(
    checkout: Path, tmp_path: Path
) -> None:
    """The page has one file for each computer; which it is must not be a matter of the alphabet."""
    older, newer = tmp_path / "a.ova", tmp_path / "b.ova"
    for age, file in enumerate((newer, older)):
        file.write_text("sound")
        os.utime(file, (1000 - age, 1000 - age))
    files, missing = appliance.find(replace(context(checkout), appliances=(older, newer)))
    assert files == [newer]
    (line,) = missing
    assert line.startswith("a.ova, by its name .ova for amd64, is not needed, or a newer one is named")


def test_what_is_missing_or_not_sound_is_said_with_what_to_do(checkout: Path) -> None:
    (checkout / "appliance/w-1-arm64.utm.zip").unlink()
    (checkout / "appliance/w-1-arm64.ova").write_text("broken")
    files, missing = appliance.find(context(checkout, "mac-arm", "windows"))
    assert [path.name for path in files] == ["w-1.ova", "w-1.packages.txt", "w-1.wsl"]
    assert "run 'workshop appliance build --arch arm64 --format utm'" in missing[0]
    assert "w-1-arm64.ova is not sound" in missing[1]


def part(name: str) -> Any:
    return next(each for each in load_contents() if each.name == name)


def test_utm_comes_from_where_it_was_put_or_is_missed(checkout: Path, tmp_path: Path) -> None:
    assert look(part("utm"), context(checkout, "windows")).missing == []
    (line,) = look(part("utm"), context(checkout, "mac-arm")).missing
    assert "UTM.dmg" in line
    assert "--folder" in line
    (tmp_path / "put").mkdir()
    (tmp_path / "put/UTM.dmg").write_bytes(IMAGE)
    (file,) = look(part("utm"), context(checkout, "mac-arm", folders=(tmp_path / "put",))).files
    assert file.name == "1-utm/UTM.dmg"


@pytest.mark.parametrize("data", [b"", b"<!doctype html>" * 100, IMAGE[:-1]])
def test_what_was_only_saved_by_an_installers_name_is_missed(
    checkout: Path, tmp_path: Path, data: bytes
) -> None:
    """Nobody lists a hash of it, and a hundred sticks would have a web page."""
    put = tmp_path / "put"
    put.mkdir()
    for name in ("UTM.dmg", "wsl.2.9.0.0.x64.msi"):
        (put / name).write_bytes(data)
    for name, kind in (("utm", "mac-arm"), ("wsl", "windows")):
        found = look(part(name), context(checkout, kind, folders=(put,)))
        assert found.files == []
        assert "is cut off, or something else was saved by its name" in found.missing[0]


def test_wsl_comes_along_where_it_was_put_and_is_not_missed(checkout: Path, tmp_path: Path) -> None:
    put = tmp_path / "put"
    put.mkdir()
    wsl, two = part("wsl"), ("windows", "windows-arm")
    assert wsl.optional
    assert [line.partition(":")[0] for line in look(wsl, context(checkout, *two)).missing] == [
        "wsl.*.x64.msi",
        "wsl.*.arm64.msi",
    ]
    for age, name in enumerate(("wsl.2.10.0.0.x64.msi", "wsl.2.9.0.0.x64.msi", "wsl.2.9.0.0.arm64.msi")):
        (put / name).write_bytes(MSI)
        os.utime(put / name, (1000 - age, 1000 - age))
    found = look(wsl, context(checkout, *two, folders=(put,)))
    assert [file.name for file in found.files] == [
        "1-wsl/wsl.2.10.0.0.x64.msi",
        "1-wsl/wsl.2.9.0.0.arm64.msi",
    ]
    assert look(wsl, context(checkout, "linux", folders=(put,))).files == []


def test_the_role_takes_every_kind_and_every_part() -> None:
    file = find_checkout("local/setup.bash") / "roles/thumb-drive/meta/argument_specs.yml"
    options = yaml.safe_load(file.read_text())["argument_specs"]["main"]["options"]
    assert options["thumb_drive_for"]["choices"] == list(computers.COMPUTERS)
    assert options["thumb_drive_without"]["choices"] == [each.name for each in load_contents()]


def test_an_unknown_kind_is_named(checkout: Path) -> None:
    with pytest.raises(WorkshopError, match="'chromebook'; choose from mac-arm"):
        computers.parse(["linux,chromebook"])
    # As of a variable that a script did not set: it would be a stick for Intel alone.
    for words in ([""], [",", " "]):
        with pytest.raises(WorkshopError, match="--for names no computer"):
            computers.parse(words)
    assert computers.processors_of(computers.parse([])) == ("amd64",)
