"""Read an image: the archive, the documents from its index on, and each layer over the one before.

Image-spec 1.1. The archive is read once for its documents, and each layer once more, uncompressed meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from organiser.appliance.architecture import ARCHITECTURES, Architecture
from organiser.appliance.verify import documents
from organiser.appliance.verify.documents import mapping
from organiser.appliance.verify.members import Member, Reader, TarTree, Unpacked, path_of
from organiser.appliance.verify.unpacking import Budget, Limited
from organiser.appliance.verify.wsl import is_kept
from organiser.image import layout
from organiser.image.compression import BY_TYPE, uncompressed

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
BLOB = re.compile(r"blobs/sha256/[0-9a-f]{64}")
DOCUMENTS = {"oci-layout", "index.json", "manifest.json"}
FOLDERS = {"blobs", "blobs/sha256"}
SMALL = 1 << 20
"""A longer document is an attack on its reader."""
MOST_MEMBERS = 64
CHUNK = 1 << 20
WHITEOUT = ".wh."
DAMAGED = (EOFError, OSError, zlib.error, ValueError, OverflowError)


@dataclass
class Image:
    """The image for one processor."""

    descriptor: dict[str, Any]
    """What the index says of it."""
    manifest: dict[str, Any]
    config: dict[str, Any]
    unpacked: Unpacked
    """Its layers, one over the other."""
    diff_ids: list[str] = field(default_factory=list)
    """The sums of its layers' tars, as they are."""

    @property
    def tree(self) -> TarTree:
        """The files in it."""
        return self.unpacked.tree

    @property
    def kind(self) -> str:
        """The processor that the configuration names."""
        return str(self.config.get("architecture"))

    @property
    def architecture(self) -> Architecture | None:
        """That processor, if it is one of ours."""
        return ARCHITECTURES.get(self.kind)

    @property
    def runs(self) -> dict[str, Any]:
        """What a container is started with."""
        return mapping(self.config.get("config"))

    @property
    def labels(self) -> dict[str, Any]:
        """What it says of itself."""
        return mapping(self.runs.get("Labels"))


@dataclass
class Archive:
    """The archive, as it was read; ``fault`` says why no further."""

    path: Path
    fault: str = ""
    odd: list[str] = field(default_factory=list)
    """Members that no image layout has."""
    places: dict[str, int] = field(default_factory=dict)
    """Where the contents of each member begin."""
    sizes: dict[str, int] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)
    """Of every blob, as they are."""
    documents: dict[str, bytes] = field(default_factory=dict)
    """By name: the small members."""
    wrong: list[str] = field(default_factory=list)
    """What does not hang together in the documents."""
    images: list[Image] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    """Members that something refers to."""
    reference: str = ""
    budget: Budget = field(default_factory=Budget)
    """Of all its images together."""


def read_archive(path: Path, progress: Callable[[int], None] = lambda _: None) -> Archive:
    """Read an archive; what keeps it from being read goes into its ``fault``."""
    found = Archive(path)
    try:
        with path.open("rb") as file:
            _read_members(found, file)
            if found.odd:
                return found
            _follow(found)
            for image in found.images if not found.wrong else ():
                _read_layers(found, image, file, progress)
    except DAMAGED as error:
        said = str(error).splitlines()
        found.fault = f"it is no whole archive ({said[0] if said else type(error).__name__}); copy it again"
    return found


def _read_members(found: Archive, file: BinaryIO) -> None:
    """Note the plain files, and where they are; keep the small ones."""
    reader = Reader(file, skip=lambda size: file.seek(size, os.SEEK_CUR))
    for count, member in enumerate(reader):
        name = path_of(member.name, is_folder=member.is_folder)
        if count == MOST_MEMBERS:
            raise ValueError(f"it has more than {MOST_MEMBERS} members")
        if member.is_folder and name in FOLDERS:
            continue
        if not member.is_file:
            found.odd.append(f"{member.name!r} is not a plain file")
        elif name is None or (name not in DOCUMENTS and not BLOB.fullmatch(name)):
            found.odd.append(f"{member.name!r} does not belong into an image")
        elif name in found.sizes:
            found.odd.append(f"{name} is there twice")
        else:
            found.sizes[name], found.places[name] = member.size, file.tell()
            if member.size <= SMALL:
                found.budget.spend(member.size)
                found.documents[name] = reader.contents(SMALL)


def _json(found: Archive, name: str) -> dict[str, Any]:
    """Return a document, or nothing, with the reason among what is wrong."""
    data = found.documents.get(name)
    try:
        said = documents.loads(data) if data is not None else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        found.wrong.append(f"{name[-64:]} is not there, or no document")
        return {}
    return said


