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
from workshop.core.output import console, messages, print_json
from workshop.core.settings import find_checkout

if TYPE_CHECKING:
    from organiser.image.make import Image

app = typer.Typer(no_args_is_help=True, help="Build and start the workshop's image.")


@app.callback()
def image() -> None:
    """Build the workshop as an image for docker and podman, and start it."""


@app.command(epilog="Example: workshop image build --small --output build")
def build(
    architectures: Architectures = None,
    small: Annotated[
        bool,
        typer.Option(
            "--small", help="Also make the small one, without TensorFlow and PyTorch, of the same root."
        ),
    ] = False,
    without: Annotated[
        list[str] | None,
        typer.Option(
            help="Leave out tensorflow and pytorch, by either name: the small one alone, built sooner."
        ),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder that gets the archives.")] = Path(
        "appliance"
    ),
    mirror: Mirror = "",
    cache: Cache = None,
    stick: Stick = None,
    extra_vars: ExtraVars = None,
    keep_root: KeepRoot = False,
    json: Json = False,
) -> None:
    """Build the image from this checkout, as root; docker is not needed.

    One archive for each processor, and one with both, from whose manifest list podman and a Docker with
    containerd's store choose. The root is the appliance's. What was interrupted goes on when the command is
    run again.
    """
    from organiser.appliance import forms
    from organiser.appliance.architecture import AMD64, ARCHITECTURES, native
    from organiser.appliance.build import Request
    from organiser.image.make import make
    from workshop.core.kernels import OPTIONAL

    kinds = forms.parse(architectures or [(native() or AMD64).name], ARCHITECTURES, "processor")
    if small and without:
        raise WorkshopError(
            "--small makes two images, and --without tensorflow the small one alone; choose one"
        )
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
    made = make(requests, say=lambda step: messages.print(f"image: {step} …"))
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
        typer.Argument(metavar="[FILE|NAME]", help="An archive, loaded first, or an image that is loaded."),
    ] = "",
    engine: Annotated[str, typer.Option(help="docker or podman; default: the one that is there.")] = "",
    folder: Annotated[
        Path | None, typer.Option(help="A folder of yours that becomes the home, instead of a volume.")
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="The image's own files cannot be written.")
    ] = False,
    json: Json = False,
) -> None:
    """Start the workshop on this computer's 127.0.0.1, in the background; notebooks stay in a volume."""
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
            raise WorkshopError(f"{archive} is no archive of an image; its name would end in {layout.SUFFIX}")
        # Before the minute that loading takes.
        running.require_none_running(program)
        running.require_free()
        messages.print(f"image: loading {archive.name} …")
        name = running.load(program, archive)
    started = running.start(program, running.Request(name, folder, read_only=read_only))
    link = running.wait_for_link(program, started["name"])
    if json:
        print_json(started | {"link": link})
        return
    console.print(f"start page   {started['start_page']}")
    console.print(f"JupyterLab   {link}  (once, within ten minutes)", soft_wrap=True)
    console.print(f"notebooks    {started['home']}")
    console.print(f"to end it    {started['engine']} stop {started['name']}")
