"""``workshop release``: prepare everything that is published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from organiser.appliance.architecture import ARCHITECTURES, native
from organiser.appliance.options import Architectures, ExtraVars, Json, Stick
from organiser.release.steps import STEPS, Release, prepare
from workshop.core.errors import WorkshopError
from workshop.core.output import console, messages, print_json
from workshop.core.settings import find_checkout

app = typer.Typer(help="Prepare a release: every file, its hash, and the download page.")


@app.command(epilog="Example: workshop release --arch amd64 --without stick --output out")
def release(
    architectures: Architectures = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder that gets a folder for this version.")
    ] = Path("release"),
    address: Annotated[str, typer.Option(help="Address where the files will be published.")] = "",
    sign_with: Annotated[Path | None, typer.Option(help="SSH key that signs the list of hashes.")] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(help=f"Leave a step out: {', '.join(step.name for step in STEPS)}; may be repeated."),
    ] = None,
    stick: Stick = None,
    extra_vars: ExtraVars = None,
    json: Json = False,
) -> None:
    """Build, verify and list all files of a release from a clean checkout, as root.

    Run the command again to resume an interrupted release.
    """
    names = {step.name for step in STEPS}
    if unknown := sorted(set(without or ()) - names):
        raise WorkshopError(f"there is no step {unknown[0]!r}; the steps are {', '.join(sorted(names))}")
    own = native()
    chosen = ",".join(architectures or ([own.name] if own else [])).split(",")
    if unknown := [name for name in chosen if name not in ARCHITECTURES]:
        raise WorkshopError(f"there is no processor {unknown[0]!r}; choose from {', '.join(ARCHITECTURES)}")
    builder = [*(("--stick", str(stick)) if stick else ())]
    builder += [word for each in extra_vars or () for word in ("--extra-vars", each)]
    wanted = Release(
        find_checkout("site.yml"),
        output.resolve(),
        tuple(chosen),
        address,
        sign_with.resolve() if sign_with else None,
        tuple(builder),
        tuple(without or ()),
    )
    done = prepare(wanted, messages.print)
    if json:
        print_json({"version": done.version, "done": done.done, "before": done.before, "left": done.left})
        return
    console.print(f"Release {done.version} is in {wanted.output}. Steps left to do by hand:")
    for line in done.left:
        console.print(f"  {line}")
