"""The forms in which one root is handed out: what each is for, and how it is written.

What forms share is made once and kept until all are written: the disk is named by what is in it, so a build
that was killed goes on with it, and one of another root never takes it for its own.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from organiser.appliance import bootloader, disk, ovf, utm
from organiser.appliance.architecture import AMD64, ARCHITECTURES, ARM64, Architecture
from organiser.appliance.pack import GIB, LABEL, NAMESPACE, Clock, wrap
from organiser.appliance.scratch import folder_beside
from organiser.appliance.wsl.layout import SUFFIX as WSL_SUFFIX
from organiser.appliance.wsl.write import write_wsl
from organiser.image import hub
from organiser.image.layout import SUFFIX as OCI_SUFFIX
from organiser.image.oci import write_image
from workshop.core.errors import WorkshopError
from workshop.core.files import hash_file

MAKERS_VERSION = 1
"""Part of a disk's name: raised when the same root is to give another disk."""


@dataclass(frozen=True)
class Form:
    """One form."""

    name: str
    suffix: str
    architectures: tuple[Architecture, ...]
    disk: bool
    """Whether it is made from the disk; else from the root itself."""
    reader: str
    """Who takes it."""


OVA = Form("ova", ".ova", (AMD64, ARM64), True, "VirtualBox")
UTM = Form("utm", utm.SUFFIX, (ARM64,), True, "UTM, on a Mac with Apple Silicon")
WSL = Form("wsl", WSL_SUFFIX, (AMD64, ARM64), False, "WSL, on Windows")
FORMS = {form.name: form for form in (OVA, UTM, WSL)}
"""Of the appliance."""
OCI = Form("oci", OCI_SUFFIX, (AMD64, ARM64), False, "docker and podman")
OCI_SMALL = Form("oci-small", f"-small{OCI_SUFFIX}", (AMD64, ARM64), False, "docker and podman")
IMAGES = {form.name: form for form in (OCI, OCI_SMALL)}
"""Of the same root, as 'workshop image build' makes them."""
ALL = FORMS | IMAGES


@dataclass(frozen=True)
class Made:
    """A file that was written."""

    form: str
    path: Path
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Source:
    """A root that is finished, and what is said about it."""

    root: Path
    description: ovf.Description
    epoch: int
    """Seconds since 1970; no date in any form is later."""
    kernel_options: str = bootloader.OPTIONS
    size_bytes: int = 16 * GIB
    grub: Path | None = None
    """See ``bootloader.efi_program``."""
    checkout: Path | None = None
    """Where the lock of a hub's seat lies; None: an image without what a hub needs."""
    revision: str = ""
    """The commit of that checkout."""
    cache: Path | None = None
    """Downloads of earlier builds."""

    @property
    def architecture(self) -> Architecture:
        """The processor that it is for."""
        return self.description.system.architecture

    @property
    def stem(self) -> str:
        """The name of its files, without their ends."""
        return f"{self.description.machine.name}-{self.description.version}{self.architecture.suffix}"


def parse(words: Sequence[str], known: dict[str, Form] | dict[str, Architecture], what: str) -> list[str]:
    """Return names given one by one or with commas, each once; WorkshopError names one that is unknown."""
    names = list(dict.fromkeys(name.strip() for word in words for name in word.split(",") if name.strip()))
    if unknown := [name for name in names if name not in known]:
        raise WorkshopError(f"there is no {what} {unknown[0]!r}; choose from {', '.join(known)}")
    return names


def choose(architecture: Architecture, wanted: Sequence[str]) -> list[Form]:
    """Return the forms of a processor, of those that are wanted; WorkshopError when none is left."""
    found = [ALL[name] for name in wanted if architecture in ALL[name].architectures]
    if not found:
        fitting = [form.name for form in FORMS.values() if architecture in form.architectures]
        raise WorkshopError(
            f"{' and '.join(wanted)} cannot be made for {architecture.name}; choose {' or '.join(fitting)}"
        )
    return found


def require_possible(architectures: Sequence[str], wanted: Sequence[str]) -> None:
    """Raise WorkshopError, before anything is built, for a form or a processor that nothing is made of."""
    kinds = [ARCHITECTURES[name] for name in architectures]
    for kind in kinds:
        choose(kind, wanted)
    for name in wanted:
        if not set(kinds) & set(ALL[name].architectures):
            fitting = " or ".join(kind.name for kind in ALL[name].architectures)
            raise WorkshopError(f"the form {name} is for {ALL[name].reader}; add --arch {fitting}")


