"""Courses and wheels that tests make by hand, so that uv installs them without an index."""

import base64
import hashlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any

from workshop.core.settings import Settings

LOOSE = "py3-none-any"


def wheel(folder: Path, name: str, tag: str = LOOSE, version: str = "1.0") -> str:
    """Write a wheel with one module into a folder of wheels; return the line of a lock that names it."""
    files = {f"{name}.py": f"NAME = {name!r}\n"}
    info = f"{name}-{version}.dist-info"
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: {tag}\n"
    rows = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(text)}")
    files[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,"]) + "\n"
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"


def notebook(*sources: str, kernel: str = "knots") -> bytes:
    """Return a notebook that names a kernel."""
    cells = [
        {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "source": text,
         "execution_count": None, "outputs": []}
        for number, text in enumerate(sources)
    ]  # fmt: skip
    metadata = {"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


COURSE = """\
name = "knots"
title = "Knots"
licence = "MIT"
notebooks = "lessons"

[kernel.knots]
display = "Knots"
lock = "knots.txt"
"""


def course(folder: Path, lock: str, text: str = COURSE, **notebooks: bytes) -> Path:
    """Write a course of two lessons, or of the notebooks that are given."""
    lessons = folder / "lessons"
    lessons.mkdir(parents=True, exist_ok=True)
    (folder / "course.toml").write_text(text, encoding="utf-8")
    (folder / "knots.txt").write_text(lock, encoding="utf-8")
    for name, data in (notebooks or {"a": notebook("1"), "b": notebook("2")}).items():
        (lessons / f"{name}.ipynb").write_bytes(data)
    return folder


def machine(folder: Path) -> Settings:
    """Return the settings of a machine that was set up, with nothing on it."""
    for name in ("prefix/state", "mine"):
        (folder / name).mkdir(parents=True)
    return Settings(
        prefix=folder / "prefix", notebooks=folder / "mine", cache=folder / "cache", data=folder / "data",
        offline=True,
    )  # fmt: skip


def tree(folder: Path) -> dict[str, Any]:
    """Return the files below a folder."""
    return {
        os.fspath(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
