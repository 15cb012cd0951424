"""Checks of a zip file with a machine for UTM: the archive, what UTM's reader demands, and what it would do.

UTM decodes ``config.plist`` key by key, and refuses a file that lacks one which it reads without a default
(Configuration/*.swift of UTM 4); it says only that the file cannot be read.
"""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from organiser.appliance import manifest
from organiser.appliance.architecture import ARM64
from organiser.appliance.verify.checks import Stage
from organiser.appliance.verify.utm_archive import DAMAGED, Archive, digests_of, no_zip_file

LOOPBACK = "127.0.0.1"
UNPRIVILEGED, HIGHEST = 1024, 65535
LARGEST_PLIST = 1 << 20
MOST_ENTRIES = 64
"""Of one list in config.plist; ours have six forwarded ports, and one of anything else."""
UUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
MAC = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}")
DEMANDED: dict[str, dict[str, type]] = {
    "": {
        "Backend": str, "ConfigurationVersion": int, "Information": dict, "System": dict, "QEMU": dict,
        "Input": dict, "Sharing": dict, "Display": list, "Drive": list, "Network": list, "Serial": list,
        "Sound": list,
    },
    "Information": {"Name": str, "IconCustom": bool, "UUID": str},
    "System": {
        "Architecture": str, "Target": str, "CPU": str, "CPUFlagsAdd": list, "CPUFlagsRemove": list,
        "CPUCount": int, "ForceMulticore": bool, "MemorySize": int, "JITCacheSize": int,
    },
    "QEMU": {
        "DebugLog": bool, "UEFIBoot": bool, "RNGDevice": bool, "BalloonDevice": bool, "TPMDevice": bool,
        "Hypervisor": bool, "RTCLocalTime": bool, "PS2Controller": bool, "AdditionalArguments": list,
    },
    "Input": {"UsbBusSupport": str, "UsbSharing": bool, "MaximumUsbShare": int},
    "Sharing": {"DirectoryShareMode": str, "DirectoryShareReadOnly": bool, "ClipboardSharing": bool},
    "Display": {
        "Hardware": str, "DynamicResolution": bool, "UpscalingFilter": str, "DownscalingFilter": str,
        "NativeResolution": bool,
    },
    "Drive": {"ImageType": str, "Interface": str, "Identifier": str},
    "Network": {
        "Mode": str, "Hardware": str, "MacAddress": str, "IsolateFromHost": bool, "PortForward": list,
    },
    "PortForward": {"Protocol": str, "HostAddress": str, "HostPort": int, "GuestPort": int},
}  # fmt: skip
"""What must be there, by section, and of which kind."""
OPTIONAL: dict[str, dict[str, type]] = {
    "Information": {"Icon": str, "Notes": str},
    "Display": {"VgaRamMib": int},
    "Drive": {"ImageName": str, "InterfaceVersion": int, "ReadOnly": bool},
    "PortForward": {"GuestAddress": str},
}
"""What may be there. Anything else is refused: it could be a bridge, or a folder of the host."""
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "Display": {"UpscalingFilter": ("Linear", "Nearest"), "DownscalingFilter": ("Linear", "Nearest")},
    "Input": {"UsbBusSupport": ("Disabled", "2.0", "3.0")},
}
"""Words besides which UTM reads nothing."""


STAGE: Stage[Archive] = Stage()


@STAGE.check("zip.whole", "half a file unpacks half-way", gate=True)
def _whole(archive: Archive) -> Iterator[str]:
    if archive.fault:
        yield archive.fault


@STAGE.check("zip.names", "a path in a name could be unpacked elsewhere", gate=True)
def _names(archive: Archive) -> Iterator[str]:
    names = [member.filename for member in archive.members]
    for name in names:
        if (
            name.startswith("/")
            or "\\" in name
            or ".." in name.split("/")
            or ":" in name
            or not name.isprintable()
        ):
            yield f"the name {name!r} leads elsewhere"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name} is there twice"


