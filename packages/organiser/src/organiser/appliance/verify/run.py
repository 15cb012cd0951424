"""Run all checks on a file that is handed out: an OVA, a zip file for UTM, a .wsl, or an image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
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
    known,
    naming,
    oci,
    oci_archive,
    standard,
    utm,
    utm_archive,
    virtualbox,
    wsl,
)
from organiser.appliance.verify import tree as trees
from organiser.appliance.verify.checks import UNREADABLE, Result, Stage, unreadable
from organiser.appliance.verify.printing import plain, shortened
from organiser.appliance.verify.scan import scan
from organiser.appliance.verify.subject import Subject
from organiser.appliance.vmdk.read import Vmdk, Window


@dataclass
class Report:
    """What was found; a check that is not among the results did not run."""

    path: Path
    results: list[Result]
    updates: str = updating.UNKNOWN
    """What the appliance says about its own updates: no fault either way, but nobody should promise more."""
    form: str | None = "ova"
    """None where the name says none."""
    architecture: Architecture | None = None
    told: list[str] = field(default_factory=list)
    """What every copy will share, or do besides: no fault, when it was meant."""

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
        processor = self.architecture.name if self.architecture else "several processors"
        return f"sound, {naming.KINDS[self.form or 'ova']} for {processor}, {len(self.results)} checks"

    def as_dict(self) -> dict[str, Any]:
        """Return the report as the command prints it with ``--json``."""
        return {
            "file": str(self.path),
            "form": self.form,
            "architecture": self.architecture.name if self.architecture else None,
            "ok": self.ok,
            "updates": plain(self.updates),
            "told": self.told,
            "checks": [
                {"name": each.name, "why": each.why, "ok": not each.faults, "faults": list(each.faults)}
                for each in self.results
            ],
        }


def verify(path: Path, *, thorough: bool = False, progress: Callable[[int], None] = lambda _: None) -> Report:
    """Judge a file; OSError when it cannot be read. What was made to exhaust the reader is not sound, either.

    thorough: also inflate every piece of the disk, which takes minutes where the hash takes
    seconds; the hash already says that they are what was packed. progress: is told of bytes.
    """
    named = naming.Named(path, naming.form_of(path))
    results = list(naming.FORM.run(named))
    if _faulty(results) or named.form is None:
        return Report(path, results, form=named.form)
    judge, first = JUDGES[named.form]
    try:
        report = judge(path, thorough, progress)
    except UNREADABLE as error:
        report = Report(path, [first.refused(error)], form=named.form)
    report.results[:0] = results
    return report


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
        report.results += known.STAGE.run(subject)
    architecture = ARM64 if subject.is_arm else AMD64
    if report.ok and _is_named(report, architecture):
        with path.open("rb") as file:
            for place in places(path, ".vmdk"):
                window = Window(path, place.offset, place.size)
                _disk(report, lambda window=window: Vmdk(file, window), architecture)  # type: ignore[misc]
    if thorough and report.ok:
        report.results += grains.STAGE.run(subject)
    return report


def _verify_utm(path: Path, thorough: bool, progress: Callable[[int], None]) -> Report:
    with path.open("rb") as file:
        seen = utm_archive.open_archive(path, file, progress)
        report = Report(path, _run(seen, [utm.STAGE]), form="utm")
        if report.ok and _is_named(report, ARM64):
            notes = seen.configuration["Information"].get("Notes", "")
            report.updates = updating.in_text(notes)
            _disk(report, seen.disk, ARM64)
        if thorough and report.ok:
            report.results += _run(seen, [utm.THOROUGH])
    return report


def _verify_wsl(path: Path, thorough: bool, progress: Callable[[int], None]) -> Report:
    seen = wsl.read_archive(path, progress)
    seen.architecture = of_program(trees.read(seen.tree, "bin/bash", ELF_HEADER) or b"")
    report = Report(path, _run(seen, [wsl.STAGE]), form="wsl")
    if report.ok and _is_named(report, seen.architecture):
        system = inside.Inside(seen.tree, report.architecture, wsl=True)
        _look_inside(report, system)
        if report.ok:
            # It has no description that could say it.
            report.updates = inside.updates(system)
    return report


def _verify_oci(path: Path, thorough: bool, progress: Callable[[int], None]) -> Report:
    seen = oci_archive.read_archive(path, progress)
    report = Report(path, _run(seen, [oci.STAGE]), form="oci")
    named = report.ok and _is_named(report, *(each.architecture for each in seen.images))
    for each in seen.images if named else ():
        _look_inside(report, inside.Inside(each.tree, each.architecture, oci=True))
    return report


def _look_inside(report: Report, seen: inside.Inside) -> None:
    """Add what the system inside is, and what its copies share."""
    results = list(inside.STAGE.run(seen))
    report.results += results
    if not _faulty(results):
        try:
            lines = inside.told(seen)
        except UNREADABLE as error:
            lines = [f"What its copies share: {unreadable(error)}"]
        report.told += [line for line in map(shortened, lines) if line not in report.told]


def _is_named(report: Report, *architectures: Architecture | None) -> bool:
    """Note for which processor the contents are, and judge the name by it; return whether it is right."""
    if len(architectures) == 1:
        report.architecture = architectures[0]
    kinds = tuple(filter(None, architectures))
    report.results += naming.PROCESSOR.run(naming.Named(report.path, report.form, kinds))
    return report.ok


JUDGES: dict[str, tuple[Callable[[Path, bool, Callable[[int], None]], Report], Stage[Any]]] = {
    "ova": (_verify_ova, archive.STAGE),
    "utm": (_verify_utm, utm.STAGE),
    "wsl": (_verify_wsl, wsl.STAGE),
    "oci": (_verify_oci, oci.STAGE),
}
"""For each form who judges it, and the stage whose first check has failed where it cannot be read at all."""


def _disk(report: Report, read: Callable[[], Any], architecture: Architecture) -> None:
    """Judge a disk and the system on it."""
    try:
        disk = read()
    except UNREADABLE as error:
        report.results.append(image.STAGE.refused(error))
        return
    seen = image.Image(disk, disk.size, architecture)
    results = list(image.STAGE.run(seen))
    report.results += results
    # What starts it needs not be right for the system to be read.
    if results[-1].name == image.LAST and not results[-1].faults:
        _look_inside(report, inside.Inside(seen.tree, architecture))


def list_checks(form: str = "") -> list[tuple[str, str]]:
    """Return name and reason of every check, in the order in which they run; of one form, or of all."""
    from organiser.appliance.verify import behaviour, booting  # these bring what starts qemu

    disk = _listed(image, inside)
    form_named, named = _stages(naming.FORM), _stages(naming.PROCESSOR)
    listed = {
        "ova": [
            *form_named, *_listed(archive, hashes, standard, virtualbox, disks, known), *named, *disk,
            *_listed(grains), (booting.NAME, booting.WHY), (behaviour.NAME, behaviour.WHY),
        ],
        "utm": [*form_named, *_listed(utm), *named, *disk, *_stages(utm.THOROUGH)],
        "wsl": [*form_named, *_listed(wsl), *named, *_listed(inside)],
        "oci": [*form_named, *_listed(oci), *named, *_listed(inside)],
    }  # fmt: skip
    wanted = [listed[form]] if form else listed.values()
    return list(dict.fromkeys(each for checks in wanted for each in checks))


def _listed(*modules: Any) -> list[tuple[str, str]]:
    return _stages(*(module.STAGE for module in modules))


def _stages(*stages: Stage[Any]) -> list[tuple[str, str]]:
    return [(check.name, check.why) for stage in stages for check in stage.checks]


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
