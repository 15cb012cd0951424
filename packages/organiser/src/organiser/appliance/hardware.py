"""The virtual machine of an OVA or a .utm.zip, as qemu is told it: the devices that its reader would show.

Disks are read where they lie in the file. An x86 machine has what VirtualBox gives it; an Arm one has
VirtualBox's (VirtioSCSI, 82540EM) or what the settings of UTM name, and EFI firmware.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from organiser.appliance import ova, utm
from organiser.appliance.architecture import AMD64, ARM64, Architecture
from organiser.appliance.machine import Forward
from organiser.appliance.verify.naming import form_of
from workshop.core import programs
from workshop.core.errors import WorkshopError

FIRMWARE = (
    Path("/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"),
    Path("/usr/share/edk2/aarch64/QEMU_EFI.fd"),
)
"""Debian's and Fedora's for Arm."""
PROCESSORS = {
    # A host that is a virtual machine itself may refuse to set what this one feature brings.
    (AMD64, "kvm"): "host,arch-capabilities=off",
    (AMD64, "tcg"): "max,svm=off,vmx=off",
    (ARM64, "kvm"): "host",
    # Older than any Apple Silicon, and what is compiled beforehand must run on it, too.
    (ARM64, "tcg"): "cortex-a72",
}
ACCELERATORS = {"kvm": "kvm", "tcg": "tcg,thread=multi,tb-size=512"}
LOOPBACK = "127.0.0.1"
NAMES = {22: "ssh"}
"""Of guests' ports, where a file does not name its rules."""


@dataclass(frozen=True)
class Startable:
    """A file that qemu can start a machine from."""

    path: Path
    architecture: Architecture
    memory: int
    """MiB."""
    cpus: int
    forwards: tuple[Forward, ...]
    disk: ova.Place
    format: str
    """qemu's word for the disk's."""
    bus: tuple[str, ...]
    """How the disk, called ``disk``, is shown."""
    card: str
    """The network card."""


def read(path: Path) -> Startable:
    """Read what a file says of its machine; WorkshopError when it is none that can be started."""
    return (_of_utm if form_of(path) == "utm" else _of_ova)(path)


def _of_ova(path: Path) -> Startable:
    found = ova.read_contents(path)
    if found.architecture is ARM64:
        bus = ("-device", "virtio-scsi-pci,id=scsi", "-device", "scsi-hd,drive=disk,bus=scsi.0")
    else:
        bus = ("-device", "ich9-ahci,id=sata", "-device", "ide-hd,drive=disk,bus=sata.0")
    sizes = (found.memory, found.cpus, found.forwards)
    return Startable(path, found.architecture, *sizes, found.disk, "vmdk", bus, "e1000")


def _of_utm(path: Path) -> Startable:
    settings, disk = utm.read(path)
    try:
        system, (card, *_) = settings["System"], settings["Network"]
        rules = tuple(
            Forward(NAMES.get(port := int(rule["GuestPort"]), str(port)), port, int(rule["HostPort"]))
            for rule in card["PortForward"]
        )
        bus = {"VirtIO": ("-device", "virtio-blk-pci,drive=disk")}[settings["Drive"][0]["Interface"]]
        sizes = (int(system["MemorySize"]), int(system["CPUCount"]), rules)
        return Startable(path, ARM64, *sizes, disk, "qcow2", bus, str(card["Hardware"]))
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise WorkshopError(f"{path} has settings that cannot be started here: {error!r}") from error


def base(architecture: Architecture, accelerator: str, memory: int, cpus: int) -> list[str]:
    """Return the machine without disk and network."""
    command = [
        *(programs.find(f"qemu-system-{architecture.machine}"), "-nodefaults", "-display", "none"),
        *("-accel", ACCELERATORS[accelerator], "-cpu", PROCESSORS[architecture, accelerator]),
        *("-m", str(memory), "-smp", str(cpus)),
    ]
    if architecture is AMD64:
        return [*command, "-machine", "pc", "-vga", "vmware"]
    keyboard = ("-device", "qemu-xhci", "-device", "usb-kbd", "-device", "usb-tablet")
    return [*command, "-machine", "virt", "-bios", str(_firmware()), "-device", "ramfb", *keyboard]


def _firmware() -> Path:
    found = next((path for path in FIRMWARE if path.is_file()), None)
    if found is None:
        raise WorkshopError("needs EFI firmware for Arm; install qemu-efi-aarch64 (Fedora: edk2-aarch64)")
    return found


def disk_words(machine: Startable) -> list[str]:
    """Return the disk: qemu reads it inside the file where it lies, and writes to a layer of its own."""
    return [*machine.bus, "-drive", f"if=none,id=disk,format={machine.format},snapshot=on,{_place(machine)}"]


def write_raw(machine: Startable, raw: Path) -> None:
    """Write a machine's disk as a raw, sparse file; WorkshopError when it is damaged."""
    source = f"driver={machine.format},{_place(machine)}"
    try:
        programs.run("qemu-img", "convert", "--image-opts", "-O", "raw", source, raw)
    except WorkshopError as error:
        raise WorkshopError(f"the disk in {machine.path} is damaged: {error}; copy it again") from error


def _place(machine: Startable) -> str:
    """Return where the disk lies in the file, as options of qemu's."""
    place = f"file.driver=raw,file.offset={machine.disk.offset},file.size={machine.disk.size}"
    return f"{place},file.file.driver=file,file.file.filename={_escaped(machine.path)},file.file.locking=off"


def _escaped(path: Path) -> str:
    """Return a path as a value of qemu's options."""
    return str(path.resolve()).replace(",", ",,")


def network_words(machine: Startable, ports: Mapping[int, int]) -> list[str]:
    """Return the network card. ports: the host's for each of the guest's."""
    forwards = "".join(f",hostfwd=tcp:{LOOPBACK}:{host}-:{guest}" for guest, host in ports.items())
    return ["-device", f"{machine.card},netdev=net", "-netdev", f"user,id=net{forwards}"]
