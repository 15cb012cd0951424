import re

from pytest import approx

from slides.presentations import CHECKOUT
from workshop.site.figures.attending import KEYS, LESSON, QUERY, shares
from workshop.site.figures.keeping import made
from workshop.site.figures.noise import GUIDED
from workshop.site.figures.records import ERRORS
from workshop.site.figures.since import TRIED, best, removed, slope
from workshop.teach.since.works import read_since

SINCE = read_since()
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


def test_what_guidance_gives_is_what_was_measured() -> None:
    (_, distance, *_), (_, asked, *_), (_, variety, *_) = GUIDED
    for what, (without, guided) in (
        ("Fréchet distance of 5,000", distance),
        ("the digit that was asked for", tuple(each / 100 for each in asked)),
        ("variety within a digit", tuple(each / 100 for each in variety)),
    ):
        row = next(line for line in FIGURES.splitlines() if what in line)
        found = [float(each) for each in re.findall(r"\d+\.\d+", row.split("|")[2])]
        assert found == [approx(guided), approx(without)], what


def test_the_look_up_is_a_softmax_of_scaled_products() -> None:
    parts = shares(QUERY, KEYS)
    assert sum(parts) == approx(1)
    assert parts[0] / parts[2] == approx(2.718281828 ** ((1.5 + 0.75) / 2**0.5))
    assert shares((0.0, 0.0), KEYS) == [approx(1 / 3)] * 3


def test_the_heads_look_where_the_slides_say() -> None:
    kept = made()[LESSON]
    first, second = kept["by_hand"]
    text = kept["text"]
    assert {(row, column) for row, column, _ in first if row} >= {
        (row, row - 1) for row in range(2, len(text))
    }
    for row, column, _ in second:
        if row >= 5:
            assert text[column - 1] == text[row]
    period = kept["period"]
    for spots, steps in zip(kept["learnt"], (1, period - 1), strict=True):
        wanted = sum(
            share
            for row, column, share in spots
            if row >= period and (row - column + 1) % period == (steps + 1) % period
        )
        every = sum(share for row, _, share in spots if row >= period)
        assert wanted > 0.5 * every


def test_two_layers_find_what_one_does_not_and_the_shortcut_is_given_away() -> None:
    kept = made()[LESSON]
    assert kept["learning"]["two layers"][-1] > 0.98 and kept["learning"]["one layer"][-1] < 0.25
    alone, both = kept["elsewhere"].values()
    assert alone[0] > 0.95 and alone[1] < 0.25
    assert min(both) > 0.9
