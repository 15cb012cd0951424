import re
from pathlib import Path

from pytest import approx

from slides.presentations import CHECKOUT
from workshop.site.figures.bars import JUDGED
from workshop.site.figures.ideas import POINTS, fitted, hands
from workshop.site.figures.shown import MEMORY, PLAYERS, TRUST, computed
from workshop.site.presentation import read_presentation

BOXES = (
    "backward bubbles dense graph inception levers look-ahead look-up loop neuron recurrent residual squeeze"
)
SIGNS = "cell folds graph-open keep start-page style threads tools transfer upgrade watching woven"
IDEAS = {*BOXES.split(), *SIGNS.split()}
"""Pictures of boxes, arrows and screens; the others show data."""
VOTE = re.compile(r"\(vote:([\w-]+)\)")


def test_the_line_has_the_least_squares() -> None:
    slope, start = fitted(POINTS)

    def squares(slope: float, start: float) -> float:
        return sum((y - slope * x - start) ** 2 for x, y in POINTS)

    best = squares(slope, start)
    assert all(squares(slope + a, start + b) > best for a, b in ((0.1, 0), (-0.1, 0), (0, 0.1), (0, -0.1)))
    assert fitted([(0, 1), (1, 3), (2, 5)]) == approx((2, 1))


def test_what_the_bars_say_is_what_was_measured() -> None:
    games = (CHECKOUT / "packages/bubblebreaker/README.md").read_text(encoding="utf-8")
    for _, points, half in PLAYERS:
        assert f"{points:,} ± {half}" in games
    names = (CHECKOUT / "docs/names.md").read_text(encoding="utf-8")
    counting = [TRUST[0][1][0], TRUST[1][1][0]]
    network = [TRUST[0][1][1], TRUST[1][1][1]]
    for who, shares in (("counting", counting), ("the network", network)):
        row = re.search(rf"^\| {who} \|.*$", names, re.MULTILINE)
        assert row is not None
        assert all(f" {share} %" in row[0] for share in shares)
    figures = (CHECKOUT / "docs/figures.md").read_text(encoding="utf-8")
    row = re.search(r"^\| EfficientNet-Lite0 \|.*$", figures, re.MULTILINE)
    assert row is not None
    assert all(f"{megabytes} MB" in row[0] for _, megabytes in MEMORY)
    for name, (_, areas) in zip(("16 principal", "autoencoder 256"), JUDGED, strict=True):
        found = re.search(rf"^\| {name}.*$", figures, re.MULTILINE)
        assert found is not None
        assert all(f" {area:.4f} " in found[0] for area in areas)


def test_plain_blocks_make_all_inputs_alike_and_residual_ones_do_not() -> None:
    cosines = computed()["alike"]
    assert cosines["plain"][-1] > 0.95
    assert cosines["residual"][-1] < 0.5
    assert cosines["plain"][0] == cosines["residual"][0] < 0.1


def test_every_picture_of_the_slides_is_used() -> None:
    sections = "".join(
        path.read_text(encoding="utf-8") for path in (CHECKOUT / "presentation/sections").glob("*.md")
    )
    shown = set(re.findall(r"\(picture:([\w-]+)\)", sections))
    living = {f"{demo}-{state}" for demo, state in re.findall(r"\(demo:([\w-]+)#([\w-]+)\)", sections)}
    wanted = shown | living | {f"{name}-dark" for name in living}
    assert {path.stem for path in Path(CHECKOUT / "presentation/pictures").glob("*.webp")} == wanted


def test_no_picture_or_figure_stands_twice() -> None:
    sections = "".join(
        path.read_text(encoding="utf-8") for path in (CHECKOUT / "presentation/sections").glob("*.md")
    )
    shown = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", sections)
    assert len(shown) == len(set(shown))
    asked = VOTE.findall(sections)
    assert len({hands(name).svg("") for name in asked}) == len(asked) > 5


def test_at_least_half_of_the_pictures_of_each_deck_show_data() -> None:
    presentation = read_presentation(CHECKOUT)
    for workshop in presentation.workshops.values():
        slides = [
            slide.text
            for item in workshop.items
            if item.section
            for slide in presentation.sections[item.section].slides
        ]
        shown = re.findall(r"!\[[^\]]*\]\((?:figure|picture|demo):([\w-]+)", "\n".join(slides))
        data = [name for name in shown if name not in IDEAS]
        assert len(data) >= len(shown) / 2, workshop.name
