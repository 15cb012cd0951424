"""Images of one layer for containerd: the program that holds a pod's network, and the chart's default."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

KIND = "application/vnd.oci.image"


def pack(layer: Path, config: dict[str, Any], archive: Path) -> str:
    """Write an archive in OCI's layout; return the image's digest.

    layer: a tar file of all that the image has. config: how it is started.
    """
    with layer.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
    layers = [
        {"mediaType": f"{KIND}.layer.v1.tar", "digest": f"sha256:{digest}", "size": layer.stat().st_size}
    ]
    made: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}

    def described(said: dict[str, Any], kind: str) -> dict[str, Any]:
        data = json.dumps(said).encode()
        digest = hashlib.sha256(data).hexdigest()
        made[f"blobs/sha256/{digest}"] = data
        return {"mediaType": f"{KIND}.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

    rootfs = {"type": "layers", "diff_ids": [each["digest"] for each in layers]}
    told = {"architecture": "amd64", "os": "linux", "config": config, "rootfs": rootfs}
    manifest = {"schemaVersion": 2, "config": described(told, "config.v1+json"), "layers": layers}
    listed = described(manifest, "manifest.v1+json")
    made["index.json"] = json.dumps({"schemaVersion": 2, "manifests": [listed]}).encode()
    with tarfile.open(archive, "w") as tar:
        for name, data in made.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
        tar.add(layer, f"blobs/sha256/{digest}")
    return str(listed["digest"])


def pause(program: Path, work: Path) -> Path:
    """Write the image of the one program that holds a pod's network; return its archive."""
    layer, archive = work / "pause-layer.tar", work / "pause.tar"
    with tarfile.open(layer, "w") as tar:
        tar.add(program, "pause")
    pack(layer, {"Entrypoint": ["/pause"], "Env": ["PATH=/"]}, archive)
    return archive
