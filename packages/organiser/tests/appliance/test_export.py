"""Export from VirtualBox: by a stand-in for its answers, and by the real VBoxManage where its root is."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from organiser.appliance import hardware
from organiser.appliance.architecture import ARM64
from organiser.appliance.export import export
from organiser.appliance.ova import read_contents
from organiser.appliance.pack import Clock, PackResult, wrap
from organiser.appliance.verify.run import verify
from workshop.core.errors import WorkshopError

from .building import (
    ARM_DESCRIPTION,
    DESCRIPTION,
    EPOCH,
    MACHINE,
    Pieces,
    disk_uuid,
    make_appliance_root,
    make_arm_disk,
    make_system_disk,
    make_used_root,
    needs,
)

pytestmark = needs("mkfs.ext4", "debugfs", "e2fsck", "fallocate", "qemu-img", "mcopy")
ROOT = Path(__file__).resolve().parents[4]
SCRIPT = ROOT / "tools/testbed/virtualbox.bash"

# Answers as VBoxManage does; the state changes when the power button was pressed.
STAND_IN = """#!/bin/sh
here=$(dirname "$0")
case $1 in
  showvminfo) grep -q "^$2$" "$here/machines" || { echo "VBoxManage: error: Could not find" >&2; exit 1; }
              echo 'name="x"'; echo "VMState=\\"$(cat "$here/state")\\"" ;;
  list) sed 's/.*/"&" {00000000-0000-0000-0000-000000000000}/' "$here/machines" ;;
  controlvm) [ "$3" = acpipowerbutton ] && cp "$here/after" "$here/state" ;;
  export) cp "$here/exported.ova" "$4" ;;
  *) exit 9 ;;
esac
"""


def make_ova(folder: Path, root: Path) -> PackResult:
    """Make a sound OVA whose disk holds a root directory."""
    raw = make_system_disk(root, folder / "disk.raw")
    return wrap(raw, folder / "a.ova", DESCRIPTION, epoch=EPOCH, clock=Clock(lambda _: None))


@pytest.fixture(scope="module")
def ova(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An appliance that somebody has used."""
    folder = tmp_path_factory.mktemp("used")
    return make_ova(folder, make_used_root(folder / "root")).ova


def disk_of(ova: Path, raw: Path) -> bytes:
    """Return the whole disk of an OVA, written to ``raw``."""
    hardware.write_raw(hardware.read(ova), raw)
    return raw.read_bytes()


class StandIn:
    """A folder with a VBoxManage of our own, and what it answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "VBoxManage").write_text(STAND_IN)
        (folder / "VBoxManage").chmod(0o755)
        self.set(machines="class", state="poweroff", after="poweroff")

    def set(self, **answers: str) -> None:
        for name, answer in answers.items():
            (self.folder / name).write_text(answer + "\n")

    def exports(self, pieces: Pieces) -> None:
        pieces.write(self.folder / "exported.ova")


@pytest.fixture
def virtualbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ova: Path) -> StandIn:
    folder = tmp_path / "virtualbox"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    stand_in = StandIn(folder)
    stand_in.exports(Pieces.of(ova))
    return stand_in


def run(target: Path, vm: str = "class", seconds: float = 2) -> tuple[PackResult, list[str]]:
    said: list[str] = []
    return export(vm, target, version="9", seconds=seconds, say=said.append), said


def test_the_ova_is_sound_and_alone(virtualbox: StandIn, tmp_path: Path) -> None:
    result, _ = run(tmp_path / "out/a.ova")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"a.ova", "a.ova.sha256"}
    assert verify(result.ova).faults == []


@pytest.mark.parametrize(
    ("name", "why"), [("thesis.odt", "does not end in .ova"), ("thesis.ova", "is not an OVA")]
)
def test_only_an_ova_is_replaced(virtualbox: StandIn, tmp_path: Path, name: str, why: str) -> None:
    virtualbox.set(state="running")
    (tmp_path / name).write_text("mine")
    with pytest.raises(WorkshopError, match=why):
        run(tmp_path / name)
    assert (tmp_path / name).read_text() == "mine"
    assert (virtualbox.folder / "state").read_text() == "running\n"


def test_a_port_for_everyone_is_closed_and_said(virtualbox: StandIn, tmp_path: Path, ova: Path) -> None:
    pieces = Pieces.of(ova)
    pieces.replace(".ovf", 'name="jupyter" proto="1" hostip="127.0.0.1"', 'name="jupyter" proto="1"')
    virtualbox.exports(pieces)
    result, said = run(tmp_path / "a.ova")
    assert any("jupyter listened on every interface; in the OVA it is on 127.0.0.1" in line for line in said)
    assert verify(result.ova).ok


def test_what_belongs_to_one_machine_only_is_left_behind(
    virtualbox: StandIn, tmp_path: Path, ova: Path
) -> None:
    pieces = Pieces.of(ova)
    folder = '<SharedFolders><SharedFolder name="home" hostPath="/home/me"/></SharedFolders>'
    pieces.replace(".ovf", "<USB/>", folder)
    virtualbox.exports(pieces)
    result, _ = run(tmp_path / "a.ova")
    assert b"/home/me" not in Pieces.of(result.ova).get(".ovf").data


def test_a_running_machine_is_shut_down(virtualbox: StandIn, tmp_path: Path) -> None:
    virtualbox.set(state="running")
    _, said = run(tmp_path / "a.ova")
    assert "shutting class down" in said


def test_a_machine_that_stays_on(virtualbox: StandIn, tmp_path: Path) -> None:
    virtualbox.set(state="running", after="running")
    with pytest.raises(WorkshopError, match="class is still running after 0 s; shut it down inside"):
        run(tmp_path / "a.ova", seconds=0)
    assert not (tmp_path / "a.ova").exists()


def test_a_damaged_export_leaves_nothing(virtualbox: StandIn, tmp_path: Path, ova: Path) -> None:
    pieces = Pieces.of(ova)
    pieces.patch(".vmdk", 65_536 + 12 + 8, b"damage")  # in the first piece, behind its head
    virtualbox.exports(pieces)
    (tmp_path / "out").mkdir()
    with pytest.raises(WorkshopError, match="damaged"):
        run(tmp_path / "out/a.ova")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which the real VBoxManage works; PATH has it.

    Skipped where its root cannot be made, even where all is required: sid's package cannot be had every day.
    """
    made = subprocess.run([SCRIPT, "--prepare"], capture_output=True, text=True, check=False)
    if made.returncode == 77:
        pytest.skip(made.stderr.strip().splitlines()[-1])
    assert made.returncode == 0, made.stderr
    folder = tmp_path_factory.mktemp("virtualbox")
    program = folder / "bin/VBoxManage"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{SCRIPT}" "{folder}" VBoxManage "$@"\n')
    program.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        yield folder


