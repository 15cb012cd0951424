"""The virtual machine for the stick: which file it is, and whether it is sound."""

from __future__ import annotations

import filecmp
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from organiser.appliance.architecture import ARCHITECTURES
from organiser.appliance.verify.naming import ENDS, READERS_END, claimed, form_of
from organiser.thumbdrive import computers
from organiser.thumbdrive.contents import Context
from workshop.core.errors import WorkshopError

BUILT_IN = "appliance"
"""Folder of the checkout in which ``workshop appliance build`` leaves what it made."""
DOCUMENTS = ("packages.txt", "sbom.cdx.json", "CHANGES")
"""What documents an appliance, in files of the same folder whose names begin with its own."""


def find(context: Context) -> tuple[list[Path], list[str]]:
    """Return the files that are needed with their documents, and what is missing, a sentence each.

    Of each form and processor it is the newest file that was named, else the newest built. Raises
    WorkshopError when one that was named is gone.
    """
    for file in context.appliances:
        if not file.is_file():
            raise WorkshopError(
                f"no appliance in {file}; run 'workshop appliance build', or correct --appliance"
            )
    chosen: list[Path] = []
    missing: list[str] = []
    for form, processor in _wanted(context):
        built = (context.checkout / BUILT_IN).glob("*")
        if taken := newest(context.appliances, form, processor) or newest(built, form, processor):
            chosen.append(taken)
        else:
            missing.append(
                f"no {computers.SUFFIXES[form]} for {processor} in {BUILT_IN}/ of the checkout; "
                f"run 'workshop appliance build --arch {processor} --format {form}', or name a file with "
                f"--appliance"
            )
    missing += [
        _not_needed(file, context.computers)
        for file in context.appliances
        if not any(file.samefile(each) for each in chosen)
    ]
    found: list[Path] = []
    for file in chosen:
        try:
            found += [path for path in with_documents(file) if not _is_among(path, found)]
        except WorkshopError as error:
            missing.append(str(error))
    return found, missing


def _wanted(context: Context) -> list[tuple[str, str]]:
    """Return form and processor of each file; without a kind of computer those of what was named."""
    if context.computers:
        return computers.files_of(context.computers)
    pairs = [(form, processor) for form in computers.SUFFIXES for processor in ARCHITECTURES]
    named = [pair for pair in pairs if newest(context.appliances, *pair)]
    return named if context.appliances else [("ova", "amd64")]


def _is_among(file: Path, found: Iterable[Path]) -> bool:
    """Tell whether the same bytes by the same name are there already."""
    return any(file.name == each.name and filecmp.cmp(file, each, shallow=False) for each in found)


def _not_needed(file: Path, wanted: Iterable[str]) -> str:
    """Say why a file that was named is not taken."""
    form = form_of(file)
    if form not in computers.SUFFIXES:
        ends = ", ".join(READERS_END[each] for each in computers.SUFFIXES)
        return f"{file.name} ends with none of {ends}, so no computer opens it; give it the name that it had"
    processors = " and ".join(each.name for each in claimed(file))
    return (
        f"{file.name}, by its name {computers.SUFFIXES[form]} for {processors}, is not needed"
        f"{' for ' if wanted else ''}{', '.join(wanted)}, or a newer one is named; name its computers with "
        "--for, too, or leave it out"
    )


def with_documents(file: Path) -> list[Path]:
    """Return a file that is sound, and its documents; WorkshopError when it is not."""
    _require_sound(file)
    end = ENDS[form].search(file.name.lower()) if (form := form_of(file)) else None
    stem = file.name[: end.start()] if end else file.name
    documents = (file.with_name(f"{stem}.{name}") for name in DOCUMENTS)
    return [file, *(path for path in documents if path.is_file())]


def newest(files: Iterable[Path], form: str, architecture: str) -> Path | None:
    """Return the newest file of a form for a processor, which its name says."""
    found = (path for path in files if path.name[0] != ".")
    fitting = [path for path in found if computers.fits(path.name, form, architecture)]
    return max(fitting, key=lambda path: path.stat().st_mtime, default=None)


def _require_sound(ova: Path) -> None:
    """Ask the command's own word that judges appliances: another capability, so through its front door."""
    command = [sys.executable, "-P", "-m", "workshop", "appliance", "verify", str(ova), "--sums"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        why = [line.removeprefix("FAIL").strip() for line in said if line.startswith("FAIL")] + said[-1:]
        raise WorkshopError(
            f"{ova.name} is not sound: {why[0] if why else 'workshop appliance verify fails'}"
        )
