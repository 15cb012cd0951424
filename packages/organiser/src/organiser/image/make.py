"""From requests to archives: one for each processor and variant, and one with all processors of a variant."""

from __future__ import annotations

import json
import re
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from organiser.appliance.build import Request, build
from organiser.appliance.scratch import whole
from organiser.appliance.verify.whole import write_list
from organiser.image import layout, oci
from organiser.image.layers import uncompressed
from workshop.core.errors import WorkshopError
from workshop.core.files import hash_file

EVERY = "-multi"
"""In the name of an archive for several processors."""
BILL_SUFFIX = ".oci.sbom.cdx.json"
"""Another name than that of the appliance's, whose root has more in it: a kernel, a bootloader, Ansible."""


@dataclass(frozen=True)
class Image:
    """An archive that was made."""

    path: Path
    architectures: tuple[str, ...]
    bytes: int
    sha256: str
    """Of the file."""
    digest: str
    """Of its manifest or index: a registry that gets it as it is gives it out by this name."""
    layers: dict[str, int]
    """Bytes of each, by name; of one for several processors nothing."""
    bill: Path | None = None
    """Its bill of materials, beside it and inside; of one for several processors each has its own."""

    def as_document(self) -> dict[str, Any]:
        """Return what --json prints."""
        return {
            "path": str(self.path),
            "architectures": list(self.architectures),
            "bytes": self.bytes,
            "sha256": self.sha256,
            "digest": self.digest,
            "layers": self.layers,
            "sbom": str(self.bill) if self.bill else None,
        }


def make(requests: Sequence[Request], say: Callable[[str], None] = lambda _: None) -> list[Image]:
    """Build what is wished, one processor after the other, then what joins them.

    Raises WorkshopError as ``build`` does.
    """
    made: list[Image] = []
    for request in requests:
        built = build(request, say)
        made += [describe(each.path, each.sha256) for each in built.files]
    if len(requests) > 1:
        for form in requests[0].forms:
            small = form.endswith(layout.SMALL)
            say(f"one archive for {' and '.join(request.architecture.name for request in requests)}")
            made.append(join([each.path for each in made if each.bill and _is_small(each.path) == small]))
    return made


def _is_small(path: Path) -> bool:
    return path.name.endswith(f"-{layout.SMALL}{layout.SUFFIX}")


def join(archives: Sequence[Path]) -> Image:
    """Write one archive of several processors beside them."""
    small = f"-{layout.SMALL}" if _is_small(archives[0]) else ""
    stem = re.sub(rf"(-arm64)?{small}{re.escape(layout.SUFFIX)}$", "", archives[0].name)
    target = archives[0].with_name(f"{stem}{EVERY}{small}{layout.SUFFIX}")
    digest = oci.merge(archives, target)
    kinds = tuple(kind for path in archives for kind in describe(path).architectures)
    sha256 = hash_file(target)
    write_list(target, sha256)
    return Image(target, kinds, target.stat().st_size, sha256, digest, {})


def describe(archive: Path, sha256: str = "") -> Image:
    """Return what an archive for one processor is, and write its bill of materials beside it."""
    with tarfile.open(archive) as tar:
        entry = json.loads(oci.read(tar, "index.json"))["manifests"][0]
        manifest = json.loads(oci.read(tar, oci.blob(entry["digest"])))
        config = json.loads(oci.read(tar, oci.blob(manifest["config"]["digest"])))
        last = manifest["layers"][-1]
        with tempfile.TemporaryDirectory(prefix="workshop-image-") as scratch:
            own = Path(scratch) / "layer"
            own.write_bytes(oci.read(tar, oci.blob(last["digest"])))
            with uncompressed(own) as plain:
                bill = _bill_in(plain)
    beside = archive.with_name(archive.name.removesuffix(layout.SUFFIX) + BILL_SUFFIX)
    with whole(beside) as partial:
        partial.write_bytes(bill)
    names = [step["created_by"].rpartition(": ")[2] for step in config["history"]]
    sizes = {name: layer["size"] for name, layer in zip(names, manifest["layers"], strict=True)}
    kinds = (entry["platform"]["architecture"],)
    size, sha256 = archive.stat().st_size, sha256 or hash_file(archive)
    return Image(archive, kinds, size, sha256, entry["digest"], sizes, beside)


def _bill_in(layer: BinaryIO) -> bytes:
    """Return the bill of materials in a layer."""
    bill = b""
    with tarfile.open(fileobj=layer, mode="r|") as tar:
        for member in tar:
            file = tar.extractfile(member) if member.name == layout.BILL else None
            bill = file.read() if file else bill
    if not bill:
        raise WorkshopError(f"no {layout.BILL} in the image; build it again")
    return bill
