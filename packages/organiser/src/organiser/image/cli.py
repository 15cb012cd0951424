"""``workshop image``: build the workshop as an OCI image, and start it by docker or podman."""

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
from workshop.core import programs
from workshop.core.errors import WorkshopError
from workshop.core.options import Quiet, Verbose
from workshop.core.output import console, print_json, steps
from workshop.core.settings import find_checkout

if TYPE_CHECKING:
    from organiser.image.make import Image

app = typer.Typer(no_args_is_help=True, help="Build and run the container image.")


@app.callback()
def image() -> None:
    """Build the workshop as an image for docker and podman, and start it."""


@app.command(epilog="Example: workshop image build --small --output build")
def build(
    architectures: Architectures = None,
    small: Annotated[
        bool,
        typer.Option("--small", help="Also make the small image, without TensorFlow and PyTorch."),
    ] = False,
    without: Annotated[
        list[str] | None,
        typer.Option(help="tensorflow or pytorch: build only the small image, without either."),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the archives.")] = Path(
        "appliance"
    ),
    mirror: Mirror = "",
    cache: Cache = None,
    stick: Stick = None,
    extra_vars: ExtraVars = None,
    keep_root: KeepRoot = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    json: Json = False,
) -> None:
    """Build the container image from this checkout, as root; docker is not needed.

    Each processor gets an archive. If you build for both, a third archive contains both; podman, and Docker
    with
    containerd's store, choose the right one. The root file system is the appliance's. Run the command again
    to
    resume an interrupted build.
    """
    from organiser.appliance import forms
    from organiser.appliance.architecture import AMD64, ARCHITECTURES, native
    from organiser.appliance.build import Request
    from organiser.image.make import make
    from workshop.core.kernels import OPTIONAL

    kinds = forms.parse(architectures or [(native() or AMD64).name], ARCHITECTURES, "processor")
    if small and without:
        raise WorkshopError("--small makes both images, --without only the small one; choose one")
    programs.require("zstd")
    names = ("oci", "oci-small") if small else ("oci-small",) if without else ("oci",)
    source = find_checkout("playbooks/appliance.yml")
    requests = [
        Request(
            source=source,
            output=output,
            without=frozenset([*without, *OPTIONAL]) if without else frozenset(),
            mirror=mirror,
            cache=cache,
            stick=stick,
            options=for_ansible(extra_vars, source),
            architecture=ARCHITECTURES[kind],
            forms=names,
            keep=keep_root,
        )
        for kind in kinds
    ]
    made = make(requests, say=lambda step: steps.print(f"image: {step} …"))
    if json:
        print_json({"images": [each.as_document() for each in made]})
        return
    for each in made:
        _print_made(each)


def _print_made(made: Image) -> None:
    console.print(f"{made.path}  {made.bytes / 1e9:.2f} GB")
    console.print(f"sha256 {made.sha256}")
    console.print(f"digest {made.digest}")
    if made.bill:
        console.print(f"packages: {made.bill.name}")
    for layer, size in made.layers.items():
        console.print(f"  {layer:<10} {size / 1e6:7.1f} MB")


@app.command(epilog="Example: workshop image run workshop.oci.tar")
def run(
    source: Annotated[
        str,
        typer.Argument(metavar="[FILE|NAME]", help="An archive to load, or the name of a loaded image."),
    ] = "",
    engine: Annotated[str, typer.Option(help="docker or podman; default: whichever is installed.")] = "",
    folder: Annotated[
        Path | None, typer.Option(help="Use this folder as the home instead of a volume.")
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Make the image's own files read-only.")
    ] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Start the workshop on 127.0.0.1 in the background; a volume keeps the notebooks."""
    from organiser.appliance.verify.naming import form_of
    from organiser.image import layout, running

    program = running.find_engine(engine)
    name = source or f"{layout.NAME}:{layout.LATEST}"
    if name.endswith((".tar", ".ova", ".wsl", ".zip")) or ("/" in name and Path(name).exists()):
        archive = Path(name)
        if not archive.is_file():
            raise WorkshopError(f"there is no file {archive}")
        # The copy to which a browser gave a number is one, too.
        if form_of(archive) != "oci":
            raise WorkshopError(f"{archive} is not an image archive; the name must end in {layout.SUFFIX}")
        # Before the minute that loading takes.
        running.require_none_running(program)
        running.require_free()
        steps.print(f"image: loading {archive.name} …")
        name = running.load(program, archive)
    started = running.start(program, running.Request(name, folder, read_only=read_only))
    link = running.wait_for_link(program, started["name"])
    if json:
        print_json(started | {"link": link})
        return
    console.print(f"start page   {started['start_page']}")
    console.print(f"JupyterLab   {link}  (once, within ten minutes)", soft_wrap=True)
    console.print(f"notebooks    {started['home']}")
    console.print(f"stop with    {started['engine']} stop {started['name']}")
