from __future__ import annotations

import json
from pathlib import Path

import pytest

from organiser.thumbdrive import drives
from workshop.core import programs
from workshop.core.errors import WorkshopError


def device(path: str, **more: object) -> dict[str, object]:
    plain = {
        "type": "disk",
        "rm": False,
        "hotplug": False,
        "ro": False,
        "size": 64_000_000_000,
        "model": None,
    }
    return {"path": path, **plain, "fstype": None, "label": None, "mountpoints": [None], **more}


LISTED = {
    "blockdevices": [
        device(
            "/dev/nvme0n1",
            model="Samsung SSD ",
            children=[device("/dev/nvme0n1p1", fstype="ext4", mountpoints=["/", "/var/snap"])],
        ),
        device(
            "/dev/sdb",
            rm=True,
            model="Ultra Fit",
            children=[device("/dev/sdb1", fstype="exfat", mountpoints=["/media/Ann's stick"])],
        ),
        device(
            "/dev/sdc", hotplug=True, children=[device("/dev/sdc1", fstype="vfat", mountpoints=["/mnt/c"])]
        ),
        device("/dev/sdd", children=[device("/dev/sdd1", fstype="ext4", mountpoints=["/mnt/archive"])]),
        device("/dev/sde", rm=True, ro=True),
    ]
}
MOUNTED = {
    "/": ("/dev/nvme0n1p1", "ext4"),
    "/media/Ann's stick": ("/dev/sdb1", "exfat"),
    "/mnt/c": ("/dev/sdc1", "fuseblk"),
    "/mnt/archive": ("/dev/sdd1", "ext4"),
    "/mnt/share": ("me@there:/", "fuse.sshfs"),
    "/mnt/fat": ("fusefat", "fuse.fusefat"),
}


def asked(program: str, *words: object) -> str:
    """Answer for lsblk and findmnt."""
    if program == "lsblk":
        return json.dumps(LISTED)
    target = max((mount for mount in MOUNTED if Path(str(words[-1])).is_relative_to(mount)), key=len)
    source, kind = MOUNTED[target]
    below = {"target": "/somewhere", "source": "/dev/sdz1", "fstype": "ext4"}
    return json.dumps({"filesystems": [below, {"target": target, "source": source, "fstype": kind}]})


@pytest.fixture(autouse=True)
def this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "run", asked)
    monkeypatch.setattr(Path, "is_dir", lambda path: True)
    monkeypatch.setattr(Path, "resolve", lambda path, strict=False: path)


def test_disks_as_a_person_knows_them() -> None:
    known = {disk.path: disk for disk in drives.disks()}
    assert known["/dev/nvme0n1"].is_system
    assert [path for path, disk in known.items() if disk.removable] == ["/dev/sdb", "/dev/sdc", "/dev/sde"]
    assert known["/dev/sdb"].title == "64.0 GB Ultra Fit"
    assert known["/dev/sdc"].title == "64.0 GB unnamed"


@pytest.mark.parametrize("folder", ["/", "/home/me/stick", "/var/tmp"])
def test_the_machines_own_disk_is_never_taken(folder: str) -> None:
    for force in (False, True):
        with pytest.raises(WorkshopError, match="system disk"):
            drives.place_at(Path(folder), force)


@pytest.mark.parametrize("folder", ["/mnt/archive/x", "/mnt/share"])
def test_what_cannot_be_unplugged_needs_force(folder: str) -> None:
    with pytest.raises(WorkshopError, match="not removable; add --force"):
        drives.place_at(Path(folder), force=False)
    assert drives.place_at(Path(folder), force=True).folder == Path(folder)


@pytest.mark.parametrize(("folder", "fat"), [("/mnt/c", True), ("/mnt/fat", True), ("/mnt/archive", False)])
def test_fat32_is_known_whoever_mounted_it(folder: str, fat: bool) -> None:
    assert drives.place_at(Path(folder), force=True).is_fat32 is fat


def test_devices_are_judged_alike() -> None:
    assert drives.device_at(Path("/dev/sdb1"), force=False).path == "/dev/sdb"
    for force in (False, True):
        with pytest.raises(WorkshopError, match="which is never written"):
            drives.device_at(Path("/dev/nvme0n1p1"), force)
        with pytest.raises(WorkshopError, match="is not a disk that lsblk lists"):
            drives.device_at(Path("/dev/sdz"), force)
    with pytest.raises(WorkshopError, match=r"/dev/sdd \(64.0 GB unnamed\) is not removable"):
        drives.device_at(Path("/dev/sdd"), force=False)
    with pytest.raises(WorkshopError, match="is read-only; move the lock"):
        drives.device_at(Path("/dev/sde"), force=True)


@pytest.mark.parametrize(
    "mounts", [("/boot/efi",), ("[SWAP]",), ("/usr/local",), ("/home",), ("/media/x", "/var/lib/docker")]
)
def test_anything_that_the_system_mounts_makes_a_disk_its_own(mounts: tuple[str, ...]) -> None:
    assert drives.Disk("/dev/x", "", 0, True, False, mounts, ()).is_system
