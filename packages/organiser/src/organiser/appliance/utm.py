"""A virtual machine for UTM on Apple Silicon: a folder ``NAME.utm`` in a zip file.

``config.plist`` has every key that UTM 4 reads without a default; it refuses a file that lacks one, and
does not say which. The disk is what the Arm OVA has, too. With ``Hypervisor`` it runs at the Mac's own
speed; ports are forwarded by UTM's emulated network, from the Mac's 127.0.0.1 only. What UTM itself makes
at the first start (the variables of EFI) is not there.
"""

from __future__ import annotations

import plistlib
import shutil
import struct
import uuid
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers import expat

from organiser.appliance import ovf
from organiser.appliance.architecture import ARM64
from organiser.appliance.ova import Place
from organiser.appliance.scratch import whole
from workshop.core import programs
from workshop.core.errors import WorkshopError
from workshop.core.files import hash_file

SUFFIX = ".utm.zip"
DISK = "disk.qcow2"
BACKEND, VERSION = "QEMU", 4
NAMESPACE = uuid.UUID("f3b0a6a1-5f0e-5d84-9a17-2b6d0c9e4a53")
"""Of machines' identifiers; made once for this project."""
LARGEST = 4 << 30
"""A larger member needs zip64, which macOS's own archive utility does not always read."""
NAME_AND_EXTRA = 26
"""Where the header in front of a member says how long its last two parts are (APPNOTE.TXT, 4.3.7)."""


def configuration(description: ovf.Description, disk: str, identifier: uuid.UUID) -> dict[str, Any]:
    """Return what UTM is told about the machine. disk: the SHA-256 of the disk's file."""
    machine = description.machine
    notes = f"{ovf.PRODUCT} {description.version}. Start it, then open http://localhost:{_web(description)}/"
    return {
        "Backend": BACKEND,
        "ConfigurationVersion": VERSION,
        "Information": {
            "Name": ovf.PRODUCT,
            "Icon": "linux",
            "IconCustom": False,
            "Notes": f"{notes}\n\n{description.changes}".strip(),
            "UUID": str(identifier).upper(),
        },
        "System": {
            "Architecture": ARM64.machine,
            "Target": "virt",
            "CPU": "default",
            "CPUFlagsAdd": [],
            "CPUFlagsRemove": [],
            "CPUCount": machine.cpus,
            "ForceMulticore": False,
            "MemorySize": machine.memory,
            "JITCacheSize": 0,
        },
        "QEMU": {
            "DebugLog": False,
            "UEFIBoot": True,
            "RNGDevice": True,
            "BalloonDevice": False,
            "TPMDevice": False,
            "Hypervisor": True,
            "RTCLocalTime": False,
            "PS2Controller": False,
            "AdditionalArguments": [],
        },
        "Input": {"UsbBusSupport": "3.0", "UsbSharing": False, "MaximumUsbShare": 3},
        "Sharing": {
            "DirectoryShareMode": "None",
            "DirectoryShareReadOnly": True,
            "ClipboardSharing": False,
        },
        "Display": [
            {
                "Hardware": "virtio-ramfb",
                "DynamicResolution": False,
                "UpscalingFilter": "Nearest",
                "DownscalingFilter": "Linear",
                "NativeResolution": False,
            }
        ],
        "Drive": [
            {
                "ImageName": DISK,
                "ImageType": "Disk",
                "Interface": "VirtIO",
                "InterfaceVersion": 1,
                "Identifier": str(uuid.uuid5(NAMESPACE, disk)).upper(),
                "ReadOnly": False,
            }
        ],
        "Network": [
            {
                "Mode": "Emulated",
                "Hardware": "virtio-net-pci",
                "MacAddress": _address(identifier),
                "IsolateFromHost": False,
                "PortForward": [
                    {
                        "Protocol": "TCP",
                        "HostAddress": ovf.LOOPBACK,
                        "HostPort": rule.host,
                        "GuestPort": rule.guest,
                    }
                    for rule in machine.forwards
                ],
            }
        ],
        "Serial": [],
        "Sound": [],
    }


