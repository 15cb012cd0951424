import re

from pytest import approx

from slides.presentations import CHECKOUT
from workshop.site.figures import attending, bars
from workshop.site.figures.attending import KEYS, QUERY, TEXT, heads, shares
from workshop.site.figures.bars import ERRORS
from workshop.site.figures.since import TRIED, best, removed, slope
from workshop.teach.attention import recording as attention
from workshop.teach.diffusion import recording as diffusion
from workshop.teach.since.works import read_since

SINCE = read_since()
NOISE = (CHECKOUT / "presentation/sections/noise.md").read_text(encoding="utf-8")
FIGURES = (CHECKOUT / "docs/figures.md").read_text(encoding="utf-8")


def numbers(words: str) -> set[str]:
    return set(re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", words))


def test_a_slide_says_of_a_work_what_the_run_down_says() -> None:
    works = {work.name: work for work in SINCE.works}
    for name, _, claimed, tried in TRIED:
        assert numbers(claimed) <= numbers(works[name].number), name
        known = numbers(works[name].tried) | {"480"}  # of the other work on the same game
        assert numbers(tried) <= known, name
    assert "480" in numbers(works["DQN"].tried)


def test_both_figures_of_imagenet_show_the_same_errors() -> None:
    winners = {winner.year: winner for winner in SINCE.imagenet}
    for year, error, network in ERRORS:
        assert (winners[int(year)].error, winners[int(year)].network) == (error, network)


def test_shares_line_and_budget_are_computed_from_the_run_down() -> None:
    taken = removed(SINCE)
    assert len(taken) == len(SINCE.imagenet) - 1
    assert taken[0] == approx((28.2 - 25.8) / 28.2)
    assert SINCE.imagenet[1 + taken.index(max(taken))].year == 2015
    doublings, middle, _ = slope(SINCE)
    assert 4 < 12 / doublings < 7 and 2012 < middle < 2024
    weights, tokens = best(70e9, 1.4e12)  # Chinchilla was made by the rule
    assert (weights, tokens) == (approx(70e9), approx(1.4e12))


def test_the_look_up_is_a_softmax_of_scaled_products() -> None:
    parts = shares(QUERY, KEYS)
    assert sum(parts) == approx(1)
    assert parts[0] / parts[2] == approx(2.718281828 ** ((1.5 + 0.75) / 2**0.5))
    assert shares((0.0, 0.0), KEYS) == [approx(1 / 3)] * 3


def test_the_heads_by_hand_look_one_step_back_and_after_the_same_letter() -> None:
    first, second = heads(TEXT)
    for row in range(1, len(TEXT)):
        assert first[row][row - 1] == approx(1)
        assert len(second[row]) == row + 1  # nobody looks ahead
    for row in range(5, len(TEXT)):
        looked = {column for column, share in enumerate(second[row]) if share > 0.01}
        assert looked == {column for column in range(1, row + 1) if TEXT[column - 1] == TEXT[row]}


def test_bars_show_what_was_recorded_and_the_table_of_figures_says_the_same() -> None:
    """A lesson that is recorded anew changes its slide by itself; what is written by hand has to follow."""
    layers = attention.recorded()["layers/1"]
    guided = diffusion.recorded()["seeds/1"]["guidance"]
    for drawing, values, form in (
        (bars.guidance(), [guided[strength]["frechet"] for strength in ("0", "1.5")], "{:.2f}"),
        (bars.guidance(), [guided[strength]["asked_for"] for strength in ("0", "1.5")], "{:.1%}"),
        (bars.guidance(), [guided[strength]["variety"] for strength in ("0", "1.5")], "{:.0%}"),
        (attending.layers(), [layers["two_layers"], layers["one_layer"]], "{:.1%}"),
        (attending.given_away(), [layers["fixed_period"], layers["fixed_elsewhere"]], "{:.1%}"),
    ):
        shown = drawing.svg("shown")
        for value in values:
            assert f">{form.format(value).replace('%', ' %')}<" in shown
    read_out = next(line for line in NOISE.splitlines() if "(figure:guidance)" in line)
    for strength in ("0", "1.5"):  # who hears the slide hears the number that stands on it
        assert f"{guided[strength]['frechet']:.2f}" in read_out
    for words, values in (
        ("guidance 1.5: Fréchet distance of 5,000", [guided["1.5"]["frechet"], guided["0"]["frechet"]]),
        ("the digit that was asked for", [guided["1.5"]["asked_for"], guided["0"]["asked_for"]]),
        ("attention, letters that repeat", [layers["two_layers"]]),
        ("… one layer |", [layers["one_layer"]]),
        ("one layer where all repeat after 24", [layers["fixed_period"], layers["fixed_elsewhere"]]),
    ):
        row = next(line for line in FIGURES.splitlines() if words in line)
        written = [float(each) for each in re.findall(r"\d+\.\d+", row.split("|")[2])]
        assert written[: len(values)] == [approx(value, rel=0.005) for value in values], words
