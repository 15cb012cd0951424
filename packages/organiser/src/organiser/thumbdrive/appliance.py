"""The virtual machine for the stick: which file it is, and whether it is sound."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from organiser.thumbdrive import kinds
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
    ova = context.appliance or newest(context.checkout / BUILT_IN, "ova", "amd64")
    if ova is None or not ova.is_file():
        where = context.appliance or f"{BUILT_IN}/ of the checkout"
        raise WorkshopError(
            f"no appliance in {where}; run 'workshop appliance build', or name one with --appliance"
        )
    return with_what_is_told(ova)


def find_each(context: Context) -> tuple[list[Path], list[str]]:
    """Return the newest file of each form and processor that is needed, and what is missing."""
    found: list[Path] = []
    missing: list[str] = []
    for form, architecture in kinds.files_of(context.kinds):
        file = newest(context.checkout / BUILT_IN, form, architecture)
        if file is None:
            how = f"run 'workshop appliance build --arch {architecture} --format {form}'"
            missing.append(
                f"no {kinds.SUFFIXES[form]} for {architecture} in {BUILT_IN}/ of the checkout; {how}"
            )
            continue
        try:
            found += [path for path in with_what_is_told(file) if path not in found]
        except WorkshopError as error:
            missing.append(str(error))
    return found, missing


def with_what_is_told(file: Path) -> list[Path]:
    """Return a file that is sound, and what is told about it beside it; WorkshopError when it is not."""
    _require_sound(file)
    stem = next(
        file.name.removesuffix(end) for end in (*kinds.SUFFIXES.values(), "") if file.name.endswith(end)
    )
    beside = (file.with_name(f"{stem}.{name}") for name in BESIDE)
    return [file, *(path for path in beside if path.is_file())]


def newest(folder: Path, form: str, architecture: str) -> Path | None:
    """Return the newest file of a form for a processor, which its name says."""
    found = [path for path in folder.glob(f"*{kinds.SUFFIXES[form]}") if not path.name.startswith(".")]
    fitting = [path for path in found if ("-arm64" in path.name) == (architecture == "arm64")]
    return max(fitting, key=lambda path: path.stat().st_mtime, default=None)


def _require_sound(ova: Path) -> None:
    """Ask the command's own word that judges appliances: another capability, so through its front door."""
    command = [sys.executable, "-P", "-m", "workshop", "appliance", "verify", str(ova)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        why = [line.removeprefix("FAIL").strip() for line in said if line.startswith("FAIL")] + said[-1:]
        raise WorkshopError(
            f"{ova.name} is not sound: {why[0] if why else 'workshop appliance verify fails'}"
        )
