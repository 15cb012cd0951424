"""What is looked at inside: every change that makes a system unfit to be handed out is found."""

from __future__ import annotations

import random
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from organiser.appliance import fat32
from organiser.appliance.architecture import AMD64, ARM64, Architecture
from organiser.appliance.verify import inside
from organiser.appliance.verify.ext4 import Ext4Tree
from organiser.appliance.verify.image import STAGE, Image
from organiser.appliance.verify.members import TarTree
from organiser.appliance.verify.tree import Node, walk

from ..building import PLANTED, make_appliance_root, make_system_disk, make_used_root, program

Change = Callable[[Path], object]


def tree_of(root: Path) -> TarTree:
    """Return a root directory as the checks see a system."""
    tree = TarTree()
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        link = str(path.readlink()) if path.is_symlink() else ""
        data = path.read_bytes() if path.is_file() and not path.is_symlink() else None
        node = Node(status.st_mode, status.st_uid, status.st_gid, status.st_size, link)
        tree.add(path.relative_to(root).as_posix(), node, data)
    return tree


def written(name: str, text: str | bytes, mode: int = 0o644) -> Change:
    def change(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(mode)

    return change


def without(name: str) -> Change:
    return lambda root: (root / name).unlink()


def replaced(name: str, old: str, new: str) -> Change:
    def change(root: Path) -> None:
        text = (root / name).read_text()
        assert old in text
        (root / name).write_text(text.replace(old, new))

    return change


CHANGES: dict[str, tuple[Change, str]] = {
    "no system": (without("etc/os-release"), "inside.system"),
    "another system": (replaced("etc/os-release", "debian", "arch"), "inside.system"),
    "programs for Arm": (written("usr/bin/bash", program(ARM64)), "inside.processor"),
    "programs that are none": (written("usr/bin/bash", "#!/bin/sh\n"), "inside.processor"),
    "a password": (replaced("etc/shadow", "workshop:!", "workshop:$y$j9T$hash"), "inside.passwords"),
    "a password that is only locked": (replaced("etc/shadow", "root:*", "root:!$6$hash"), "inside.passwords"),
    "no password needed": (replaced("etc/shadow", "root:*", "root:"), "inside.passwords"),
    "no shadow": (without("etc/shadow"), "inside.passwords"),
    "a password in passwd": (
        replaced("etc/passwd", "workshop:x", "workshop:abJnggxhB/yWI"),
        "inside.passwords",
    ),
    "no password for sudo": (
        written("etc/sudoers.d/x", "workshop ALL=(ALL) NOPASSWD: ALL\n"),
        "inside.superusers",
    ),
    "a group's password": (replaced("etc/gshadow", "sudo:*", "sudo:$y$x"), "inside.passwords"),
    "a folder for everyone": (lambda root: (root / "etc/systemd").chmod(0o777), "inside.system"),
    "a folder that is a link": (
        lambda root: ((root / "etc/ssh").symlink_to("../usr/ssh"), (root / "usr/ssh").mkdir()),
        "inside.system",
    ),
    "a second root": (replaced("etc/passwd", "workshop:x:1000", "workshop:x:0"), "inside.superusers"),
    "one machine's number": (written("etc/machine-id", "0123456789abcdef" * 2), "inside.identity"),
    "host keys": (written("etc/ssh/ssh_host_ed25519_key", "key"), "inside.secrets"),
    "a token": (written("opt/workshop/etc/token", "secret"), "inside.secrets"),
    "a log": (written("var/log/journal/0/system.journal", "said"), "inside.left"),
    "downloads": (written("opt/workshop/cache/wheel", "x"), "inside.left"),
    "no first start": (without("usr/local/sbin/first-boot-workshop"), "inside.first-start"),
    "a first start that nothing starts": (
        without("etc/systemd/system/multi-user.target.wants/first-boot-workshop.service"),
        "inside.first-start",
    ),
    "a root by its device": (replaced("etc/fstab", "LABEL=workshop", "/dev/sda1"), "inside.fstab"),
    "no kernel": (without("boot/vmlinuz-6.1"), "inside.kernel"),
    "no initial RAM disk": (without("boot/initrd.img-6.1"), "inside.kernel"),
    "no boot menu": (without("boot/grub/grub.cfg"), "inside.kernel"),
    "a program that makes root": (
        written("home/workshop/notebooks/sh", program(AMD64), 0o4755),
        "inside.setuid",
    ),
}


def faults(root: Path, architecture: Architecture = AMD64) -> list[str]:
    seen = inside.Inside(tree_of(root), architecture)
    return [result.name for result in inside.STAGE.run(seen) if result.faults]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_appliance_root(tmp_path_factory.mktemp("sound") / "root")


def copied(root: Path, target: Path) -> Path:
    shutil.copytree(root, target, symlinks=True)
    return target


@pytest.mark.parametrize("architecture", [AMD64, ARM64])
def test_a_sound_system_passes(tmp_path: Path, architecture: Architecture) -> None:
    assert faults(make_appliance_root(tmp_path / "root", architecture), architecture) == []


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_found_by_its_own_check(name: str, sound: Path, tmp_path: Path) -> None:
    change, check = CHANGES[name]
    root = copied(sound, tmp_path / "root")
    change(root)
    assert faults(root) == [check]


def test_what_an_organiser_may_have_added_to_a_machine_is_told(sound: Path, tmp_path: Path) -> None:
    seen = inside.Inside(tree_of(sound), AMD64)
    assert inside.told(seen) == []
    root = copied(sound, tmp_path / "root")
    written("etc/systemd/system/multi-user.target.wants/nginx.service", "[Service]\n")(root)
    written("usr/bin/pkexec2", program(AMD64), 0o4755)(root)
    written("etc/workshop-appliance.token", "ABC")(root)
    assert faults(root) == []
    token, starts, program_ = inside.told(inside.Inside(tree_of(root), AMD64))
    assert "token" in token
    assert "nginx.service" in starts
    assert "pkexec2" in program_


@pytest.mark.parametrize("name", PLANTED)
def test_a_secret_that_cleaning_takes_out_is_found(name: str, sound: Path, tmp_path: Path) -> None:
    root = copied(sound, tmp_path / "root")
    written(name, "SECRET")(root)
    found = faults(root)
    assert found
    assert set(found) <= {"inside.secrets", "inside.left"}


def test_a_used_machine_is_found(tmp_path: Path) -> None:
    found = faults(make_used_root(tmp_path / "root"))
    assert {"inside.secrets", "inside.identity", "inside.passwords", "inside.left"} <= set(found)


class Bytes:
    """A disk in memory."""

    def __init__(self, data: bytes | bytearray) -> None:
        self.data = data

    def read(self, place: int, size: int) -> bytes:
        return bytes(self.data[place : place + size])


@pytest.fixture(scope="module")
def disk(sound: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_system_disk(sound, tmp_path_factory.mktemp("disk") / "raw").read_bytes()


def test_an_ext4_is_read_as_it_was_written(sound: Path, disk: bytes, tmp_path: Path) -> None:
    root = copied(sound, tmp_path / "root")
    (root / "many").mkdir()
    for number in range(2000):  # more than fit into one block: the folder gets an index
        (root / f"many/a rather long name {number}").write_text(str(number))
    with (root / "holes").open("wb") as file:
        for number in range(200):  # more pieces than an inode holds
            file.seek(number * 20_000)
            file.write(b"%d" % number)
    (root / "far").symlink_to("a/" * 60 + "b")
    tree = Ext4Tree(Bytes(make_system_disk(root, tmp_path / "raw").read_bytes()), 1 << 20)
    paths = [path for path in walk(tree, "") if path != "lost+found"]
    assert sorted(paths) == sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))
    for path in paths:
        node = tree.node(path)
        assert node is not None
        assert node.mode == (root / path).lstat().st_mode, path
        if (root / path).is_symlink():
            assert Path(node.link) == (root / path).readlink()
        elif (root / path).is_file():
            assert tree.contents(path, 1 << 30) == (root / path).read_bytes(), path


