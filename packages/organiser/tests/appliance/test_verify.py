"""Verify finds what must not be handed out: damage, a wrong name, a machine that does not start, a secret."""

from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from organiser.appliance import forms
from organiser.appliance.architecture import AMD64, ARM64
from organiser.appliance.files import TarFiles
from organiser.appliance.pack import wrap
from organiser.appliance.utm import write_utm
from organiser.appliance.verify import boot, run, whole
from organiser.appliance.verify.report import Report
from organiser.appliance.verify.run import verify
from organiser.appliance.wsl import layout as wsl_layout
from organiser.appliance.wsl.write import write_wsl
from workshop.core.errors import WorkshopError

from .building import (
    ARM_DESCRIPTION,
    DESCRIPTION,
    EFI_PROGRAM,
    EPOCH,
    PLANTED,
    Pieces,
    make_appliance_root,
    make_arm_disk,
    make_system_disk,
    make_used_root,
    needs,
    program,
    quiet,
)
from .image.making import make_image_root, source

pytestmark = needs("mkfs.ext4", "debugfs", "e2fsck", "qemu-img", "sfdisk", "mkfs.vfat", "mcopy")
Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def made(ova: Path, wsl: Path, image: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A sound file of each form."""
    folder = tmp_path_factory.mktemp("made")
    raw = make_arm_disk(make_appliance_root(folder / "root", ARM64), folder / "raw")
    utm = folder / "a-arm64.utm.zip"
    write_utm(raw, utm, ARM_DESCRIPTION, epoch=EPOCH, scratch=folder)
    return {"ova": ova, "utm": utm, "wsl": wsl, "oci": image}


FORMS = ("ova", "utm", "wsl", "oci")


def names(path: Path) -> set[str]:
    """Return the checks that fail."""
    return {name for name, _ in verify(path).faults}


@pytest.mark.parametrize("form", FORMS)
def test_a_sound_file_passes(form: str, made: dict[str, Path]) -> None:
    report = verify(made[form])
    assert report.faults == []
    assert (report.form, report.architecture) == (form, ARM64 if form == "utm" else AMD64)
    assert any("no list of sums" in line for line in report.told)


def test_a_flipped_byte_anywhere_is_found_by_the_list_next_to_it(wsl: Path, tmp_path: Path) -> None:
    path = tmp_path / wsl.name
    data = wsl.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    (tmp_path / f"{path.name}.sha256").write_text(f"{digest}  {path.name}\n")
    draw = random.Random(1)
    for place in (5, len(data) - 1, *(draw.randrange(len(data)) for _ in range(6))):
        changed = bytearray(data)
        changed[place] ^= 1 << draw.randrange(8)
        path.write_bytes(changed)
        assert "file.checksum" in names(path) or "name.form" in names(path), place


@pytest.mark.parametrize("form", FORMS)
def test_a_flipped_byte_of_the_contents_is_found_without_a_list(
    form: str, made: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / made[form].name
    data = made[form].read_bytes()
    used = [
        place for place in range(20_000, len(data) - 20_000, 512) if data[place : place + 512].strip(b"\0")
    ]
    draw = random.Random(form)
    for place in draw.sample(used, 5):
        changed = bytearray(data)
        changed[place] ^= 1 << draw.randrange(8)
        path.write_bytes(changed)
        assert "file.contents" in names(path), place
    path.write_bytes(data[: len(data) // 2])
    assert "file.contents" in names(path)


def test_the_list_of_a_stick_is_found_and_its_signature_checked(wsl: Path, tmp_path: Path) -> None:
    path = tmp_path / "2-virtual-machine" / wsl.name
    path.parent.mkdir()
    shutil.copy(wsl, path)
    sums, signature = tmp_path / whole.SUMS, tmp_path / f"{whole.SUMS}.sig"
    sums.write_text(f"{hashlib.sha256(wsl.read_bytes()).hexdigest()}  {path.parent.name}/{path.name}\n")
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", whole.NAMESPACE, sums], check=True)
    assert signature.is_file()
    report = verify(path)
    assert report.faults == []
    assert {"file.checksum", "file.signature"} <= {result.name for result in report.results}
    with sums.open("a") as file:
        file.write("# added later\n")
    assert names(path) == {"file.signature"}


def test_a_list_may_be_enough(made: dict[str, Path], tmp_path: Path) -> None:
    """To fill a stick nobody waits for a disk to be written out once more."""
    path = tmp_path / made["ova"].name
    shutil.copy(made["ova"], path)
    assert len(verify(path, sums=True).results) > 10
    whole.write_list(path, hashlib.sha256(path.read_bytes()).hexdigest())
    report = verify(path, sums=True)
    assert [result.name for result in report.results] == ["name.form", "file.checksum"]
    assert report.ok


def test_a_name_that_lies_is_refused(made: dict[str, Path], tmp_path: Path) -> None:
    for form, name, check in (
        ("ova", "a-arm64.ova", "name.processor"),
        ("utm", "a-amd64.utm.zip", "name.processor"),
        ("wsl", "a-aarch64.wsl", "name.processor"),
        ("oci", "a-multi.oci.tar", "name.processor"),
        ("ova", "a.wsl", "name.form"),
        ("wsl", "a.oci.tar", "name.form"),
        ("ova", "a.ova.zip", "name.form"),
    ):
        shutil.copy(made[form], tmp_path / name)
        assert names(tmp_path / name) == {check}, name
    for form, name in (("ova", "a (1).ova"), ("utm", "a.utm-2.zip"), ("utm", "a.utm.zip")):
        shutil.copy(made[form], tmp_path / name)
        assert names(tmp_path / name) == set(), name


def test_a_port_that_is_open_to_the_room_is_refused(ova: Path, tmp_path: Path) -> None:
    pieces = Pieces.of(ova)
    pieces.replace(".ovf", 'hostip="127.0.0.1" hostport="8080"', 'hostport="8080"')
    pieces.hash_anew()
    assert names(pieces.write(tmp_path / "x.ova")) == {"machine.settings"}


def ova_of(raw: Path, name: str = "x.ova") -> Path:
    return wrap(raw, raw.with_name(name), DESCRIPTION, epoch=EPOCH, clock=quiet()).ova


def overwritten(place: int, data: bytes) -> Change:
    def change(raw: Path) -> None:
        with raw.open("r+b") as file:
            file.seek(place)
            file.write(data)

    return change


DISKS: dict[str, tuple[Change, str]] = {
    "no partitions": (overwritten(510, b"\0\0"), "disk.partitions"),
    "a partition of Windows": (overwritten(450, b"\x07"), "disk.partitions"),
    "no loader": (overwritten(0, bytes(440)), "disk.loader"),
    "no file system": (overwritten((1 << 20) + 1024, bytes(1024)), "disk.file-system"),
    "another label": (overwritten((1 << 20) + 1024 + 120, b"other\0\0\0"), "disk.file-system"),
    "not unmounted": (overwritten((1 << 20) + 1024 + 58, b"\0"), "disk.file-system"),
}


@pytest.mark.parametrize("name", DISKS)
def test_a_disk_that_does_not_start_is_found(name: str, tmp_path: Path) -> None:
    change, check = DISKS[name]
    raw = make_system_disk(make_appliance_root(tmp_path / "root"), tmp_path / "raw")
    change(raw)
    assert check in names(ova_of(raw))


def test_a_full_disk_is_found(tmp_path: Path) -> None:
    root = make_appliance_root(tmp_path / "root")
    (root / "home/workshop/notebooks/large").write_bytes(random.Random(1).randbytes(53 << 20))
    assert names(ova_of(make_system_disk(root, tmp_path / "raw"))) == {"disk.space"}


def test_an_arm_machine_needs_its_boot_loader(tmp_path: Path) -> None:
    root = make_appliance_root(tmp_path / "root", ARM64)
    for number, (loader, wanted) in enumerate(((EFI_PROGRAM, set()), (b"MZ" + bytes(200), {"disk.loader"}))):
        raw = make_arm_disk(root, tmp_path / f"raw{number}", loader)
        target = tmp_path / f"{number}-arm64.ova"
        wrap(raw, target, ARM_DESCRIPTION, epoch=EPOCH, clock=quiet())
        assert names(target) == wanted


def written(name: str, text: str | bytes) -> Change:
    def change(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

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
    "a password": (replaced("etc/shadow", "workshop:!", "workshop:$y$j9T$hash"), "inside.passwords"),
    "no password needed": (replaced("etc/shadow", "root:*", "root:"), "inside.passwords"),
    "one machine's number": (written("etc/machine-id", "0123456789abcdef" * 2), "inside.identity"),
    "host keys": (written("etc/ssh/ssh_host_ed25519_key", "key"), "inside.secrets"),
    "a bundle": (written("opt/workshop/etc/workshop.toml", 'ca_bundle = "/x"\n'), "inside.secrets"),
    "a log": (written("var/log/journal/0/system.journal", "said"), "inside.left"),
    "no version": (without("opt/workshop/VERSION"), "inside.version"),
    "no first start": (without("usr/local/sbin/first-boot-workshop"), "inside.first-start"),
    "a service that nothing starts": (
        without("etc/systemd/system/multi-user.target.wants/workshop-jupyter.service"),
        "inside.services",
    ),
    "a root by its device": (replaced("etc/fstab", "LABEL=workshop", "/dev/sda1"), "inside.kernel"),
    "no kernel": (
        lambda root: [(root / n).unlink() for n in ("vmlinuz", "boot/vmlinuz-6.1")],
        "inside.kernel",
    ),
    "no boot menu": (without("boot/grub/grub.cfg"), "inside.kernel"),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_appliance_root(tmp_path_factory.mktemp("sound") / "root")


def looked_into(root: Path) -> Report:
    """Return what is found in a root directory, seen as a tar of it is."""
    tar = root.with_name("root.tar")
    subprocess.run(["tar", "--transform=s,^./,,", "-cf", tar, "-C", root, "."], check=True)
    files = TarFiles()
    with tar.open("rb") as stream:
        files.add(stream)
    report = Report(root, "ova")
    run._system(report, files, "ova")
    return report


@pytest.mark.parametrize("name", CHANGES)
def test_what_must_not_be_inside_is_found(name: str, sound: Path, tmp_path: Path) -> None:
    change, check = CHANGES[name]
    root = tmp_path / "root"
    shutil.copytree(sound, root, symlinks=True)
    assert looked_into(root).faults == []
    change(root)
    assert {found for found, _ in looked_into(root).faults} == {check}


def test_every_secret_that_cleaning_takes_out_is_found(sound: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(sound, root, symlinks=True)
    for name in PLANTED:
        written(name, "SECRET")(root)
    said = [fault for name, fault in looked_into(root).faults if name in ("inside.secrets", "inside.left")]
    for name in PLANTED:
        assert any(f"/{name}".startswith(fault.removesuffix(" is there")) for fault in said), name


def test_a_used_machine_is_refused(tmp_path: Path) -> None:
    found = names(ova_of(make_system_disk(make_used_root(tmp_path / "root"), tmp_path / "raw")))
    assert {"inside.secrets", "inside.identity", "inside.passwords", "inside.left"} <= found


def test_what_every_copy_shares_is_told(sound: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(sound, root, symlinks=True)
    written("etc/workshop-appliance.token", "ABC")(root)
    written("home/workshop/.ssh/authorized_keys", "ssh-ed25519 AAAA")(root)
    report = looked_into(root)
    assert report.faults == []
    token, keys = report.told
    assert "Token: every copy" in token
    assert "authorized_keys lets their owners into every copy" in keys


def test_programs_for_another_processor_are_found(tmp_path: Path) -> None:
    root = make_appliance_root(tmp_path / "root")
    (root / "usr/bin/bash").write_bytes(program(ARM64))
    assert {"name.processor", "inside.processor"} <= names(ova_of(make_system_disk(root, tmp_path / "raw")))


WSL: dict[str, tuple[str, bytes, str]] = {
    "no systemd": (wsl_layout.CONFIGURATION, b"[boot]\nsystemd=false\n", "wsl.settings"),
    "another command": (wsl_layout.DISTRIBUTION, b"[oobe]\ncommand = /bin/sh\n", "wsl.settings"),
    "open to the room": ("opt/workshop/etc/workshop.toml", b'bind_address = "0.0.0.0"\n', "wsl.loopback"),
}


@pytest.mark.parametrize("name", WSL)
def test_a_distribution_that_does_something_else_is_refused(
    name: str, sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, data, check = WSL[name]
    from organiser.appliance.members import Added
    from organiser.appliance.wsl import write

    view = write.view

    def changed(root: Path) -> write.View:
        seen = view(root)
        seen.added[path] = Added(data)
        return seen

    monkeypatch.setattr(write, "view", changed)
    write_wsl(sound, tmp_path / "x.wsl", epoch=EPOCH)
    assert names(tmp_path / "x.wsl") == {check}


@pytest.mark.parametrize("key", ["User", "Healthcheck", "ExposedPorts"])
def test_an_image_that_runs_otherwise_is_refused(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from organiser.image import oci

    works = oci.configuration

    def changed(*words: object) -> dict[str, object]:
        said = works(*words)  # type: ignore[arg-type]
        said["config"][key] = "root" if key == "User" else {}
        return said

    monkeypatch.setattr(oci, "configuration", changed)
    root = make_image_root(tmp_path / "root")
    (image,) = forms.write(source(root), [forms.OCI], tmp_path / "out", quiet())
    assert names(image.path) == {"image.settings"}


def test_a_machine_that_does_not_start_is_a_fault(
    ova: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> Iterator[str]:
        raise WorkshopError("the guest ended")

    monkeypatch.setattr(boot, "booted", refuse)
    report = Report(ova, "ova")
    boot.start(report, boot.choose(tmp_path), log=tmp_path)
    assert report.faults == [("boot.answers", "the guest ended")]
