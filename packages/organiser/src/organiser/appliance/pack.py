"""From a raw disk to an OVA: VMDK, OVF, manifest, tar. The same disk and epoch give the same bytes."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from organiser.appliance import ova, ovf
from organiser.appliance.vmdk import write_vmdk

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
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each step took."""


def wrap(
    raw: Path,
    ova_file: Path,
    description: ovf.Description,
    *,
    epoch: int,
    clock: Clock,
    scratch: Path | None = None,
) -> PackResult:
    """Make an OVA of a raw disk; whatever else is written lies beside it, or in ``scratch``."""
    name = description.machine.name
    vmdk = (scratch or raw.parent) / f"{name}.vmdk"
    with clock("vmdk"):
        image = write_vmdk(raw, vmdk)
    with clock("ova"):
        entry = ovf.Disk(vmdk.name, vmdk.stat().st_size, image.capacity, image.uuid)
        text = ovf.render(description, entry)
        written = ova.write_ova(ova_file, f"{name}.ovf", text, vmdk, epoch=epoch)
        vmdk.unlink()
    return PackResult(ova_file, written.bytes, written.sha256, clock.seconds)


class Clock:
    """Announces steps and remembers how long they took."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """Announce through ``say``."""
        self._say = say
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        """Time what is done inside."""
        self._say(step)
        started = time.perf_counter()
        yield
        self.seconds[step] = round(time.perf_counter() - started, 2)