@STAGE.check(
    "zip.members", "a machine is its settings and its disk, and nothing that runs by itself", gate=True
)
def _members(archive: Archive) -> Iterator[str]:
    folder = archive.folder
    if not folder.endswith(".utm"):
        yield f"{folder or 'it'} is no machine of UTM (NAME.utm)"
        return
    names = {member.filename for member in archive.files}
    disks = [name for name in names if re.fullmatch(rf"{re.escape(folder)}/Data/[\w.-]+\.qcow2", name)]
    if f"{folder}/config.plist" not in names:
        yield f"there is no {folder}/config.plist"
    if len(disks) != 1:
        yield f"there are {len(disks)} disks, not one"
    folders = {f"{folder}/", f"{folder}/Data/"}
    for member in archive.members:
        if member.filename not in {*folders, *disks, f"{folder}/config.plist"}:
            yield f"{member.filename} does not belong into it"


@STAGE.check("zip.plain-files", "a link could make who unpacks it write elsewhere", gate=True)
def _plain_files(archive: Archive) -> Iterator[str]:
    for member in archive.members:
        mode = member.external_attr >> 16
        if mode and stat.S_IFMT(mode) not in (stat.S_IFREG, stat.S_IFDIR, 0):
            yield f"{member.filename} is not a plain file"
        if member.flag_bits & 1:
            yield f"{member.filename} is encrypted"


@STAGE.check("zip.stored", "the disk is compressed already; it is read where it lies", gate=True)
def _stored(archive: Archive) -> Iterator[str]:
    for member in archive.files:
        is_disk = member.filename.endswith(".qcow2")
        if is_disk and member.compress_type != zipfile.ZIP_STORED:
            yield f"{member.filename} is compressed a second time"
        elif is_disk and member.file_size != member.compress_size:
            yield f"{member.filename} has two sizes"
        elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            yield f"{member.filename} is compressed in a way that not every unpacker knows"
        elif not is_disk and member.file_size > LARGEST_PLIST:
            yield f"{member.filename} has {member.file_size} bytes, more than {LARGEST_PLIST}"


@STAGE.check("zip.manifest", "a zip file's own sums are against accidents only", gate=True)
def _manifest(archive: Archive) -> Iterator[str]:
    try:
        stated = manifest.parse(archive.comment)
    except ValueError as error:
        yield f"the sums in the zip file's comment: {error}"
        return
    try:
        digests = digests_of(archive)
    except DAMAGED as error:
        yield no_zip_file(error)
        return
    for name in sorted(digests.keys() - stated.keys()):
        yield f"the sums do not list {name}"
    for name in sorted(stated.keys() - digests.keys()):
        yield f"the sums list {name}, which is not there"
    for name, digest in digests.items():
        if stated.get(name, digest) != digest:
            yield f"{name} has another SHA-256 than the sums say: it is damaged, copy it again"


@STAGE.check("utm.plist", "UTM reads its settings from it", gate=True)
def _plist(archive: Archive) -> Iterator[str]:
    try:
        archive.configuration  # noqa: B018  (reading it is the check)
    except ValueError as error:
        yield str(error)


@STAGE.check("utm.keys", "UTM refuses a file in which one is missing, and does not say which", gate=True)
def _keys(archive: Archive) -> Iterator[str]:
    yield from _faults("", archive.configuration)
    for section in ("Information", "System", "QEMU", "Input", "Sharing"):
        if isinstance(entry := archive.configuration.get(section), dict):
            yield from _faults(section, entry)
    for section in ("Display", "Drive", "Network"):
        entries = _listed(archive.configuration.get(section))
        rules = [rule for entry in entries for rule in _rules_of(entry)]
        # Each of them is compared with each other one, and said of.
        if len(entries) > MOST_ENTRIES or len(rules) > MOST_ENTRIES:
            yield f"{section} has more than {MOST_ENTRIES} entries"
            return
        for entry in entries:
            yield from _faults(section, entry)
        for rule in rules:
            yield from _faults("PortForward", rule)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _rules_of(entry: object) -> list[object]:
    return _listed(entry.get("PortForward")) if isinstance(entry, dict) else []


