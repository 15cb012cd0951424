"""Small images for the tests: made in a moment of a small root, and taken apart."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from organiser.appliance import forms
from organiser.appliance.architecture import AMD64, Architecture

from ..building import ARM_DESCRIPTION, DESCRIPTION, EPOCH, make_appliance_root, quiet

STATUS = """\
Package: g++
Status: install ok installed
Architecture: amd64
Version: 4:14.2.0-1

Package: linux-image-6.12
Status: install ok installed
Architecture: amd64
Version: 6.12.1-1
"""


def make_image_root(folder: Path, architecture: Architecture = AMD64) -> Path:
    """Make a root as a build leaves it, with what an image looks at besides."""
    make_appliance_root(folder, architecture)
    for name, text in {
        "var/lib/dpkg/status": STATUS,
        "opt/workshop/etc/workshop.toml": (
            'bind_address = "0.0.0.0"\nleft_out = ""\nservice_manager = "systemd"\n'
        ),
        "opt/workshop/theano/compiled/key": "made by the build",
        "opt/workshop/tensorboard/sample/events": "a sample",
        "opt/workshop/state/manifest.json": "{}",
        "opt/workshop/run/socket": "of the build",
        "opt/workshop/log/jupyter.log": "of the build",
        "opt/workshop/venvs/tensorflow/lib/python3.13/site-packages/tf-2.0.dist-info/METADATA": (
            "Metadata-Version: 2.4\nName: tensorflow-cpu\nVersion: 2.0\n"
        ),
        "opt/workshop/venvs/jupyter/lib/python3.13/site-packages/t-6.dist-info/METADATA": (
            "Metadata-Version: 2.4\nName: tornado\nVersion: 6.5\n"
        ),
        "opt/workshop/venvs/jupyter/share/jupyter/kernels/tensorflow/kernel.json": "{}",
        "opt/workshop/etc/keras/keras.json": "{}",
        "opt/workshop/venvs/pytorch/lib/python3.13/site-packages/torch-2.0.dist-info/METADATA": (
            "Metadata-Version: 2.4\nName: torch\nVersion: 2.0\n"
        ),
        "opt/workshop/venvs/jupyter/share/jupyter/kernels/pytorch/kernel.json": "{}",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    # As the roles leave them.
    for private in ("opt/workshop/theano", "home/workshop/notebooks"):
        (folder / private).chmod(0o700)
    for name in ("run", "log"):
        # Cleaning has emptied them.
        for path in (folder / "opt/workshop" / name).iterdir():
            path.unlink()
    (folder / "etc/systemd/system/workshop-web.service").write_text(
        '[Service]\nWorkingDirectory=/opt/workshop\nEnvironment="A=50%% of it"\n'
        'ExecStart="/usr/bin/web" "--address" "0.0.0.0" "$$1"\n'
    )
    return folder


def source(root: Path, architecture: Architecture = AMD64) -> forms.Source:
    description = DESCRIPTION if architecture is AMD64 else ARM_DESCRIPTION
    return forms.Source(root, description, EPOCH, revision="0123abcd")


def make_images(
    folder: Path, architecture: Architecture = AMD64, wanted: tuple[str, ...] = ("oci", "oci-small")
) -> list[Path]:
    root = make_image_root(folder / f"root{architecture.suffix}", architecture)
    kinds = [forms.IMAGES[name] for name in wanted]
    return [each.path for each in forms.write(source(root, architecture), kinds, folder / "out", quiet())]


@dataclass
class Taken:
    """An archive taken apart."""

    manifest: dict[str, Any]
    config: dict[str, Any]
    entry: dict[str, Any]
    layers: list[bytes]
    """Their tars, uncompressed."""

    @classmethod
    def of(cls, path: Path) -> Taken:
        with tarfile.open(path) as tar:
            members = {each.name: tar.extractfile(each).read() for each in tar if each.isreg()}  # type: ignore[union-attr]
        entry = json.loads(members["index.json"])["manifests"][0]
        manifest = json.loads(members[blob(entry["digest"])])
        config = json.loads(members[blob(manifest["config"]["digest"])])
        layers = [unpacked(members[blob(each["digest"])]) for each in manifest["layers"]]
        return cls(manifest, config, entry, layers)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def unpacked(layer: bytes) -> bytes:
    """Return the tar of a layer."""
    return subprocess.run(["zstd", "-dcq"], input=layer, capture_output=True, check=True).stdout


def blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def unpack(path: Path) -> dict[str, tuple[tarfile.TarInfo, bytes]]:
    """Return what a container sees: the layers one over the other."""
    seen: dict[str, tuple[tarfile.TarInfo, bytes]] = {}
    for layer in Taken.of(path).layers:
        with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isreg() else None
                seen[member.name] = (member, file.read() if file else b"")
    return seen
