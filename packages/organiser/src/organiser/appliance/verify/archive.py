"""Checks of the tar file around the appliance (DSP0243, "Distribution as a single file")."""

from __future__ import annotations

import tarfile
import unicodedata
from collections.abc import Iterator

from organiser.appliance.verify.checks import Stage
from organiser.appliance.verify.scan import SMALL, Scan

STAGE: Stage[Scan] = Stage()
REGULAR = (tarfile.REGTYPE, tarfile.AREGTYPE)


@STAGE.check("archive.whole", "half a file imports half-way and fails at the end", gate=True)
def _whole(scan: Scan) -> Iterator[str]:
    if scan.fault:
        yield scan.fault


@STAGE.check("archive.plain-files", "a link or folder could make an importer write elsewhere", gate=True)
def _plain_files(scan: Scan) -> Iterator[str]:
    for member in scan.members:
        if member.kind not in REGULAR:
            yield f"{member.name} is not a plain file"


@STAGE.check("archive.names", "a path in a name could make an importer write elsewhere", gate=True)
def _names(scan: Scan) -> Iterator[str]:
    names = [member.name for member in scan.members]
    for name in names:
        if "/" in name or "\\" in name or name in ("", ".", ".."):
            yield f"the name {name!r} is a path, not a plain name"
        elif not name.isprintable():
            yield f"the name {name!r} has letters that nobody sees"
    # Where capitals make no difference, as on Windows, one would be read for the other.
    folded = [unicodedata.normalize("NFKC", name).casefold() for name in names]
    for name in sorted({name for name, fold in zip(names, folded, strict=True) if folded.count(fold) > 1}):
        yield f"{name} is there twice"


@STAGE.check("archive.members", "an appliance is one descriptor, one manifest and its disks", gate=True)
def _members(scan: Scan) -> Iterator[str]:
    for suffix in (".ovf", ".mf"):
        if len(found := scan.having(suffix)) != 1:
            yield f"it has {len(found)} {suffix} files, not one"
    if not scan.having(".vmdk"):
        yield "it has no disk"
    for member in scan.members:
        if not member.name.lower().endswith((".ovf", ".mf", ".vmdk")):
            yield f"{member.name} does not belong into an appliance"


@STAGE.check("archive.order", "importers read from front to back: what to expect, then the disks", gate=True)
def _order(scan: Scan) -> Iterator[str]:
    suffixes = [member.name.lower().rpartition(".")[2] for member in scan.members]
    wanted = ["ovf", "mf", *["vmdk"] * (len(suffixes) - 2)]
    if suffixes != wanted:
        yield f"its members come as {', '.join(suffixes)}; they must come as {', '.join(wanted)}"


@STAGE.check(
    "archive.manifest-name", "importers look for the manifest under the descriptor's name", gate=True
)
def _manifest_name(scan: Scan) -> Iterator[str]:
    (descriptor,), (manifest,) = scan.having(".ovf"), scan.having(".mf")
    if manifest.name.rpartition(".")[0] != descriptor.name.rpartition(".")[0]:
        yield f"the manifest {manifest.name} is not named after {descriptor.name}"


@STAGE.check("archive.small-texts", "a descriptor of many megabytes is an attack on the importer", gate=True)
def _small_texts(scan: Scan) -> Iterator[str]:
    for member in scan.having(".ovf") + scan.having(".mf"):
        if member.size > SMALL:
            yield f"{member.name} has {member.size} bytes, more than {SMALL}"


@STAGE.check("archive.padding", "bytes that nothing accounts for hide damage or secrets", gate=True)
def _padding(scan: Scan) -> Iterator[str]:
    for member in scan.members:
        if not member.padded_with_zeros:
            yield f"the bytes after {member.name} are not zero"


@STAGE.check("archive.end", "without its end mark a file may have been cut off", gate=True)
def _end(scan: Scan) -> Iterator[str]:
    if not scan.end_marked:
        yield "the file does not end with two blocks of zeros and nothing after them"
