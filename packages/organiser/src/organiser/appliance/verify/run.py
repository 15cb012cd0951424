"""Run all checks on a file that is handed out: an OVA, a zip file for UTM, a .wsl, or an image."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from organiser.appliance import updating
from organiser.appliance.architecture import AMD64, ARM64, ELF_HEADER, Architecture, of_program
from organiser.appliance.contents import places
from organiser.appliance.verify import (
    archive,
    disks,
    grains,
    hashes,
    image,
    inside,
    oci,
    standard,
    utm,
    virtualbox,
    wsl,
)
from organiser.appliance.verify import tree as trees
from organiser.appliance.verify.checks import Result, Stage
from organiser.appliance.verify.scan import scan
from organiser.appliance.verify.subject import Subject
from organiser.appliance.vmdk.read import Vmdk, Window

FORMS = {".ova": "ova", ".utm.zip": "utm", ".wsl": "wsl", ".oci.tar": "oci"}
"""By the name's end, which is how their readers know them, too."""


@dataclass
class Report:
    """What was found; a check that is not among the results did not run."""

    path: Path
    results: list[Result]
    updates: str = updating.UNKNOWN
    """What the appliance says about its own updates: no fault either way, but nobody should promise more."""
    form: str = "ova"
    architecture: Architecture | None = None

    @property
    def ok(self) -> bool:
        """Whether every check ran and passed."""
        return not self.faults

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Each fault, with the name of the check that found it."""
        return [(result.name, fault) for result in self.results for fault in result.faults]

    @property
    def verdict(self) -> str:
        """What is said of a sound file, in a few words."""
        kind = {
            "ova": "an OVA", "utm": "a machine for UTM", "wsl": "a distribution for WSL", "oci": "an image",
        }[self.form]  # fmt: skip
        processor = self.architecture.name if self.architecture else "several processors"
        return f"sound, {kind} for {processor}, {len(self.results)} checks"

    def as_dict(self) -> dict[str, Any]:
        """Return the report as the command prints it with ``--json``."""
        return {
            "file": str(self.path),
            "form": self.form,
            "architecture": self.architecture.name if self.architecture else None,
            "ok": self.ok,
            "updates": self.updates,
            "checks": [
                {"name": each.name, "why": each.why, "ok": not each.faults, "faults": list(each.faults)}
                for each in self.results
            ],
        }


def form_of(path: Path) -> str:
    """Return which form a file is by its name; what has another name is judged as an OVA."""
    return next((form for end, form in FORMS.items() if path.name.lower().endswith(end)), "ova")


def verify(path: Path, *, thorough: bool = False, progress: Callable[[int], None] = lambda _: None) -> Report:
    """Judge a file; OSError when it cannot be read.

    thorough: also inflate every piece of the disk, which takes minutes where the hash takes
    seconds; the hash already says that they are what was packed. progress: is told of bytes.
    """
    form = form_of(path)
    return JUDGES[form](path, thorough, progress)


def _verify_ova(path: Path, thorough: bool, progress: Callable[[int], None]) -> Report:
    seen = scan(path, progress)
    report = Report(path, _run(seen, [archive.STAGE, hashes.STAGE]))
    if _faulty(report.results):
        return report
    subject = Subject(seen)
    report.results += _run(subject, [standard.STAGE])
    if _faulty(report.results):
        return report
    report.updates = updating.said(subject.envelope)
    # Neither of these needs the other.
    report.results += virtualbox.STAGE.run(subject)
    report.results += disks.STAGE.run(subject)
    if report.ok:
        report.architecture = ARM64 if subject.is_arm else AMD64
        with path.open("rb") as file:
            for place in places(path, ".vmdk"):
                window = Window(path, place.offset, place.size)
                report.results += _disk(lambda window=window: Vmdk(file, window), report.architecture)  # type: ignore[misc]
    if thorough and report.ok:
        report.results += grains.STAGE.run(subject)
    return report


def _verify_utm(path: Path, thorough: bool, progress: Callable[[int], None]) -> Report:
    with path.open("rb") as file:
        seen = utm.open_archive(path, file, progress)
        report = Report(path, _run(seen, [utm.STAGE]), form="utm", architecture=ARM64)
        if report.ok:
            notes = seen.configuration["Information"].get("Notes", "")
            report.updates = updating.in_text(notes)
            report.results += _disk(seen.disk, ARM64)
        if thorough and report.ok:
            report.results += _run(seen, [utm.THOROUGH])
    return report


def _verify_wsl(path: Path, thorough: bool, progress: Callable[[int], None]) -> Report:
    seen = wsl.read_archive(path, progress)
    seen.architecture = _named(path)
    report = Report(path, _run(seen, [wsl.STAGE]), form="wsl")
    if report.ok:
        report.architecture = of_program(trees.read(seen.tree, "bin/bash", ELF_HEADER) or b"")
        report.results += _guarded(inside.STAGE, inside.Inside(seen.tree, report.architecture, wsl=True))
    return report


def _verify_oci(path: Path, thorough: bool, progress: Callable[[int], None]) -> Report:
    seen = oci.read_archive(path, progress)
    report = Report(path, _run(seen, [oci.STAGE]), form="oci")
    if len(seen.images) == 1:
        report.architecture = seen.images[0].architecture
    for each in seen.images if report.ok else ():
        report.results += _guarded(inside.STAGE, inside.Inside(each.tree, each.architecture, oci=True))
    return report


def _named(path: Path) -> Architecture:
    """Return what a file's name says that it is for: it is what people choose by."""
    return ARM64 if "arm64" in path.name.lower() else AMD64


