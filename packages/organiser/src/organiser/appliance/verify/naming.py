"""Checks of a file's name against its contents: people choose by the name, and so does the stick's page.

A copy to which a browser or a file manager has given a number (``NAME (1).ova``, ``NAME.utm-2.zip``) says the
same.
"""

from __future__ import annotations

import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from organiser.appliance.architecture import AMD64, ARM64, Architecture
from organiser.appliance.verify.checks import Stage
from organiser.appliance.zipped import require_small

KINDS = {"ova": "an OVA", "utm": "a machine for UTM", "wsl": "a distribution for WSL", "oci": "an image"}
"""What each form is called."""
ENDS = {
    "ova": re.compile(r"\.ova$"),
    "utm": re.compile(r"\.utm[^.]*\.zip$"),
    "wsl": re.compile(r"\.wsl$"),
    "oci": re.compile(r"\.oci[^.]*\.tar$"),
}
"""The name's end, by which their readers know them, too."""
READERS_END = {"ova": ".ova", "utm": ".utm.zip", "wsl": ".wsl", "oci": ".oci.tar"}
WORDS = {AMD64: "amd64|x86[_-]64|x64", ARM64: "arm64|aarch64"}
SEVERAL = "multi"
"""In the name of an image for both."""
ALONE = {"utm": ARM64}
"""Forms that are made for one processor: there a name without a processor means that one."""
DAMAGED = (
    OSError, EOFError, ValueError, OverflowError, NotImplementedError, struct.error,
    tarfile.TarError, lzma.LZMAError, zlib.error, zipfile.BadZipFile,
)  # fmt: skip
BLOCK = 512
HEAD = 1 << 16
"""Bytes that tell a file's form; a longer head is none of ours."""
MOST_MEMORY = 128 << 20
"""That xz may take: the file says how much it wants."""
PREFACES = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
MOST_PREFACES = 4
"""Headers of tar in front of the first file that only say more of it."""
WRAPPERS = re.compile(
    r"(\.(zip|gz|xz|tar|tgz|7z|bin|part|partial|download|crdownload|tmp|txt))+$", re.IGNORECASE
)
"""What a browser or an archiver appends."""


@dataclass
class Named:
    """A file, and what is known of its contents."""

    path: Path
    form: str | None
    """By its name; None when that ends like none of them."""
    architectures: tuple[Architecture, ...] = ()
    """Of its contents; none: not known yet."""


def form_of(path: Path) -> str | None:
    """Return which form a file is by its name, as its reader sees it; None when none knows it."""
    return next((form for form, end in ENDS.items() if end.search(path.name.lower())), None)


def name_for(path: Path, form: str) -> str:
    """Return a name for a file by which its reader knows it: without what was appended to it."""
    end = READERS_END[form]
    place = path.name.lower().find(end)
    return (path.name[:place] if place >= 0 else WRAPPERS.sub("", path.name)) + end


def claimed(path: Path) -> tuple[Architecture, ...]:
    """Return the processors that a name says the file is for: without a word x86, as it always was."""
    name = path.name.lower()
    found = tuple(kind for kind, words in WORDS.items() if _has(name, words))
    if _has(name, SEVERAL):
        return (AMD64, ARM64)
    return found or (ALONE.get(form_of(path) or "", AMD64),)


def _has(name: str, words: str) -> bool:
    return re.search(rf"(?<![a-z0-9])({words})(?![a-z0-9])", name) is not None


def real_form(path: Path) -> str | None:
    """Return which form a file is by how it begins; None when it is none, or too damaged to tell."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        try:
            if head[:4] == b"PK\3\4":
                require_small(file)
                with zipfile.ZipFile(file) as archive:
                    names = archive.namelist()
                return "utm" if any(name.endswith("/config.plist") for name in names) else None
            if head[:2] == b"\x1f\x8b":
                return _of_compressed(zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, BLOCK))
            if head[:6] == b"\xfd7zXZ\0":
                worker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MOST_MEMORY)
                return _of_compressed(worker.decompress(head, BLOCK))
            name = _first_name(file)
        except DAMAGED:
            return None
    if name.lower().endswith(".ovf"):
        return "ova"
    return "oci" if name in ("oci-layout", "index.json") or name.split("/")[0] == "blobs" else None


def _first_name(file: BinaryIO) -> str:
    """Return the name of a tar's first file; what is only said of it is passed over, and never read."""
    place = 0
    for _ in range(MOST_PREFACES):
        file.seek(place)
        info = tarfile.TarInfo.frombuf(file.read(BLOCK), "utf-8", "surrogateescape")
        if info.type not in PREFACES:
            return info.name
        if info.size < 0:
            return ""
        place += BLOCK + -(-info.size // BLOCK) * BLOCK
    return ""


def _of_compressed(head: bytes) -> str | None:
    """Of what is compressed as a whole only WSL's is a tar of a system, not of an appliance."""
    name = head[:100].rstrip(b"\0").lower()
    return "wsl" if head[257:262] == b"ustar" and not name.endswith((b".ovf", b"oci-layout")) else None


FORM: Stage[Named] = Stage()
PROCESSOR: Stage[Named] = Stage()


@FORM.check("name.form", "its reader knows it by the name's end", gate=True)
def _form(named: Named) -> Iterator[str]:
    real = real_form(named.path)
    if named.form is None and real is None:
        yield f"its name ends with none of {', '.join(READERS_END.values())}: give it the name that it had"
    elif named.form is None and real is not None:
        yield (
            f"it is {KINDS[real]}, and its name does not end with {READERS_END[real]}: "
            f"rename it to {name_for(named.path, real)}"
        )
    elif real is not None and real != named.form:
        yield (
            f"it is {KINDS[real]}, and its name says {KINDS[named.form or real]}: "
            f"give it a name that ends with {READERS_END[real]}"
        )


@PROCESSOR.check("name.processor", "people choose by the name, and so does the stick's page", gate=True)
def _processor(named: Named) -> Iterator[str]:
    said = claimed(named.path)
    # Of an image for both every name is true; a name that says two things of one file says nothing.
    if not named.architectures or len(named.architectures) > 1:
        return
    (real,) = named.architectures
    if said != (real,) and (len(said) == 1 or _has(named.path.name.lower(), SEVERAL)):
        yield f"it is for {real.name}, and its name says {' and '.join(each.name for each in said)}"
