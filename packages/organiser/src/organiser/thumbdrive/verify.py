"""Whether a stick is right: every hash, the signature, what is missing, what is there besides."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from organiser.thumbdrive.names import BUNDLE, CLOSING, OWN, SUMS
from organiser.thumbdrive.parallel import Row
from organiser.thumbdrive.signature import Signature
from organiser.thumbdrive.signature import check as check_signature
from organiser.thumbdrive.sums import read_sums
from organiser.thumbdrive.write import hash_from_stick
from workshop.core.errors import WorkshopError
from workshop.sync.git import Mirror
from workshop.sync.machine import verified_revision
from workshop.sync.source import origin
from workshop.sync.trust import Last, Trust


@dataclass
class Verdict:
    """What was found on one stick."""

    folder: Path
    files: int = 0
    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    """Files that the list does not name; strangers' files are no fault."""
    bundle: str = ""
    """Why this machine's keys for updates do not take the bundle; empty where they do, or there are none."""
    signature: Signature = field(default_factory=lambda: Signature("none"))
    must_be_signed: bool = False
    """Whether a stick that no known key vouches for is not right."""

    @property
    def reasons(self) -> list[str]:
        """What is wrong with the stick, a line each; nothing when it is right."""
        lines = [f"{name} is damaged" for name in self.wrong]
        lines += [f"{name} is missing" for name in self.missing]
        lines += [f"{name} cannot be read" for name in self.unreadable]
        if self.bundle:
            lines.append(f"'workshop update machine' refuses {BUNDLE}: {self.bundle}")
        if self.signature.state == "wrong":
            lines.append(self.signature.sentence)
        elif self.must_be_signed and self.signature.state in ("none", "unknown"):
            lines.append(f"{self.signature.sentence}, and a known signature is required")
        return lines

    @property
    def advice(self) -> str:
        """What to do about files that are not right; nothing where they are."""
        if self.unreadable:
            return "take another stick"
        if self.wrong:
            return "mend it by 'workshop stick write --reread'"
        return "mend it by 'workshop stick write'" if self.missing else ""

    def as_document(self) -> dict[str, Any]:
        """Return it for JSON."""
        document = {**vars(self), "folder": str(self.folder), "signature": vars(self.signature)}
        del document["must_be_signed"]
        return document | {
            "right": not self.reasons,
            "reasons": self.reasons,
            "advice": self.advice,
        }


def check_stick(
    folder: Path,
    row: Row,
    *,
    signers: Path | None = None,
    pinned: Path | None = None,
    must_be_signed: bool = False,
) -> Verdict:
    """Read every file that the stick's list names, from the stick and not from the cache.

    signers: the keys that may vouch for the stick. pinned: those of this machine's updates, by which the
    bundle's history must be signed as well.

    Raises WorkshopError when there is no list.
    """
    if not folder.is_dir():
        raise WorkshopError(f"{folder} is not a folder; mount the stick and name its folder")
    hashes = read_sums(folder)
    if hashes is None:
        begun = " (it was not written to its end)" if (folder / OWN).exists() else ""
        raise WorkshopError(f"{folder} has no {SUMS}{begun}; write it with 'workshop stick write'")
    signature = check_signature(folder, signers)
    verdict = Verdict(folder, len(hashes), signature=signature, must_be_signed=must_be_signed)
    there = list(_files(folder))
    row.begin("reading", sum((folder / name).lstat().st_size for name in there if name in hashes))
    for name, sha256 in sorted(hashes.items()):
        try:
            if hash_from_stick(folder / name, row) != sha256:
                verdict.wrong.append(name)
        except (FileNotFoundError, NotADirectoryError):
            verdict.missing.append(name)
        except OSError:
            verdict.unreadable.append(name)
    if pinned and BUNDLE in hashes and (folder / BUNDLE).is_file():
        verdict.bundle = _bundle_fault(folder / BUNDLE, pinned)
    verdict.extra = [name for name in there if name not in hashes and name not in (*CLOSING, OWN)]
    return verdict


def _bundle_fault(bundle: Path, keys: Path) -> str:
    """Say why ``workshop update machine`` would refuse a bundle, on a machine that has had nothing else."""
    with tempfile.TemporaryDirectory(prefix="workshop-bundle-") as state:
        try:
            verified_revision(Mirror(Path(state)), origin(str(bundle)), None, Trust(signers=keys), Last())
        except WorkshopError as error:
            return str(error)
    return ""


def _files(folder: Path) -> Iterator[str]:
    """Yield the files on a stick, but for what systems themselves leave on one."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not path.is_dir() and name.parts[0] not in _SYSTEMS and name.name not in _SYSTEMS:
            yield name.as_posix()


_SYSTEMS = {
    "System Volume Information",
    "$RECYCLE.BIN",
    ".Trashes",
    ".Spotlight-V100",
    ".fseventsd",
    ".DS_Store",
    "lost+found",
}
"""What Windows, macOS and Linux write on any stick."""