JUDGES = {"ova": _verify_ova, "utm": _verify_utm, "wsl": _verify_wsl, "oci": _verify_oci}


def _disk(read: Callable[[], Any], architecture: Architecture) -> list[Result]:
    """Judge a disk and the system on it."""
    try:
        disk = read()
    except (ValueError, struct.error) as error:
        first = image.STAGE.checks[0]
        return [Result(first.name, first.why, (f"the disk cannot be read: {error}",))]
    seen = image.Image(disk, disk.size, architecture)
    results = list(_guarded(image.STAGE, seen))
    # What starts it needs not be right for the system to be read.
    if results[-1].name == image.LAST and not results[-1].faults:
        results += _guarded(inside.STAGE, inside.Inside(seen.tree, architecture))
    return results


def _guarded(stage: Stage[Any], subject: Any) -> Iterator[Result]:
    """Run a stage; where the subject is too damaged for a check, that is what it found."""
    for check in stage.checks:
        try:
            faults = tuple(check.find(subject))
        except (ValueError, struct.error, RecursionError) as error:
            faults = (f"it cannot be read: {error}",)
        yield Result(check.name, check.why, faults)
        if faults and check.gate:
            return


def list_checks(form: str = "") -> list[tuple[str, str]]:
    """Return name and reason of every check, in the order in which they run; of one form, or of all."""
    from organiser.appliance.verify import behaviour, booting  # these bring what starts qemu

    disk = _listed(image, inside)
    listed = {
        "ova": [
            *_listed(archive, hashes, standard, virtualbox, disks), *disk, *_listed(grains),
            (booting.NAME, booting.WHY), (behaviour.NAME, behaviour.WHY),
        ],
        "utm": [*_listed(utm), *disk, *((check.name, check.why) for check in utm.THOROUGH.checks)],
        "wsl": _listed(wsl, inside),
        "oci": _listed(oci, inside),
    }  # fmt: skip
    wanted = [listed[form]] if form else listed.values()
    return list(dict.fromkeys(each for checks in wanted for each in checks))


def _listed(*modules: Any) -> list[tuple[str, str]]:
    return [(check.name, check.why) for module in modules for check in module.STAGE.checks]


def _run(subject: Any, stages: list[Any]) -> list[Result]:
    """Run stages until one has a fault."""
    results: list[Result] = []
    for stage in stages:
        results += stage.run(subject)
        if _faulty(results):
            break
    return results


def _faulty(results: list[Result]) -> bool:
    return any(result.faults for result in results)
