"""``workshop bench NAME``: find the benchmark that a capability brings in its own ``bench.py``."""

from __future__ import annotations

import typer

from workshop.lazy import lazy_group

BENCHES = {
    "appliance": (
        "workshop.appliance.bench",
        "Verify beside sha256sum, packing beside qemu-img.",
    ),
    "setup": ("workshop.machine.bench", "Set-up from nothing against installing the same by hand."),
    "sync": ("workshop.sync.bench", "Sync: kills, random edits, speed beside nbgitpuller."),
    "thumbdrive": (
        "workshop.thumbdrive.bench",
        "Sticks: a second update's bytes, speed beside cp and sha256sum.",
    ),
    "imagenet": ("workshop.imagenet.bench", "A forward pass of each ImageNet network beside its peers."),
    "charrnn": (
        "workshop.teach.charmodel.bench",
        "Characters a second that a network learns from, beside PyTorch.",
    ),
    "filter": ("workshop.lessons.bench", "git add of 100 notebooks through our filter and its peers."),
    "samegame": ("workshop.bubblebreaker.bench", "How many points an agent makes on a file of boards."),
    "bubblebreaker": ("workshop.bubblebreaker.gamesbench", "What agents make of a game, with intervals."),
    "curve": ("workshop.bubblebreaker.curvebench", "Score against time of the search on SameGame's boards."),
    "env": ("workshop.bubblebreaker.envbench", "Moves a second of engine and environments, one core."),
}

app = typer.Typer(
    cls=lazy_group(BENCHES),
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measure the README's performance figures, peers side by side in one run.",
)


@app.callback()
def bench() -> None:
    """Measure the README's performance figures, peers side by side in one run."""