def write(source: Source, wanted: Sequence[Form], folder: Path, clock: Clock) -> list[Made]:
    """Write forms into a folder; what a killed run finished there is taken, if it is of the same root.

    Raises WorkshopError when a tool is missing or fails, or the root is not fit for a form.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(form.disk for form in wanted):
        bootloader.configure(
            source.root,
            label=LABEL,
            options=source.kernel_options,
            epoch=source.epoch,
            architecture=source.architecture,
        )
    key = name_of(source)
    shared = Shared(source, folder, key, clock)
    done = []
    for form in wanted:
        target = folder / f"{source.stem}{form.suffix}"
        mark = folder / f".{target.name}.of"
        if not (target.is_file() and mark.is_file() and mark.read_text() == key):
            mark.unlink(missing_ok=True)
            with folder_beside(target) as scratch:
                WRITERS[form.name](source, target, scratch, shared)
            mark.write_text(key)
        done.append(Made(form.name, target, target.stat().st_size, hash_file(target)))
    return done


def name_of(source: Source) -> str:
    """Return the SHA-256 of what the forms depend on.

    A root counts by its epoch, when it was cleaned: each time that the roles have run gives another.
    """
    about = (
        MAKERS_VERSION,
        source.epoch,
        source.size_bytes,
        source.architecture.name,
        repr(source.description),
    )
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()


@dataclass(frozen=True)
class Shared:
    """What the forms of one root share."""

    source: Source
    folder: Path
    key: str
    clock: Clock

    def disk(self) -> Path:
        """Return the raw disk, made unless it is there; disks of other roots go."""
        source, raw = self.source, self.folder / f"disk-{self.key[:16]}.raw"
        for other in self.folder.glob("disk-*.raw"):
            if other != raw:
                other.unlink()
        if not raw.is_file():
            about = f"{source.description.machine.name} {source.description.version} {source.epoch}"
            with self.clock("disk"):
                disk.make_disk(
                    source.root,
                    raw,
                    size_bytes=source.size_bytes,
                    label=LABEL,
                    uuid=str(uuid.uuid5(NAMESPACE, f"{about}{source.architecture.suffix}")),
                    epoch=source.epoch,
                    architecture=source.architecture,
                    grub=source.grub,
                )
        return raw

    def hub_packages(self) -> Path | None:
        """Return what a hub's seat needs, fetched once; None where no checkout says what."""
        source = self.source
        if source.checkout is None:
            return None
        place = self.folder / f"hub-{self.key[:16]}"
        if not place.is_dir():
            with self.clock("packages of a hub's seat"), folder_beside(place) as scratch:
                cache = source.cache or scratch
                made = hub.install(source.root, source.checkout, source.architecture, scratch, cache)
                made.rename(place)
        return place


Writer = Callable[[Source, Path, Path, Shared], None]


def _write_ova(source: Source, target: Path, scratch: Path, shared: Shared) -> None:
    disk_file, clock = shared.disk(), shared.clock
    wrap(disk_file, target, source.description, epoch=source.epoch, clock=clock, scratch=scratch)


def _write_utm(source: Source, target: Path, scratch: Path, shared: Shared) -> None:
    image = shared.disk()
    with shared.clock("utm"):
        utm.write_utm(image, target, source.description, epoch=source.epoch, scratch=scratch)


def _write_wsl(source: Source, target: Path, scratch: Path, shared: Shared) -> None:
    with shared.clock("wsl"):
        write_wsl(source.root, target, epoch=source.epoch)


def _write_oci(source: Source, target: Path, shared: Shared, *, small: bool) -> None:
    hub_packages = shared.hub_packages()
    with shared.clock("small image" if small else "image"):
        write_image(
            source.root,
            target,
            name=source.description.machine.name,
            version=source.description.version,
            revision=source.revision,
            epoch=source.epoch,
            architecture=source.architecture,
            key=shared.key,
            small=small,
            hub_packages=hub_packages,
        )


WRITERS: dict[str, Writer] = {
    "ova": _write_ova,
    "utm": _write_utm,
    "wsl": _write_wsl,
    "oci": lambda source, target, _, shared: _write_oci(source, target, shared, small=False),
    "oci-small": lambda source, target, _, shared: _write_oci(source, target, shared, small=True),
}
