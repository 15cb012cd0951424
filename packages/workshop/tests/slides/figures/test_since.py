import re

from pytest import approx

from slides.presentations import CHECKOUT
from workshop.site.figures.attending import KEYS, LAYERS, QUERY, SHORTCUT, TEXT, heads, shares
from workshop.site.figures.bars import ERRORS, GUIDED
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
        ("guidance 1.5: Fréchet distance of 5,000", distance),
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


def test_the_heads_by_hand_look_one_step_back_and_after_the_same_letter() -> None:
    first, second = heads(TEXT)
    for row in range(1, len(TEXT)):
        assert first[row][row - 1] == approx(1)
        assert len(second[row]) == row + 1  # nobody looks ahead
    for row in range(5, len(TEXT)):
        looked = {column for column, share in enumerate(second[row]) if share > 0.01}
        assert looked == {column for column in range(1, row + 1) if TEXT[column - 1] == TEXT[row]}


def test_what_the_layers_came_to_is_what_was_measured() -> None:
    for words, shown in (
        ("attention, letters that repeat", [LAYERS[0][1]]),
        ("… one layer |", [LAYERS[1][1]]),
        ("one layer where all repeat after 24", [share for _, share in SHORTCUT]),
    ):
        row = next(line for line in FIGURES.splitlines() if words in line)
        assert [float(each) for each in re.findall(r"\d\.\d+", row.split("|")[2])] == shown