def vboxmanage(*arguments: str | Path) -> str:
    program = shutil.which("VBoxManage")
    assert program is not None
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.release
@pytest.mark.network
def test_a_real_import_and_export(real: Path) -> None:
    """VirtualBox imports our OVA, forwards on 127.0.0.1 only, and gives the disk back, which is cleaned."""
    (real / "packed").mkdir()
    packed = make_ova(real / "packed", make_used_root(real / "packed/root"))
    vboxmanage("import", packed.ova, "--vsys=0", f"--basefolder={real}/machines")
    info = vboxmanage("showvminfo", MACHINE.name, "--machinereadable")
    forwards = sorted(re.findall(r'^Forwarding\(\d+\)="(.*)"$', info, re.MULTILINE))
    assert forwards == ["jupyter,tcp,127.0.0.1,8080,,8080", "ssh,tcp,127.0.0.1,8282,,22"]
    for line in (
        *("memory=2048", "cpus=2", 'nictype1="82540EM"', 'graphicscontroller="vmsvga"', 'vrde="off"'),
        *('storagecontrollertype0="IntelAhci"', 'ioapic="on"', 'ostype="Debian (64-bit)"'),
    ):
        assert line in info.splitlines(), line

    # A rule as a person makes it, without an address, is open to the whole room.
    vboxmanage("modifyvm", MACHINE.name, "--natpf1", "extra,tcp,,9090,,9090")
    said: list[str] = []
    result = export(MACHINE.name, real / "exported.ova", version="9", say=said.append)
    assert any("extra listened on every interface" in line for line in said)
    rules = {(rule.name, rule.host, rule.guest) for rule in read_contents(result.ova).forwards}
    assert rules == {("jupyter", 8080, 8080), ("ssh", 8282, 22), ("extra", 9090, 9090)}
    assert disk_uuid(result.ova) != disk_uuid(packed.ova)
    assert b"SECRET" not in disk_of(result.ova, real / "disk.raw")


@pytest.mark.release
@pytest.mark.network
def test_a_real_import_of_an_arm_machine(real: Path) -> None:
    """VirtualBox reads it as what it is: an older version, or an x86 system, would become another machine."""
    folder = real / "arm"
    folder.mkdir()
    raw = make_arm_disk(make_appliance_root(folder / "root", ARM64), folder / "disk.raw")
    description = dataclasses.replace(
        ARM_DESCRIPTION, machine=dataclasses.replace(MACHINE, name="arm-machine")
    )
    packed = wrap(raw, folder / "a-arm64.ova", description, epoch=EPOCH, clock=Clock(lambda _: None))
    assert verify(packed.ova).faults == []
    vboxmanage("import", packed.ova, "--vsys=0", f"--basefolder={real}/machines")
    info = vboxmanage("showvminfo", "arm-machine", "--machinereadable")
    forwards = sorted(re.findall(r'^Forwarding\(\d+\)="(.*)"$', info, re.MULTILINE))
    assert forwards == ["jupyter,tcp,127.0.0.1,8080,,8080", "ssh,tcp,127.0.0.1,8282,,22"]
    for line in (
        *("memory=2048", "cpus=2", 'nictype1="82540EM"', 'graphicscontroller="qemuramfb"'),
        *('platformArchitecture="ARM"', 'chipset="armv8virtual"', 'firmware="EFI"'),
        *('storagecontrollertype0="VirtioSCSI"', 'ostype="Debian (ARM 64-bit)"'),
    ):
        assert line.lower() in info.lower().splitlines(), info
