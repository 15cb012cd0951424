"""Checks of the manifest, and of everything against it (DSP0243, "Distribution", manifest)."""

from __future__ import annotations

from collections.abc import Iterator

from organiser.appliance import manifest
from organiser.appliance.verify.checks import Stage
from organiser.appliance.verify.scan import Scan

STAGE: Stage[Scan] = Stage()


def _digests(scan: Scan) -> dict[str, str]:
    return manifest.parse(scan.having(".mf")[0].data)


@STAGE.check("manifest.syntax", "a line that an importer cannot read protects nothing", gate=True)
def _syntax(scan: Scan) -> Iterator[str]:
    try:
        _digests(scan)
    except ValueError as error:
        yield f"the manifest: {error}"


@STAGE.check("manifest.complete", "a file that the manifest leaves out may be anything", gate=True)
def _complete(scan: Scan) -> Iterator[str]:
    listed = set(_digests(scan))
    there = {member.name for member in scan.members if not member.name.lower().endswith(".mf")}
    for name in sorted(there - listed):
        yield f"the manifest does not list {name}"
    for name in sorted(listed - there):
        yield f"the manifest lists {name}, which is not there"


@STAGE.check("manifest.hashes", "a changed byte is found here, not in a lesson", gate=True)
def _hashes(scan: Scan) -> Iterator[str]:
    digests = _digests(scan)
    for member in scan.members:
        if member.name in digests and member.sha256 != digests[member.name]:
            yield f"{member.name} has another SHA-256 than the manifest says: it is damaged, copy it again"
