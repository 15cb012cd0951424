"""From a root directory to an OVA: bootloader, disk, VMDK, OVF, manifest, tar.

The same root, version and epoch give the same bytes. Nothing but the OVA stays behind.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from organiser.appliance import bootloader, disk, ova, ovf
from organiser.appliance.machine import Machine, load_machine
from organiser.appliance.scratch import folder_beside
from organiser.appliance.vmdk.write import write_vmdk

GIB = 1 << 30
LABEL = "workshop"
"""Of the file system; the root's fstab may name it."""
NAMESPACE = uuid.UUID("5f0f5d33-5b5c-5a8f-9a0e-7c1d0a7b2f66")
"""Of the identifiers that are derived from a name; made once for this project."""


@dataclass
class PackResult:
    """What was packed."""

    ova: Path
    bytes: int
    sha256: str
    """Of the whole OVA."""
    members: dict[str, str]
    """SHA-256 of each member but the manifest."""
    disk_uuid: str
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each step took."""


def pack(
    root: Path,
    ova_file: Path,
    *,
    version: str,
    epoch: int,
    changes: Path | None = None,
    machine: Machine | None = None,
    size_bytes: int = 16 * GIB,
    kernel_options: str = bootloader.OPTIONS,
    say: Callable[[str], None] = lambda _: None,
) -> PackResult:
    """Make an OVA of a root directory.

    root: what the disk will hold, owned as the guest will see it (run as root, or in a user
        namespace). It needs a kernel and an initial RAM disk, and an fstab that mounts
        ``LABEL=workshop`` on ``/``. ``/boot/grub/grub.cfg`` is written into it.
    ova_file: appears only when it is whole; a scratch folder lies beside it meanwhile (room for
        the disk's contents and the OVA itself).
    version: goes into the OVF's product section, and into the file system's identifier.
    epoch: seconds since 1970 for every date; not later than the last change of the root.
    changes: a text that VirtualBox shows as the machine's description.
    machine: size and ports; by default those of ``machine.yml``.
    size_bytes: of the disk as the guest sees it; what is not used takes no room.
    kernel_options: all of the kernel's command line but the root.
    say: is told each step.

    Raises WorkshopError when a tool is missing or fails, or the root cannot boot.
    """
    description = ovf.Description(
        machine=machine or load_machine(),
        version=version,
        system=ovf.system_of(root),
        changes=changes.read_text(encoding="utf-8") if changes else "",
    )
    clock = Clock(say)
    volume = str(uuid.uuid5(NAMESPACE, f"{description.machine.name} {version} {epoch}"))
    with folder_beside(ova_file) as scratch:
        raw = scratch / "disk.raw"
        with clock("disk"):
            bootloader.configure(root, label=LABEL, options=kernel_options, epoch=epoch)
            disk.make_disk(root, raw, size_bytes=size_bytes, label=LABEL, uuid=volume, epoch=epoch)
        return wrap(raw, ova_file, description, epoch=epoch, clock=clock)


def wrap(raw: Path, ova_file: Path, description: ovf.Description, *, epoch: int, clock: Clock) -> PackResult:
    """Make an OVA of a raw disk, which is used up; whatever else is written lies beside it."""
    name = description.machine.name
    vmdk = raw.with_name(f"{name}.vmdk")
    with clock("vmdk"):
        image = write_vmdk(raw, vmdk)
        raw.unlink()
    with clock("ova"):
        entry = ovf.Disk(vmdk.name, vmdk.stat().st_size, image.capacity, image.uuid)
        text = ovf.render(description, entry)
        written = ova.write_ova(ova_file, f"{name}.ovf", text, vmdk, epoch=epoch)
        vmdk.unlink()
    return PackResult(
        ova_file, written.bytes, written.sha256, written.members, str(image.uuid), clock.seconds
    )


class Clock:
    """Announces steps and remembers how long they took."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """Announce through ``say``."""
        self._say = say
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        """Time what is done inside."""
        self._say(f"making the {step}")
        started = time.perf_counter()
        yield
        self.seconds[step] = round(time.perf_counter() - started, 2)