def _web(description: ovf.Description) -> int:
    """Return the host's port of the start page, or of whatever is forwarded first."""
    rules = {rule.name: rule.host for rule in description.machine.forwards}
    return rules.get("start-page", next(iter(rules.values()), 0))


def _address(identifier: uuid.UUID) -> str:
    """Return a network card's address, administered locally: nobody outside the emulated network sees it."""
    return ":".join(["52", "54", "00", *(f"{byte:02X}" for byte in identifier.bytes[:3])])


def write_utm(raw: Path, target: Path, description: ovf.Description, *, epoch: int, scratch: Path) -> None:
    """Write the zip file of a raw disk; it appears when it is whole.

    epoch: seconds since 1970, the date of each member. scratch: a folder on the same disk.

    Raises WorkshopError when the machine is none for Arm, or the disk is too large for a zip that macOS
    reads.
    """
    if description.system.architecture is not ARM64:
        raise WorkshopError(
            "a UTM machine is for Apple Silicon; on a Mac with Intel, VirtualBox takes the OVA"
        )
    disk = scratch / DISK
    programs.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-c", raw, disk)
    if disk.stat().st_size >= LARGEST:
        raise WorkshopError("the disk is over 4 GiB, which macOS does not unpack; leave something out")
    digest = hash_file(disk)
    identifier = uuid.uuid5(NAMESPACE, f"{description.machine.name} {digest}")
    plist = plistlib.dumps(configuration(description, digest, identifier))
    folder = f"{description.machine.name}.utm"
    with whole(target) as partial, zipfile.ZipFile(partial, "w") as archive:
        for name in (f"{folder}/", f"{folder}/Data/"):
            archive.writestr(_member(name, epoch), b"")
        archive.writestr(_member(f"{folder}/config.plist", epoch), plist)
        # It is compressed already.
        info = _member(f"{folder}/Data/{DISK}", epoch, disk.stat().st_size)
        with archive.open(info, "w") as member, disk.open("rb") as file:
            shutil.copyfileobj(file, member)
    disk.unlink()


def read(path: Path) -> tuple[dict[str, Any], Place]:
    """Return the settings of a machine, and where its disk lies in the file; ``verify`` judges it.

    Raises WorkshopError when it is no such file.
    """
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            (plist,) = (each for each in archive.infolist() if each.filename.endswith("/config.plist"))
            (disk,) = (each for each in archive.infolist() if each.filename.endswith(f"/{DISK}"))
            settings = plistlib.loads(archive.read(plist))
            place = Place(disk.filename, _place_of(file, disk), disk.file_size)
    except (OSError, ValueError, EOFError, struct.error, expat.ExpatError, zipfile.BadZipFile) as error:
        raise WorkshopError(f"{path} is not a usable UTM machine: {error}") from error
    if disk.compress_type != zipfile.ZIP_STORED or not isinstance(settings, dict):
        raise WorkshopError(f"{path} is not a usable UTM machine: its disk is packed")
    return settings, place


def _place_of(file: BinaryIO, member: zipfile.ZipInfo) -> int:
    """Return where a member's bytes begin."""
    file.seek(member.header_offset + NAME_AND_EXTRA)
    name, extra = struct.unpack("<HH", file.read(4))
    return member.header_offset + NAME_AND_EXTRA + 4 + int(name) + int(extra)


def _member(name: str, epoch: int, size: int = 0) -> zipfile.ZipInfo:
    date = datetime.fromtimestamp(max(epoch, 315532800), UTC)
    info = zipfile.ZipInfo(name, (date.year, date.month, date.day, date.hour, date.minute, date.second))
    info.create_system = 3
    info.external_attr = (0o40755 << 16 | 0x10) if name.endswith("/") else 0o100644 << 16
    info.file_size = size
    return info