def _faults(section: str, entry: object) -> Iterator[str]:
    where = section or "config.plist"
    if not isinstance(entry, Mapping):
        yield f"an entry of {where} is no set of keys"
        return
    for key in DEMANDED[section]:
        if key not in entry:
            yield f"{where} has no {key}"
    known = DEMANDED[section] | OPTIONAL.get(section, {})
    for key, value in entry.items():
        if key not in known:
            yield f"{where} has the key {key!r}, which an appliance has no use for"
        # To Python a truth value is a number, too; to UTM it is not.
        elif type(value) is not known[key]:
            yield f"{where}: {key} is {value!r}, not of the kind that UTM reads"
        elif (allowed := WORDS.get(section, {}).get(key)) and value not in allowed:
            yield f"{where}: {key} is {value!r}; UTM reads {' or '.join(allowed)}"


@STAGE.check("utm.version", "UTM reads files of this kind as version 4")
def _version(archive: Archive) -> Iterator[str]:
    said = archive.configuration["Backend"], archive.configuration["ConfigurationVersion"]
    if said != ("QEMU", 4):
        yield f"it is for {said[0]}, version {said[1]}; UTM's is QEMU, version 4"


@STAGE.check("utm.identifiers", "UTM knows machine, disk and card by them, and reads no others")
def _identifiers(archive: Archive) -> Iterator[str]:
    if not UUID.fullmatch(archive.configuration["Information"]["UUID"]):
        yield "the machine's UUID is none"
    for drive in archive.list("Drive"):
        if not re.fullmatch(r"[\w-]+", drive["Identifier"]):
            yield f"the disk's identifier is {drive['Identifier']!r}"
    for card in archive.list("Network"):
        if not MAC.fullmatch(card["MacAddress"]):
            yield f"the network card's address is {card['MacAddress']!r}"


@STAGE.check(
    "utm.system", "only the Mac's own processor runs at full speed; the kernel needs EFI on this machine"
)
def _system(archive: Archive) -> Iterator[str]:
    system, qemu = archive.configuration["System"], archive.configuration["QEMU"]
    if (system["Architecture"], system["Target"]) != (ARM64.machine, "virt"):
        yield f"it is a {system['Architecture']} machine ({system['Target']}), not {ARM64.machine} (virt)"
    if system["CPU"] != "default" or system["CPUFlagsAdd"] or system["CPUFlagsRemove"]:
        yield "the processor is not the Mac's own (CPU default, no flags)"
    if not qemu["Hypervisor"]:
        yield "Hypervisor is off: everything would take ten times as long"
    if not qemu["UEFIBoot"]:
        yield "UEFIBoot is off: nothing would start"


@STAGE.check("utm.size", "too little memory for the lessons, or more than a small Mac has")
def _size(archive: Archive) -> Iterator[str]:
    system = archive.configuration["System"]
    if not 1024 <= system["MemorySize"] <= 65536:
        yield f"MemorySize is {system['MemorySize']} MiB"
    if not 1 <= system["CPUCount"] <= 64:
        yield f"CPUCount is {system['CPUCount']}"


@STAGE.check("utm.arguments", "an argument of QEMU can open any file or port of the Mac")
def _arguments(archive: Archive) -> Iterator[str]:
    for argument in archive.configuration["QEMU"]["AdditionalArguments"]:
        yield f"QEMU gets the further argument {argument!r}"


@STAGE.check("utm.host", "the machine must not see the Mac's files or clipboard unasked")
def _host(archive: Archive) -> Iterator[str]:
    sharing = archive.configuration["Sharing"]
    if sharing["DirectoryShareMode"] != "None":
        yield f"a folder of the Mac is shared ({sharing['DirectoryShareMode']})"
    if sharing["ClipboardSharing"]:
        yield "the clipboard is shared"
    if archive.configuration["Input"]["UsbSharing"]:
        yield "the Mac's USB devices are shared"
    for name in ("Serial", "Sound"):
        if archive.configuration[name]:
            yield f"{name} has a device, which an appliance does not have"
    if archive.configuration["QEMU"]["DebugLog"]:
        yield "DebugLog is on: it fills the Mac's disk"


