"""The documents of an image, and the archive that docker and podman load: an image layout as one tar.

Image-spec 1.1 ("Image Layout", "Image Index", "Image Manifest", "Image Configuration"). An archive of one
processor has Docker's own ``manifest.json`` as well, for a Docker that does not read image layouts. Small
members come first, so that a reader knows what to expect of the large ones.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from organiser.appliance.architecture import Architecture
from organiser.appliance.scratch import folder_beside, whole
from organiser.image import layers, layout
from organiser.image.layers import MEDIA_TYPE, Layer
from organiser.image.view import view
from workshop.core.errors import WorkshopError

STORE = "layers"
"""Below the folder of forms: what images of one root share."""


@dataclass(frozen=True)
class About:
    """What an image says of itself."""

    version: str
    revision: str
    """The commit that it was made from."""
    epoch: int
    """Seconds since 1970, when the root was finished."""
    architecture: Architecture
    small: bool = False

    @property
    def reference(self) -> str:
        """The name by which it is started."""
        return f"{layout.NAME}:{layout.SMALL if self.small else layout.LATEST}"

    @property
    def created(self) -> str:
        """The date as in RFC 3339."""
        return datetime.fromtimestamp(self.epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def labels(self) -> dict[str, str]:
        """Return the labels (image-spec, "Pre-Defined Annotation Keys"), and ours."""
        without = ", without TensorFlow and PyTorch" if self.small else ""
        said = {
            "title": "Deep Learning Workshop",
            "description": f"JupyterLab, lessons, TensorBoard and start page{without}, on ports 8080 to 8082",
            "version": self.version,
            "revision": self.revision,
            "created": self.created,
            "licenses": "MIT",
        }
        return {f"{layout.LABEL}{name}": value for name, value in said.items() if value} | {
            layout.VARIANT: layout.SMALL if self.small else "full"
        }


def write_image(
    root: Path,
    target: Path,
    *,
    name: str,
    version: str,
    revision: str,
    epoch: int,
    architecture: Architecture,
    key: str,
    small: bool = False,
    hub_packages: Path | None = None,
) -> None:
    """Write a root as an image for one processor; its layers stay beside it until all forms are written.

    key: of everything in the root. epoch: seconds since 1970; no date in it is later.
    hub_packages: what a hub's seat needs besides; None: nothing.

    Raises WorkshopError when the root has no account or service of the workshop's.
    """
    seen = view(root, name, version, small=small, hub_packages=hub_packages)
    store = target.parent / STORE
    made = [layers.ensure(store, each, key, layers.of_root(root, each, epoch)) for each in seen.layers]
    if hub_packages is not None:
        made.append(layers.ensure(store, "hub", key, layers.of_packages(hub_packages, epoch)))
    own = layers.of_own(root, seen, epoch)
    made.append(layers.ensure(store, "image", f"{key} {small}", own))
    write(About(version, revision, epoch, architecture, small), made, target)


def configuration(about: About, layers: Sequence[Layer]) -> dict[str, Any]:
    """Return an image's configuration; ``Healthcheck`` is Docker's, which the format lets be there."""
    return {
        "created": about.created,
        "architecture": about.architecture.name,
        "os": "linux",
        "config": {
            "User": layout.USER,
            "ExposedPorts": {f"{port}/tcp": {} for port in layout.PORTS},
            "Env": list(layout.VARIABLES),
            "Entrypoint": [f"/{layout.START}"],
            "WorkingDir": f"/{layout.HOME}",
            "Labels": about.labels(),
            "StopSignal": "SIGTERM",
            "Healthcheck": layout.HEALTHCHECK,
        },
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
        "history": [
            {"created": about.created, "created_by": f"workshop image build: {layer.name}"}
            for layer in layers
        ],
    }


def document(content: Mapping[str, Any]) -> bytes:
    """Return a document as bytes, the same for the same content."""
    return json.dumps(content, separators=(",", ":"), sort_keys=True).encode()


def described(kind: str, data: bytes) -> dict[str, Any]:
    """Return the descriptor of a document (image-spec, "Content Descriptors")."""
    return {"mediaType": kind, "digest": f"sha256:{hashlib.sha256(data).hexdigest()}", "size": len(data)}


def blob(digest: str) -> str:
    """Return where content lies in a layout."""
    return f"blobs/{digest.replace(':', '/')}"


def write(about: About, layers: Sequence[Layer], target: Path) -> None:
    """Write the archive of an image for one processor; it appears when it is whole."""
    config = document(configuration(about, layers))
    manifest = document(
        {
            "schemaVersion": 2,
            "mediaType": layout.MANIFEST,
            "config": described(layout.CONFIG, config),
            "layers": [
                {"mediaType": MEDIA_TYPE, "digest": each.digest, "size": each.bytes} for each in layers
            ],
            "annotations": about.labels(),
        }
    )
    entry = described(layout.MANIFEST, manifest) | {
        "platform": {"architecture": about.architecture.name, "os": "linux"},
        "annotations": {layout.REFERENCE: about.reference},
    }
    dockers = [
        {
            "Config": blob(described(layout.CONFIG, config)["digest"]),
            "RepoTags": [about.reference],
            "Layers": [blob(each.digest) for each in layers],
        }
    ]
    documents = _head([entry]) | {"manifest.json": json.dumps(dockers).encode()}
    documents |= {blob(described("", data)["digest"]): data for data in (manifest, config)}
    _write(target, documents, {blob(each.digest): each.path for each in layers}, about.epoch)


def _head(entries: list[dict[str, Any]]) -> dict[str, bytes]:
    index = {"schemaVersion": 2, "mediaType": layout.INDEX, "manifests": entries}
    return {"oci-layout": document(layout.OCI_LAYOUT), "index.json": document(index)}


def _write(target: Path, documents: Mapping[str, bytes], files: Mapping[str, Path], epoch: int) -> None:
    with whole(target) as partial, tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as tar:
        for folder in ("blobs", "blobs/sha256"):
            info = tarfile.TarInfo(folder)
            info.type, info.mode, info.mtime = tarfile.DIRTYPE, 0o755, epoch
            tar.addfile(info)
        for name, data in documents.items():
            tar.addfile(_member(name, len(data), epoch), io.BytesIO(data))
        # Two layers may be the same bytes, as empty ones are.
        for name, path in files.items():
            with path.open("rb") as file:
                tar.addfile(_member(name, path.stat().st_size, epoch), file)


def _member(name: str, size: int, epoch: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o644, epoch
    return info


def merge(archives: Sequence[Path], target: Path) -> str:
    """Write one archive of the images of several processors, under one name; return its index's digest.

    Raises WorkshopError when two are for the same processor, or they have different names.
    """
    entries, references, epoch = [], set(), 0
    for path in archives:
        with tarfile.open(path) as tar:
            said = json.loads(read(tar, "index.json"))["manifests"][0]
            epoch = max(epoch, int(tar.getmember("index.json").mtime))
        references.add(said.pop("annotations")[layout.REFERENCE])
        entries.append(said)
    kinds = [each["platform"]["architecture"] for each in entries]
    if len(set(kinds)) != len(kinds) or len(references) != 1:
        raise WorkshopError(
            f"{' and '.join(path.name for path in archives)} are not one image for two processors"
        )
    index = document({"schemaVersion": 2, "mediaType": layout.INDEX, "manifests": entries})
    entry = described(layout.INDEX, index) | {"annotations": {layout.REFERENCE: references.pop()}}
    documents = _head([entry]) | {blob(entry["digest"]): index}
    with folder_beside(target) as scratch:
        for path in archives:
            with tarfile.open(path) as tar:
                tar.extractall(
                    scratch, [each for each in tar if each.name.startswith("blobs/")], filter="data"
                )
        files = {f"blobs/sha256/{path.name}": path for path in sorted((scratch / "blobs/sha256").iterdir())}
        _write(target, documents, files, epoch)
    return str(entry["digest"])


def read(tar: tarfile.TarFile, name: str) -> bytes:
    """Return a member of an archive; WorkshopError when it is not there."""
    try:
        file = tar.extractfile(name)
    except KeyError:
        file = None
    if file is None:
        raise WorkshopError(f"no {name} in the image; build it again")
    return file.read()
