"""``workshop appliance``: build the virtual machine that is handed out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from organiser.appliance.options import (
    Architectures,
    Cache,
    ExtraVars,
    Json,
    KeepRoot,
    Mirror,
    Stick,
    for_ansible,
)
from workshop import __version__
from workshop.core.errors import WorkshopError
from workshop.core.options import Quiet, Verbose
from workshop.core.output import console, print_json, steps
from workshop.core.settings import find_checkout

if TYPE_CHECKING:
    from organiser.appliance.build import Built

app = typer.Typer(no_args_is_help=True, help="Build, export and verify the virtual machine.")


@app.callback()
def appliance() -> None:
    """Build, export and verify the virtual machine that is handed out."""


@app.command(epilog="Example: workshop appliance build --format ova,wsl --output build")
def build(
    architectures: Architectures = None,
    formats: Annotated[
        list[str] | None, typer.Option("--format", help="ova, utm, wsl, or several separated by commas.")
    ] = None,
    distribution: Annotated[str, typer.Option(help="debian; fedora is untested.")] = "debian",
    without: Annotated[
        list[str] | None,
        typer.Option(
            help="Leave out tensorflow, pytorch, or lessons: all of the workshop's own; may be repeated."
        ),
    ] = None,
    courses: Annotated[
        list[Path] | None,
        typer.Option("--course", metavar="FOLDER", help="A course of others to put in; may be repeated."),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the files and their checksums.")
    ] = Path("appliance"),
    mirror: Mirror = "",
    cache: Cache = None,
    stick: Stick = None,
    extra_vars: ExtraVars = None,
    keep_root: KeepRoot = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    json: Json = False,
) -> None:
    """Build the virtual machine from this checkout, as root. VirtualBox, UTM and Windows are not needed.

    Each processor gets one root file system, in each format: an OVA for VirtualBox, a .utm in a zip file for
    Macs with Apple Silicon, a .wsl for Windows. A processor that this computer does not have is emulated. Run
    the command again to resume an interrupted build.
    """
    from organiser.appliance import forms
    from organiser.appliance.architecture import AMD64, ARCHITECTURES, native
    from organiser.appliance.build import Request
    from organiser.appliance.build import build as build_one

    kinds = forms.parse(architectures or [(native() or AMD64).name], ARCHITECTURES, "processor")
    wanted = forms.parse(formats or [forms.OVA.name], forms.FORMS, "form")
    forms.require_possible(kinds, wanted)
    source = find_checkout("playbooks/appliance.yml")
    done = []
    for kind in kinds:
        architecture = ARCHITECTURES[kind]
        request = Request(
            source=source,
            output=output,
            distribution=distribution,
            without=frozenset(without or ()),
            mirror=mirror,
            cache=cache,
            stick=stick,
            courses=tuple(courses or ()),
            options=for_ansible(extra_vars, source),
            architecture=architecture,
            forms=tuple(form for form in wanted if architecture in forms.FORMS[form].architectures),
            keep=keep_root,
        )
        built = build_one(request, say=lambda step: steps.print(f"appliance: {step} …"))
        done.append(built)
        if not json:
            _print_built(built)
    if json:
        print_json({"built": [built.as_document() for built in done]})


def _print_built(built: Built) -> None:
    """Say what was built for one processor."""
    for made in built.files:
        console.print(f"{made.path}  {made.bytes / 1e9:.2f} GB")
        console.print(f"sha256 {made.sha256}")
    console.print(f"{built.packages} packages; also written: {', '.join(built.described)}")
    console.print(built.updates)
    console.print(", ".join(f"{step} {seconds:.0f} s" for step, seconds in built.seconds.items()))


@app.command(epilog="Example: workshop appliance export my-machine machine.ova")
def export(
    vm: Annotated[str, typer.Argument(help="The machine's name in VirtualBox.")],
    file: Annotated[Path, typer.Argument(help="The OVA to write.", dir_okay=False)],
    version: Annotated[str, typer.Option(help="Version recorded in the OVA.")] = __version__,
    quiet: Quiet = False,
    verbose: Verbose = False,
    json: Json = False,
) -> None:
    """Export a VirtualBox machine that came from an appliance, after shutting it down. Needs VBoxManage.

    The OVA is reproducible, with fixed order and dates, and forwards ports on 127.0.0.1. It contains no host
    keys,
    token, passwords, logs or histories; each copy makes its own.
    """
    from organiser.appliance.export import export as export_machine

    done = export_machine(vm, file, version=version, say=lambda line: steps.print(f"appliance: {line}"))
    if json:
        print_json(
            {"ova": str(done.ova), "bytes": done.bytes, "sha256": done.sha256, "seconds": done.seconds}
        )
        return
    console.print(f"{done.ova}  {done.bytes / 1e9:.2f} GB, sound")
    console.print(f"sha256 {done.sha256}")


@app.command(epilog="Example: workshop appliance verify --boot machine.ova")
def verify(
    file: Annotated[
        Path, typer.Argument(help="An OVA, a .utm.zip, a .wsl or an .oci.tar.", exists=True, dir_okay=False)
    ],
    boot: Annotated[
        bool, typer.Option("--boot", help="Also boot an OVA or .utm.zip in qemu; takes minutes.")
    ] = False,
    sums: Annotated[
        bool, typer.Option("--sums", help="Only compare with the list of checksums next to it, if present.")
    ] = False,
    log: Annotated[Path | None, typer.Option(help="With --boot: folder for the machine's log.")] = None,
    boot_seconds: Annotated[
        float, typer.Option(min=1, help="With --boot: seconds until every port must answer.")
    ] = 600,
    quiet: Quiet = False,
    verbose: Verbose = False,
    json: Json = False,
) -> None:
    """Verify a file before you hand it out: is it complete, and what is inside?

    Exit 0 only if it is sound. With pytest and testinfra installed, --boot runs the project's tests of a
    machine;
    otherwise it checks whether every port answers. The last line shows which was done.
    """
    from organiser.appliance.verify.naming import KINDS, form_of
    from organiser.appliance.verify.run import verify as judge

    if boot and form_of(file) not in ("ova", "utm"):
        raise WorkshopError("only an OVA or a .utm.zip can be booted here; leave out --boot")
    report = judge(file, sums=sums)
    level = None
    if boot and report.ok:
        from organiser.appliance.verify import boot as starting

        level = starting.choose(log)
        steps.print("appliance: starting it …")
        starting.start(report, level, log=log, seconds=boot_seconds)
    if json:
        print_json(report.as_dict() | {"boot": level.as_document() if level else None})
    else:
        for name, fault in report.faults:
            _print_plainly(f"FAIL  {name}: {fault}", style="red")
        processor = report.architecture.name if report.architecture else "several processors"
        kind = KINDS[report.form or "ova"]
        sound = f"sound, {kind} for {processor}, {len(report.results)} checks"
        _print_plainly(f"{file}: {sound if report.ok else 'not sound'}")
        for line in filter(None, (*report.told, report.updates)) if report.ok else ():
            _print_plainly(line)
        if level:
            _print_plainly(level.sentence)
    if not report.ok:
        raise typer.Exit(1)


def _print_plainly(line: str, style: str | None = None) -> None:
    console.print(line, style=style)
