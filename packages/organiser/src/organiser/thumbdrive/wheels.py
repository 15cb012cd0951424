"""The Python packages of local mode: for each lock the files that a Linux machine of each processor takes.

uv tells which files the locked versions have (it writes a ``pylock.toml``, PEP 751, and knows this
machine's index); ``packaging`` chooses among them as an installer there would; the hashes are the locks'.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import tomllib
import urllib.parse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from packaging.markers import Environment
from packaging.pylock import PackageSdist, PackageWheel, Pylock, PylockSelectError, PylockValidationError
from packaging.tags import Tag, compatible_tags, cpython_tags

from organiser.appliance.architecture import ARCHITECTURES
from organiser.thumbdrive.fetching import download
from workshop.core import programs
from workshop.core.errors import WorkshopError
from workshop.core.files import write_whole
from workshop.datasets.catalogue import Dataset
from workshop.datasets.store import Store

GLIBC = 34
"""The C library 2.34, of Enterprise Linux 9, is the oldest that set-up meets; newer ones run its wheels."""
OLDEST_GLIBC = 5
TORCH = "https://download.pytorch.org/whl/cpu/torch/"
"""PyTorch's own index has the wheel for Intel and AMD; WORKSHOP_TORCH names another, or a folder."""


def wheels_for(
    lock: Path, pythons: Iterable[str], processors: Sequence[str], uv: str, scratch: Path, offline: bool
) -> list[Dataset]:
    """Return the files that the lock's packages need on each of these Pythons and processors.

    The processors go by Debian's words. What runs on either is one file.

    Raises WorkshopError when the index cannot be asked, or has no file that fits.
    """
    listed = _pylock(lock, uv, scratch, offline)
    found: dict[str, Dataset] = {}
    for python, processor in itertools.product(pythons, processors):
        for wanted in _selected(listed, python, processor, lock.name):
            found[wanted.name] = wanted
    return [found[name] for name in sorted(found)]


def copy_local(store: Store, listed: Iterable[Dataset]) -> None:
    """Copy what lies in a folder of this machine; the store compares its hash, as of what it downloads."""
    for dataset in listed:
        address = urllib.parse.urlsplit(dataset.sources[0].url)
        (file,) = dataset.files
        if address.scheme == "file" and not store.has(dataset, file):
            target = store.path(dataset, file)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(urllib.parse.unquote(address.path), target)


def _pylock(lock: Path, uv: str, scratch: Path, offline: bool) -> Pylock:
    """Return every file of every package that the lock names; asked once for each state of the lock."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    file = scratch / f"pylock.{lock.stem}-{digest}.toml"
    if not file.is_file():
        write_whole(file, _compiled(lock, uv, offline))
    try:
        pylock = Pylock.from_dict(tomllib.loads(file.read_text(encoding="utf-8")))
        pylock.validate()
    except (OSError, ValueError, PylockValidationError) as error:
        file.unlink(missing_ok=True)
        raise WorkshopError(f"{file.name} is damaged and was deleted; run this again") from error
    return pylock


def _compiled(lock: Path, uv: str, offline: bool) -> str:
    """Return the lock as ``pylock.toml``, which has the files that the index knows."""
    options = ["--quiet", "--no-deps", "--universal", "--python-version", "3.11", "--no-config"]
    options += ["--format", "pylock.toml", *(["--offline"] if offline else [])]
    if lock.stem == "pytorch":
        options += ["--find-links", os.environ.get("WORKSHOP_TORCH") or TORCH]
    variables = {"UV_HTTP_RETRIES": "1", "UV_PYTHON_DOWNLOADS": "never"}
    try:
        return programs.run(uv, "pip", "compile", *options, lock, variables=variables)
    except WorkshopError as error:
        raise WorkshopError(f"no package index knows the files of {lock.name}: {error}") from error


def _selected(pylock: Pylock, python: str, processor: str, lock: str) -> Iterator[Dataset]:
    machine = ARCHITECTURES[processor].machine
    environment, tags = environment_of(python, machine), list(tags_of(python, machine))
    try:
        for _, file in pylock.select(environment=environment, tags=tags):
            if isinstance(file, PackageWheel | PackageSdist):
                size = file.size or None
                yield download(file.filename, str(file.url), file.hashes["sha256"], size or 1 << 20, size)
    except PylockSelectError as error:
        raise WorkshopError(
            f"{lock} is not available for Python {python} on Linux on {processor}: {error}"
        ) from error


def environment_of(python: str, machine: str) -> Environment:
    """Return what markers ask about, for CPython of this version on Linux on this machine (uname's word)."""
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "linux",
    }


def tags_of(python: str, machine: str) -> Iterator[Tag]:
    """Yield the tags of wheels that run there, the best first (PEP 425, PEP 600)."""
    version = tuple(int(number) for number in python.split("."))
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(GLIBC, OLDEST_GLIBC - 1, -1)]
    platforms += [f"{old}_{machine}" for old in ("manylinux2014", "manylinux2010", "manylinux1", "linux")]
    yield from cpython_tags(version, platforms=platforms)
    yield from compatible_tags(version, f"cp{version[0]}{version[1]}", platforms)
