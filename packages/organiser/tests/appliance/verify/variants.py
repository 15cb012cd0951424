"""A sound OVA whose descriptor says the same in other words."""

from __future__ import annotations

from pathlib import Path

from organiser.appliance.verify.run import verify

from ..building import Pieces


def faults_after(ova: Path, folder: Path, *changes: tuple[str, str]) -> list[tuple[str, str]]:
    """Return what is found when the descriptor's text is changed and the manifest made right again."""
    pieces = Pieces.of(ova)
    for old, new in changes:
        pieces.replace(".ovf", old, new)
    pieces.hash_anew()
    return verify(pieces.write(folder / "variant.ova")).faults