def _named(found: Archive, descriptor: object, *kinds: str) -> str:
    """Return the member that a descriptor is of; nothing, with the reason, when it cannot be it."""
    said = mapping(descriptor)
    digest, size = said.get("digest"), said.get("size")
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        found.wrong.append(f"a descriptor names {str(digest)[:80]!r}, which is no SHA-256")
        return ""
    name = f"blobs/{digest.replace(':', '/')}"
    if said.get("mediaType") not in kinds:
        found.wrong.append(
            f"{digest[:19]} is of the kind {said.get('mediaType')!r}, not {' or '.join(kinds)}"
        )
    elif name not in found.sizes:
        found.wrong.append(f"{digest[:19]}, which a document names, is not there")
    elif size != found.sizes[name]:
        found.wrong.append(f"{digest[:19]} has {found.sizes[name]} bytes, not {size}")
    else:
        found.used.add(name)
        return name
    return ""


def _follow(found: Archive) -> None:
    """Go from the index to every manifest and configuration."""
    found.used |= {"oci-layout", "index.json"}
    if _json(found, "oci-layout") != layout.OCI_LAYOUT:
        found.wrong.append("oci-layout does not say the version 1.0.0")
    entries = _entries(found, "index.json")
    if len(entries) != 1:
        found.wrong.append(
            f"index.json names {len(entries)} images, not one; docker and podman would have to guess"
        )
        return
    found.reference = str(mapping(entries[0].get("annotations")).get(layout.REFERENCE, ""))
    if entries[0].get("mediaType") == layout.INDEX:
        name = _named(found, entries[0], layout.INDEX)
        entries = _entries(found, name) if name else []
        if name and not entries:
            found.wrong.append("its index of processors is empty")
    for entry in entries:
        name = _named(found, entry, layout.MANIFEST)
        manifest = _json(found, name) if name else {}
        if not manifest:
            continue
        found.wrong += documents.faults("a manifest", manifest)
        config = _described(found, manifest.get("config"), layout.CONFIG)
        layers = manifest.get("layers")
        if not isinstance(layers, list) or not 0 < len(layers) <= len(layout.LAYERS):
            found.wrong.append(f"a manifest names no layers, or more than {len(layout.LAYERS)}")
        elif config:
            image = Image(entry, manifest, _json(found, config), Unpacked(_is_kept, found.budget))
            found.images.append(image)


def _entries(found: Archive, name: str) -> list[dict[str, Any]]:
    """Return the entries of an index."""
    index = _json(found, name)
    said = index.get("manifests")
    entries = [each for each in said if isinstance(each, dict)] if isinstance(said, list) else []
    if len(entries) > len(ARCHITECTURES):
        found.wrong.append(f"an index names {len(entries)} images, more than there are processors")
        return []
    for kind, each in (("an index", index), *(("an entry", entry) for entry in entries)):
        found.wrong += documents.faults(kind, each) if index else ()
    return entries


def _described(found: Archive, descriptor: object, *kinds: str) -> str:
    """Return the member that a descriptor of a manifest is of, as ``_named`` does."""
    found.wrong += documents.faults("a descriptor", descriptor)
    return _named(found, descriptor, *kinds)


def _is_kept(path: str) -> bool:
    return is_kept(path) or path.startswith(layout.FOLDER)


class _Part:
    """A member of the archive, read from its begin to its end, and hashed."""

    def __init__(self, file: BinaryIO, place: int, size: int, progress: Callable[[int], None]) -> None:
        file.seek(place)
        self._file, self._left, self._progress = file, size, progress
        self.count, self.digest = 0, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._file.read(min(wanted, CHUNK))
        if not data and wanted:
            raise EOFError("it was cut off")
        self.digest.update(data)
        self._left -= len(data)
        self.count += len(data)
        self._progress(len(data))
        return data


class _Summing:
    """Hands bytes on and hashes them."""

    def __init__(self, source: Limited) -> None:
        self._source, self.digest = source, hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self._source.read(size)
        self.digest.update(data)
        return data


def _read_layers(found: Archive, image: Image, file: BinaryIO, progress: Callable[[int], None]) -> None:
    """Put an image's layers one over the other."""
    for entry in image.manifest["layers"]:
        name = _described(found, entry, *BY_TYPE)
        if not name:
            continue
        packed = _Part(file, found.places[name], found.sizes[name], progress)
        with uncompressed(BY_TYPE[entry["mediaType"]], packed) as unpacked:
            plain = _Summing(Limited(unpacked, lambda packed=packed: packed.count))  # type: ignore[misc]
            reader = Reader(plain)
            image.unpacked.begin()
            for member in reader:
                _take(image.unpacked, member, reader)
        while packed.read(CHUNK):
            pass
        found.sums[name] = packed.digest.hexdigest()
        image.diff_ids.append(f"sha256:{plain.digest.hexdigest()}")


def _take(unpacked: Unpacked, member: Member, reader: Reader) -> None:
    """Add a layer's member; what an earlier layer has under the same name is replaced."""
    if any(part.startswith(WHITEOUT) for part in member.name.split("/")):
        unpacked.note(
            f"/{member.name} takes away what a layer below has: it would be handed out all the same"
        )
    else:
        unpacked.take(member, reader)
