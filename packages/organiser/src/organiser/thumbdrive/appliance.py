"""The virtual machine for the stick: which file it is, and whether it is sound."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from organiser.thumbdrive.pieces import Context
from workshop.errors import WorkshopError

BUILT_IN = "appliance"
"""Folder of the checkout in which ``workshop appliance build`` leaves what it made."""
BESIDE = ("packages.txt", "sbom.cdx.json", "CHANGES")
"""What is told about an appliance in the folder beside it, in files whose names begin with its own."""


def find(context: Context) -> list[Path]:
    """Return the appliance and what is told about it: the file named, else the newest built.

    Raises WorkshopError when there is none, or ``workshop appliance verify`` says that it is not sound.
    """
    ova = context.appliance or _newest(context.checkout / BUILT_IN)
    if ova is None or not ova.is_file():
        where = context.appliance or f"{BUILT_IN}/ of the checkout"
        raise WorkshopError(
            f"no appliance in {where}; run 'workshop appliance build', or name one with --appliance"
        )
    _require_sound(ova)
    beside = (ova.with_name(f"{ova.stem}.{name}") for name in BESIDE)
    return [ova, *(path for path in beside if path.is_file())]


def _newest(folder: Path) -> Path | None:
    return max(folder.glob("*.ova"), key=lambda path: path.stat().st_mtime, default=None)


def _require_sound(ova: Path) -> None:
    """Ask the command's own word that judges appliances: another capability, so through its front door."""
    command = [sys.executable, "-m", "workshop", "appliance", "verify", str(ova)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        why = [line.removeprefix("FAIL").strip() for line in said if line.startswith("FAIL")] + said[-1:]
        raise WorkshopError(
            f"{ova.name} is not sound: {why[0] if why else 'workshop appliance verify fails'}"
        )
