"""The virtual machine for the stick: which file it is, and whether it is sound."""

from __future__ import annotations

import filecmp
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from organiser.appliance.verify.naming import ENDS, READERS_END, claimed, form_of
from organiser.thumbdrive import kinds
from organiser.thumbdrive.pieces import Context
from workshop.errors import WorkshopError

BUILT_IN = "appliance"
"""Folder of the checkout in which ``workshop appliance build`` leaves what it made."""
BESIDE = ("packages.txt", "sbom.cdx.json", "CHANGES")
"""What is told about an appliance in the folder beside it, in files whose names begin with its own."""


def find(context: Context) -> tuple[list[Path], list[str]]:
    """Return the files that are needed with what is told about each, and what is missing, a sentence each.

    Of each form and processor that the kinds of computers need it is the file that was named, else the newest
    built. Without a kind it is what was named, else the x86 OVA. Raises WorkshopError when one is gone.
    """
    for file in context.appliances:
        if not file.is_file():
            raise WorkshopError(
                f"no appliance in {file}; run 'workshop appliance build', or correct --appliance"
            )
    if not context.kinds and context.appliances:
        chosen, missing = _newest_of_each(context.appliances)
    else:
        chosen, missing = _needed(context)
        missing += [
            _not_needed(file, context.kinds)
            for file in context.appliances
            if not any(file.samefile(each) for each in chosen)
        ]
    found: list[Path] = []
    for file in chosen:
        if _is_among(file, found):
            continue
        try:
            found += [path for path in with_what_is_told(file) if not _is_among(path, found)]
        except WorkshopError as error:
            missing.append(str(error))
    return found, missing


def _newest_of_each(files: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """Return of the files for the same computers the newest, and a sentence for each other one."""
    chosen: list[Path] = []
    missing: list[str] = []
    for file in files:
        form = form_of(file)
        fellows = [each for each in files if form and (form_of(each), claimed(each)) == (form, claimed(file))]
        best = max(fellows, key=lambda path: path.stat().st_mtime, default=file)
        if _is_among(file, [best]):
            chosen.append(file)
        else:
            missing.append(f"{_described(file)}, is older than {best.name}, which is named, too; name one")
    return chosen, missing


def _described(file: Path) -> str:
    """Return a file's name, and what it says the file is."""
    form = form_of(file)
    said = " and ".join(each.name for each in claimed(file))
    return f"{file.name}, by its name {kinds.SUFFIXES.get(form or '', form)} for {said}"


def _is_among(file: Path, found: Iterable[Path]) -> bool:
    """Tell whether a file, or the same bytes by the same name, are there already."""
    return any(file.name == each.name and filecmp.cmp(file, each, shallow=False) for each in found)


def _not_needed(file: Path, wanted: Iterable[str]) -> str:
    """Say why a file that was named is not taken: by its name no computer of these has a use for it."""
    if form_of(file) not in kinds.SUFFIXES:
        ends = ", ".join(READERS_END[form] for form in kinds.SUFFIXES)
        return f"{file.name} ends with none of {ends}, so no computer opens it; give it the name that it had"
    return (
        f"{_described(file)}, is not needed for {', '.join(wanted)}, "
        "or a newer one is named; name its computers with --for, too, or leave it out"
    )


def _needed(context: Context) -> tuple[list[Path], list[str]]:
    """Return the file of each form and processor that is needed, and what is missing."""
    chosen: list[Path] = []
    missing: list[str] = []
    for form, architecture in kinds.files_of(context.kinds) if context.kinds else [("ova", "amd64")]:
        built = (context.checkout / BUILT_IN).glob("*")
        file = newest(context.appliances, form, architecture) or newest(built, form, architecture)
        if file is not None:
            chosen.append(file)
            continue
        missing.append(
            f"no {kinds.SUFFIXES[form]} for {architecture} in {BUILT_IN}/ of the checkout; "
            f"run 'workshop appliance build --arch {architecture} --format {form}', or name one: --appliance"
        )
    return chosen, missing


def with_what_is_told(file: Path) -> list[Path]:
    """Return a file that is sound, and what is told about it beside it; WorkshopError when it is not."""
    _require_sound(file)
    end = ENDS[form].search(file.name.lower()) if (form := form_of(file)) else None
    stem = file.name[: end.start()] if end else file.name
    beside = (file.with_name(f"{stem}.{name}") for name in BESIDE)
    return [file, *(path for path in beside if path.is_file())]


def newest(files: Iterable[Path], form: str, architecture: str) -> Path | None:
    """Return the newest file of a form for a processor, which its name says."""
    found = (path for path in files if path.name[0] != ".")
    fitting = [path for path in found if kinds.fits(path.name, form, architecture)]
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
