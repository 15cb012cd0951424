"""Paint the sheet of pictures that the manual shows: ``python -m workshop.teach.imagenet.style.sheet``.

Each picture is painted once and kept in the folder that ``--scratch`` names, so that a broken-off run
goes on. The last picture made, they are put together with words under them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image, ImageDraw

from workshop.teach import imagenet
from workshop.teach.imagenet.photos import photos
from workshop.teach.imagenet.style import colours, paintings
from workshop.teach.imagenet.style.losses import Losses
from workshop.teach.imagenet.style.painting import paint

WIDTH, HEIGHT, WORDS = 256, 176, 18
COLUMNS = 4


class Recipe(NamedTuple):
    """How one picture of the sheet is painted."""

    words: str
    painting: str = "starry-night"
    style: float = 200.0
    content: int = 1
    rough: float = 30.0
    sides: tuple[int, ...] = (96, 192)
    steps: tuple[int, ...] = (40, 40)
    start: str = "photo"
    average: bool = True
    colours: str = ""
    photo: str = "palace"


LARGE: dict[str, Any] = {"sides": (128, 256), "steps": (60, 60)}
RECIPES = (
    Recipe("van Gogh, The Starry Night", **LARGE),
    Recipe("Hokusai, The Great Wave", "great-wave", **LARGE),
    Recipe("van Gogh, Street in Auvers", "auvers", **LARGE),
    Recipe("Kandinsky, Composition VIII", "kandinsky", **LARGE),
    Recipe("a tenth of the style", style=20.0),
    Recipe("ten times the style", style=2000.0),
    Recipe("finest content layer", content=0),
    Recipe("coarsest content layer", content=2),
    Recipe("from noise", start="noise"),
    Recipe("one size only", sides=(192,), steps=(70,)),
    Recipe("without averaging", average=False),
    Recipe("the photograph's colours", colours="light"),
)


def make(recipe: Recipe, losses: Losses) -> Image.Image:
    """Paint one picture."""
    photo = Image.open(photos()[recipe.photo]).convert("RGB")
    losses.weigh(style=recipe.style, content=recipe.content, rough=recipe.rough)
    painting = paintings.open_painting(recipe.painting).picture
    result, histories = paint(
        losses, photo, painting, sides=recipe.sides, steps=recipe.steps, start=recipe.start
    )
    if recipe.colours == "light":
        result = colours.with_colours_of(result, photo)
    seconds = sum(history.cpu_seconds for history in histories)
    left = ", ".join(f"{history.losses[0]:.2f} to {history.losses[-1]:.2f}" for history in histories)
    print(f"{recipe.words}: loss {left} in {seconds:.0f} CPU-s", flush=True)
    return result


def missing(folder: Path) -> Iterator[tuple[Recipe, Path]]:
    """Yield the recipes whose picture is not there yet, those of one network after those of the other."""
    for recipe in sorted(RECIPES, key=lambda recipe: not recipe.average):
        path = folder / f"{recipe.words.lower().replace(' ', '-')}.png"
        if not path.is_file():
            yield recipe, path


def together(folder: Path) -> Image.Image:
    """Put all pictures together, each with its words below it."""
    rows = -(-len(RECIPES) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (WIDTH + 4) - 4, rows * (HEIGHT + WORDS)), "white")
    draw = ImageDraw.Draw(sheet)
    for number, recipe in enumerate(RECIPES):
        left, upper = number % COLUMNS * (WIDTH + 4), number // COLUMNS * (HEIGHT + WORDS)
        with Image.open(folder / f"{recipe.words.lower().replace(' ', '-')}.png") as picture:
            sheet.paste(picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS), (left, upper))
        draw.text((left + 2, upper + HEIGHT + 3), recipe.words, fill="black")
    return sheet


def main() -> None:
    """Paint what is missing, at most so many minutes; put the sheet together when nothing is."""
    parser = argparse.ArgumentParser(description="Make the sheet of painted pictures.")
    parser.add_argument("--out", type=Path, default=Path("docs/images/style-sheet.webp"))
    parser.add_argument("--scratch", type=Path, default=Path(".cache/style-sheet"))
    parser.add_argument("--minutes", type=float, default=60.0)
    told = parser.parse_args()
    told.scratch.mkdir(parents=True, exist_ok=True)
    until, losses, average = time.monotonic() + 60 * told.minutes, None, None
    for recipe, path in missing(told.scratch):
        if time.monotonic() > until:
            print("the time is up; run it again to go on")
            return
        if losses is None or average != recipe.average:
            average = recipe.average
            losses = Losses(imagenet.open_network("efficientnet-lite0"), average=average)
        make(recipe, losses).save(path)
    together(told.scratch).save(told.out, quality=82, method=6)
    print(f"{told.out}: {told.out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