def disk_faults(data: bytes | bytearray, architecture: Architecture = AMD64) -> list[str]:
    results = list(STAGE.run(Image(Bytes(data), len(data), architecture)))
    return [result.name for result in results if result.faults]


def overwritten(place: int, data: bytes) -> Callable[[bytearray], None]:
    def change(disk: bytearray) -> None:
        disk[place : place + len(data)] = data

    return change


DISKS: dict[str, tuple[Callable[[bytearray], None], str]] = {
    "no partitions": (overwritten(510, b"\0\0"), "disk.partitions"),
    "a partition of Windows": (overwritten(450, b"\x07"), "disk.partitions"),
    "a partition that is too long": (overwritten(458, struct.pack("<I", 1 << 30)), "disk.partitions"),
    "no loader": (overwritten(0, bytes(440)), "disk.loader"),
    "no file system": (overwritten((1 << 20) + 1024, bytes(1024)), "disk.root"),
    "another label": (overwritten((1 << 20) + 1024 + 120, b"other\0\0\0"), "disk.root"),
    "not unmounted": (overwritten((1 << 20) + 1024 + 96, b"\xc6"), "disk.root"),
}


def test_a_sound_disk_passes(disk: bytes) -> None:
    assert disk_faults(disk) == []
    assert "disk.loader" in disk_faults(disk, ARM64)


@pytest.mark.parametrize("name", DISKS)
def test_a_disk_that_does_not_start_is_found(name: str, disk: bytes) -> None:
    change, check = DISKS[name]
    changed = bytearray(disk)
    change(changed)
    assert disk_faults(changed) == [check]


@pytest.fixture(scope="module")
def used(disk: bytes) -> list[int]:
    """Where the disk's blocks lie that are not empty."""
    return [place for place in range(0, len(disk), 4096) if disk[place : place + 4096] != bytes(4096)]


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_system_never_ends_in_a_traceback(seed: int, disk: bytes, used: list[int]) -> None:
    chance = random.Random(seed)
    data = bytearray(disk)
    for _ in range(chance.choice((1, 20, 400))):
        place = chance.choice(used) + chance.randrange(4096)
        data[place] = chance.randrange(256)
    image = Image(Bytes(data), len(data), AMD64)
    if any(result.faults for result in STAGE.run(image)):
        return
    for result in inside.STAGE.run(inside.Inside(image.tree, AMD64)):
        assert all("\n" not in fault for fault in result.faults)


def test_fat32_is_read_as_it_was_written() -> None:
    files = {
        "EFI/BOOT/BOOTAA64.EFI": random.Random(1).randbytes(300_001),
        "EFI/EMPTY": b"",
        "README.TXT": b"hello",
    }
    made = fat32.make(files, 48 << 20, label="WORKSHOP", serial=7, epoch=1700000000)
    assert made == fat32.make(files, 48 << 20, label="WORKSHOP", serial=7, epoch=1700000000)
    reader = fat32.Fat32(Bytes(bytes(1 << 20) + made), 1 << 20)
    for path, data in files.items():
        assert reader.read(path) == data
    assert reader.read("EFI/BOOT/BOOTX64.EFI") is None
    assert reader.read("EFI") is None
    with pytest.raises(ValueError, match="too few"):
        fat32.make(files, 16 << 20, label="X", serial=1, epoch=0)
    with pytest.raises(ValueError, match="do not fit"):
        fat32.make({"A": bytes(49 << 20)}, 48 << 20, label="X", serial=1, epoch=0)
