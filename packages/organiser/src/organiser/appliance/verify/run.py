"""Verify a file that is handed out: an OVA, a zip file for UTM, a .wsl, or an image."""

from __future__ import annotations

import gzip
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from organiser.appliance import envelope, hardware, ova, ovf, updating, utm
from organiser.appliance.disk import root_offset
from organiser.appliance.ext4 import Ext4
from organiser.appliance.files import Files, TarFiles
from organiser.appliance.verify import disk, image, inside, naming, whole, wsl
from organiser.appliance.verify.report import Report
from workshop.core import programs

DISK_TOOLS = ("qemu-img", "sfdisk", "e2fsck", "debugfs", "mcopy")
TOOLS = {"ova": DISK_TOOLS, "utm": DISK_TOOLS, "wsl": (), "oci": ("zstd",)}
NO_LIST = "no list of sums lies next to it; only those inside were compared (see sha256sum)"
SCRATCH = "/var/tmp"
"""Where a disk of several gigabytes is written out, unless TMPDIR says otherwise: /tmp is often in memory."""


def verify(path: Path, *, sums: bool = False) -> Report:
    """Verify a file; OSError when it cannot be read.

    sums: a list of sums next to it is enough; what is inside was verified when it was built.

    A disk, or an image, is written out into a scratch folder below TMPDIR, by default /var/tmp.

    Raises WorkshopError when a tool is missing.
    """
    report = Report(path, naming.form_of(path))
    if not report.check("name.form", naming.form(path)) or report.form is None:
        return report
    if listed := whole.list_of(path):
        report.check("file.checksum", whole.checksum(path, listed))
        signature = listed.with_name(listed.name + whole.SIGNATURE_SUFFIX)
        if signature.is_file():
            report.check("file.signature", whole.signature(listed, signature))
        if sums or not report.ok:
            report.architecture = naming.claimed(path)[0]
            return report
    else:
        report.told.append(f"Checksum: {NO_LIST}")
    programs.require(*TOOLS[report.form])
    with tempfile.TemporaryDirectory(
        prefix="workshop-verify-", dir=os.environ.get("TMPDIR", SCRATCH)
    ) as name:
        JUDGES[report.form](report, Path(name))
    return report


def _machine(report: Report, scratch: Path) -> None:
    """Verify an OVA or a .utm.zip: the archive, what it tells of its machine, the disk, the system on it."""
    of_ova = report.form == "ova"
    if not report.check("file.contents", (whole.ova if of_ova else whole.utm)(report.path)):
        return
    raw = scratch / "disk.raw"
    if not report.check("machine.settings", _settings(report.path, of_ova)):
        return
    machine = hardware.read(report.path)
    report.architecture = machine.architecture
    if not report.check("disk.format", _written(machine, raw)):
        return
    report.check("disk.partitions", disk.partitions(raw, machine.architecture))
    report.check("disk.loader", disk.loader(raw, machine.architecture, scratch))
    system = Ext4(raw, root_offset(machine.architecture), epoch=0)
    if report.check("disk.file-system", disk.file_system(system)):
        report.check("disk.space", disk.space(system))
        _inside(report, system)


def _settings(path: Path, of_ova: bool) -> Iterator[str]:
    """Yield what is wrong with a machine's settings; the ports are what counts: open to the room, or not."""
    if of_ova:
        rules = [(rule.host_ip, rule.name) for rule in envelope.rules(ova.read_contents(path).envelope)]
    else:
        cards = utm.read(path)[0]["Network"]
        rules = [
            (rule["HostAddress"], str(rule["HostPort"])) for card in cards for rule in card["PortForward"]
        ]
    if not rules:
        yield "no port is forwarded, so nothing of it can be reached"
    for address, name in rules:
        if address != ovf.LOOPBACK:
            yield f"the forwarded port {name} listens on {address or 'every interface'}, not {ovf.LOOPBACK}"
    hardware.read(path)


def _written(machine: hardware.Startable, raw: Path) -> Iterator[str]:
    hardware.write_raw(machine, raw)
    yield from ()


def _wsl(report: Report, scratch: Path) -> None:
    """Verify a distribution for WSL."""
    del scratch
    files = TarFiles()
    if report.check("file.contents", _unpacked(report.path, files)):
        report.architecture = inside.architecture_of(files)
        report.check("wsl.settings", wsl.settings(files))
        report.check("wsl.loopback", wsl.loopback(files))
        _inside(report, files)


def _unpacked(path: Path, files: TarFiles) -> Iterator[str]:
    """Read a .wsl to its end, where gzip has its sum."""
    with gzip.open(path) as stream:
        files.add(stream)  # type: ignore[arg-type]
        while stream.read(1 << 20):
            pass
    if not files.find("usr"):
        yield "there is no system in it"


def _image(report: Report, scratch: Path) -> None:
    """Verify a container image, for one processor or several."""

    def unpacked() -> Iterator[str]:
        with tarfile.open(report.path) as tar:
            tar.extractall(scratch, filter="data")
        yield from whole.blobs(scratch)

    images: list[image.Image] = []

    def documents() -> Iterator[str]:
        images.extend(image.read(scratch))
        yield from () if images else ("there is no image in it",)

    if not report.check("file.contents", unpacked()) or not report.check("image.documents", documents()):
        return
    kinds = tuple(inside.architecture_of(each.files) for each in images)
    report.architecture = kinds[0] if len(kinds) == 1 else None
    report.check("name.processor", naming.processor(report.path, kinds))
    for each, kind in zip(images, kinds, strict=True):
        report.check("image.settings", image.settings(each))
        if kind is None or kind.name != each.platform:
            report.check("image.processor", [f"the index calls it {each.platform}"])
        _system(report, each.files, "oci")


def _inside(report: Report, files: Files) -> None:
    """Verify the system of an appliance."""
    form = report.form or ""
    real = inside.architecture_of(files)
    report.check("name.processor", naming.processor(report.path, [real]))
    if form in inside.MACHINES and real is not report.architecture:
        report.check("inside.processor", ["its programs are for another processor than the machine's"])
    _system(report, files, form)
    signers = files.read(f"{updating.ETC}/allowed-signers")
    report.updates = updating.sentence(files.read(f"{updating.ETC}/updates.toml"), signers)


def _system(report: Report, files: Files, form: str) -> None:
    """Verify what is the same in every form."""
    report.check("inside.version", inside.version(files))
    report.check("inside.services", inside.services(files, form))
    report.check("inside.first-start", inside.first_start(files, form))
    report.check("inside.kernel", inside.starting(files, form))
    report.check("inside.passwords", inside.passwords(files))
    report.check("inside.identity", inside.identity(files))
    report.check("inside.secrets", inside.secrets(files, form))
    report.check("inside.left", inside.left(files, form))
    report.told += [line for line in inside.shared(files) if line not in report.told]


JUDGES: dict[str, Callable[[Report, Path], None]] = {
    "ova": _machine,
    "utm": _machine,
    "wsl": _wsl,
    "oci": _image,
}
