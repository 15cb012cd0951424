"""A zip file with a machine for UTM, as it is read: members, settings, disk. Nothing is judged here."""

from __future__ import annotations

import hashlib
import plistlib
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers import expat

from organiser.appliance.qcow2.read import Qcow2
from organiser.appliance.zipped import place_of, require_small

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
CHUNK = 1 << 20


@dataclass
class Archive:
    """The zip file, as it was read; ``fault`` says why no further."""

    path: Path
    file: BinaryIO
    progress: Callable[[int], None] = lambda _: None
    fault: str = ""
    comment: bytes = b""
    members: list[zipfile.ZipInfo] = field(default_factory=list)
    plist: bytes = b""

    @property
    def files(self) -> list[zipfile.ZipInfo]:
        """The members that are no folders."""
        return [member for member in self.members if not member.is_dir()]

    @property
    def folder(self) -> str:
        """The name of the folder that is the machine."""
        return self.members[0].filename.split("/")[0] if self.members else ""

    @cached_property
    def configuration(self) -> dict[str, Any]:
        """What UTM is told; ValueError in one line when it is no property list."""
        if b"<!ENTITY" in self.plist or not self.plist.lstrip().startswith(b"<?xml"):
            raise ValueError("config.plist is no property list of XML")
        try:
            found = plistlib.loads(self.plist, fmt=plistlib.FMT_XML)
        except (
            plistlib.InvalidFileException,
            expat.ExpatError,
            ValueError,
            TypeError,
            KeyError,
            LookupError,
        ) as error:
            said = str(error).splitlines()
            raise ValueError(
                f"config.plist is no property list: {said[0] if said else 'it is empty'}"
            ) from error
        if not isinstance(found, dict):
            raise ValueError("config.plist holds no settings")
        return found

    def list(self, name: str) -> list[dict[str, Any]]:
        """Return the entries of a list, of the kinds that they must be: checked before."""
        return [each for each in self.configuration[name] if isinstance(each, dict)]

    def disk(self) -> Qcow2:
        """Return the disk; ValueError when it is none. The archive was checked."""
        member = next(each for each in self.files if each.filename.endswith(".qcow2"))
        return Qcow2(self.file, place_of(self.file, member), member.file_size)


def open_archive(path: Path, file: BinaryIO, progress: Callable[[int], None] = lambda _: None) -> Archive:
    """Read a zip file's directory; what is wrong with it is in ``fault``."""
    found = Archive(path, file, progress)
    try:
        require_small(file)
        with zipfile.ZipFile(file) as archive:
            found.comment, found.members = archive.comment, archive.infolist()
    except DAMAGED as error:
        found.fault = no_zip_file(error)
    return found


def no_zip_file(error: Exception) -> str:
    """Say why it cannot be read, and what to do."""
    said = str(error).splitlines()
    return f"it is no whole zip file ({said[0] if said else type(error).__name__}); copy it again"


def digests_of(found: Archive) -> dict[str, str]:
    """Return the members' SHA-256; their sums of the zip file's own are checked on the way.

    The archive's members were judged: each is read once, and says no more bytes than the file can hold.
    """
    digests = {}
    with zipfile.ZipFile(found.file) as archive:
        for member in found.files:
            digest, plist = hashlib.sha256(), member.filename.endswith("/config.plist")
            with archive.open(member) as file:
                while chunk := file.read(CHUNK):
                    digest.update(chunk)
                    found.progress(len(chunk))
                    found.plist += chunk if plist else b""
            digests[member.filename] = digest.hexdigest()
    return digests