@STAGE.check("utm.drive", "the disk is in Data under this name, and the kernel finds it on this bus")
def _drive(archive: Archive) -> Iterator[str]:
    drives = archive.list("Drive")
    if len(drives) != 1:
        yield f"there are {len(drives)} drives, not one"
    names = {member.filename for member in archive.files}
    for drive in drives:
        if f"{archive.folder}/Data/{drive.get('ImageName')}" not in names:
            yield f"the drive's ImageName is {drive.get('ImageName')!r}, which is not in Data"
        if (drive["ImageType"], drive["Interface"]) != ("Disk", "VirtIO"):
            yield f"the drive is {drive['ImageType']} on {drive['Interface']}, not Disk on VirtIO"
        if drive.get("ReadOnly"):
            yield "the drive is read-only: the system could not start"


@STAGE.check("utm.display", "without a screen nobody sees the token")
def _display(archive: Archive) -> Iterator[str]:
    hardware = [display["Hardware"] for display in archive.list("Display")]
    if hardware not in (["virtio-ramfb"], ["virtio-ramfb-gl"], ["virtio-gpu-pci"]):
        yield f"the displays are {', '.join(hardware) or 'none'}, not one virtio-ramfb"


@STAGE.check("utm.network", "only the emulated network forwards ports, and is reachable from nowhere else")
def _network(archive: Archive) -> Iterator[str]:
    cards = archive.list("Network")
    if len(cards) != 1:
        yield f"there are {len(cards)} network cards, not one"
    for card in cards:
        if card["Mode"] != "Emulated":
            yield f"the network is {card['Mode']}: no port is forwarded in it, and others may come in"
        if card["Hardware"] != "virtio-net-pci":
            yield f"the network card is {card['Hardware']}, not virtio-net-pci"
        if card["IsolateFromHost"]:
            yield "the network is isolated from the Mac: no page opens"


@STAGE.check("utm.loopback", "without this address a port is open to the whole room")
def _loopback(archive: Archive) -> Iterator[str]:
    for rule in _rules(archive):
        if rule["HostAddress"] != LOOPBACK:
            where = rule["HostAddress"] or "every interface"
            yield f"the forwarded port {rule['HostPort']} listens on {where}, not on {LOOPBACK}"


@STAGE.check("utm.forwards", "a rule that cannot work: the page does not open")
def _forwards(archive: Archive) -> Iterator[str]:
    rules = _rules(archive)
    if not rules:
        yield "no port is forwarded"
    for rule in rules:
        if rule["Protocol"] != "TCP":
            yield f"the forwarded port {rule['HostPort']} is {rule['Protocol']}, not TCP"
        if not UNPRIVILEGED <= rule["HostPort"] <= HIGHEST:
            yield f"{rule['HostPort']} is no port of the Mac that a plain user may open"
        if not 1 <= rule["GuestPort"] <= HIGHEST:
            yield f"{rule['GuestPort']} is no port of the machine"
    ports = [rule["HostPort"] for rule in rules]
    for port in sorted({port for port in ports if ports.count(port) > 1}):
        yield f"two forwarded ports have the Mac's port {port}"


def _rules(archive: Archive) -> list[dict[str, Any]]:
    return [rule for card in archive.list("Network") for rule in card["PortForward"]]


@STAGE.check("qcow2.structure", "a disk that QEMU repairs or refuses")
def _structure(archive: Archive) -> Iterator[str]:
    try:
        yield from archive.disk().check()
    except ValueError as error:
        yield str(error)


THOROUGH: Stage[Archive] = Stage()


@THOROUGH.check("qcow2.inflates", "a piece of the disk that cannot be read ends a lesson")
def _inflates(archive: Archive) -> Iterator[str]:
    disk = archive.disk()
    try:
        for number in disk.used():
            disk.cluster(number)
    except ValueError as error:
        yield str(error)
