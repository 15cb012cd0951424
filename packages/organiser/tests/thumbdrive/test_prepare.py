from __future__ import annotations

import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from organiser.thumbdrive import prepare
from organiser.thumbdrive.drives import Disk, Place
from workshop.core.errors import WorkshopError

STICK = Disk(
    "/dev/sdx", "Ultra", 64_000_000_000, True, False, (), (("/dev/sdx", "", ()), ("/dev/sdx1", "vfat", ()))
)
EMPTY = Disk("/dev/sdy", "Ultra", 32_000_000_000, True, False, (), (("/dev/sdy", "", ()),))


@pytest.fixture(autouse=True)
def this_machine(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two sticks, and a note of what would be done to them."""
    done: list[str] = []
    known = {"/dev/sdx": STICK, "/dev/sdx1": STICK, "/dev/sdy": EMPTY}
    monkeypatch.setattr(Path, "is_block_device", lambda path: str(path) in known)
    monkeypatch.setattr(prepare, "device_at", lambda path, force: known[str(path)])
    monkeypatch.setattr(prepare, "place_at", lambda path, force: Place(Path(path)))
    monkeypatch.setattr(prepare, "file_system", lambda node, listed: listed)
    monkeypatch.setattr(prepare, "_first_partition", lambda disk: f"{disk}1")
    monkeypatch.setattr(
        prepare.programs, "run", lambda *words, **_: done.append(" ".join(map(str, words))) or ""
    )
    return done


def prepared(
    *sticks: str, exfat: bool = False, confirm: tuple[str, ...] = (), force: bool = False
) -> list[Place]:
    with ExitStack() as stack:
        return prepare.prepared([Path(each) for each in sticks], exfat, confirm, force, stack)


def test_formatting_must_be_said_twice(this_machine: list[str]) -> None:
    with pytest.raises(WorkshopError, match=r"deletes everything on /dev/sdx.*--confirm '64.0 GB Ultra'"):
        prepared("/dev/sdx", exfat=True)
    with pytest.raises(WorkshopError, match=r"--confirm '32.0 GB Ultra'"):
        prepared("/dev/sdx", "/dev/sdy", exfat=True, confirm=("64.0 GB Ultra",))
    assert this_machine == []


def test_formatting(this_machine: list[str]) -> None:
    prepared("/dev/sdx", exfat=True, confirm=("64.0 GB Ultra",))
    assert [line.split()[0] for line in this_machine] == ["sfdisk", "mkfs.exfat", "mount", "umount"]
    assert this_machine[0].endswith("/dev/sdx")
    assert this_machine[1].endswith("/dev/sdx1")


@pytest.mark.parametrize("confirm", [(), ("",), ("64.0 GB",), ("/dev/sdx",), ("32.0 GB Ultra",)])
def test_force_does_not_confirm(this_machine: list[str], confirm: tuple[str, ...]) -> None:
    with pytest.raises(WorkshopError, match=r"deletes everything on /dev/sdx.*--confirm '64.0 GB Ultra'"):
        prepared("/dev/sdx", exfat=True, confirm=confirm, force=True)
    assert this_machine == []


@pytest.mark.parametrize(
    "now",
    [
        Disk("/dev/sdy", "Backup", 32_000_000_000, True, False, (), EMPTY.nodes),
        Disk("/dev/sdy", "Ultra", 32_000_000_000, True, False, ("/media/photos",), EMPTY.nodes),
    ],
    ids=["swapped", "mounted"],
)
def test_a_disk_that_changed_since_it_was_confirmed_is_kept(
    this_machine: list[str], monkeypatch: pytest.MonkeyPatch, now: Disk
) -> None:
    """Sticks are swapped and mounted while the ones before them are formatted."""

    def look(path: Path, force: bool) -> Disk:
        formatting = any(line.startswith("sfdisk") for line in this_machine)
        return {"/dev/sdx": STICK, "/dev/sdy": now if formatting else EMPTY}[str(path)]

    monkeypatch.setattr(prepare, "device_at", look)
    with pytest.raises(WorkshopError, match="/dev/sdy is no longer the disk that was confirmed"):
        prepared("/dev/sdx", "/dev/sdy", exfat=True, confirm=("64.0 GB Ultra", "32.0 GB Ultra"))
    assert not [line for line in this_machine if "/dev/sdy" in line]


def test_a_mounted_disk_is_not_formatted(this_machine: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    mounted = Disk("/dev/sdx", "Ultra", 1, True, False, ("/media/x",), ())
    monkeypatch.setattr(prepare, "device_at", lambda path, force: mounted)
    with pytest.raises(WorkshopError, match="is mounted at /media/x; unmount it"):
        prepared("/dev/sdx", exfat=True, confirm=("0.0 GB Ultra",), force=True)
    assert this_machine == []


def test_a_device_is_mounted_and_unmounted(this_machine: list[str]) -> None:
    places = prepared("/dev/sdx")
    assert this_machine[0].startswith("mount ") and " /dev/sdx1 " in this_machine[0]
    assert this_machine[1] == f"umount {places[0].folder}"
    assert not places[0].folder.exists()


def test_a_folder_cannot_be_formatted(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="is a folder; --format needs the device"):
        prepared(str(tmp_path), exfat=True)


def test_a_stick_that_is_named_twice(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="named twice"):
        prepared(str(tmp_path), f"{tmp_path}/../{tmp_path.name}")


@pytest.mark.skipif(not shutil.which("sfdisk", path="/usr/sbin:/sbin:/usr/bin"), reason="needs sfdisk")
def test_a_stick_that_is_named_by_its_disk_and_its_partition(this_machine: list[str]) -> None:
    """Formatted, it would be made empty twice; written, two would write to it."""
    with pytest.raises(WorkshopError, match="a stick is named twice"):
        prepared("/dev/sdx", "/dev/sdx1", exfat=True, confirm=("64.0 GB Ultra",))
    with pytest.raises(WorkshopError, match="a stick is named twice"):
        prepared("/dev/sdx", "/dev/sdx1")
    assert this_machine == []


def test_a_folder_on_another_stick_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "a/deep").mkdir(parents=True)
    (tmp_path / "b").mkdir()
    assert len(prepared(str(tmp_path / "a"), str(tmp_path / "b"))) == 2
    for sticks in (("a", "a/deep"), ("a/deep", "a")):
        with pytest.raises(WorkshopError, match="which is also named; name each only once"):
            prepared(*(str(tmp_path / each) for each in sticks))


def test_the_table_has_one_partition_over_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    image = tmp_path / "disk"
    with image.open("wb") as file:
        file.truncate(64 << 20)
    prepare.make_table(str(image))
    sfdisk = shutil.which("sfdisk", path="/usr/sbin:/sbin:/usr/bin")
    told = subprocess.run([sfdisk, "--dump", image], capture_output=True, text=True, check=True).stdout
    partitions = [line for line in told.splitlines() if "type=" in line]
    assert len(partitions) == 1
    assert "type=7" in partitions[0]
    assert "size=      129024" in partitions[0]
