from pytest import approx

from workshop.site.figures.attending import KEYS, QUERY, TEXT, heads, shares
from workshop.site.figures.since import best, removed, slope
from workshop.teach.since.works import read_since

SINCE = read_since()


def test_the_slides_numbers_are_computed_from_the_list_of_works() -> None:
    taken = removed(SINCE)
    assert len(taken) == len(SINCE.imagenet) - 1
    assert taken[0] == approx((28.2 - 25.8) / 28.2)
    assert SINCE.imagenet[1 + taken.index(max(taken))].year == 2015
    doublings, middle, _ = slope(SINCE)
    assert 4 < 12 / doublings < 7 and 2012 < middle < 2024
    weights, tokens = best(70e9, 1.4e12)  # Chinchilla was made by the rule
    assert (weights, tokens) == (approx(70e9), approx(1.4e12))


def test_attention_on_the_slide_is_a_softmax_of_scaled_products() -> None:
    parts = shares(QUERY, KEYS)
    assert sum(parts) == approx(1)
    assert parts[0] / parts[2] == approx(2.718281828 ** ((1.5 + 0.75) / 2**0.5))
    assert shares((0.0, 0.0), KEYS) == [approx(1 / 3)] * 3


def test_the_two_heads_on_the_slide_attend_to_the_previous_letter_and_after_equal_letters() -> None:
    first, second = heads(TEXT)
    for row in range(1, len(TEXT)):
        assert first[row][row - 1] == approx(1)
        assert len(second[row]) == row + 1  # nobody looks ahead
    for row in range(5, len(TEXT)):
        looked = {column for column, share in enumerate(second[row]) if share > 0.01}
        assert looked == {column for column in range(1, row + 1) if TEXT[column - 1] == TEXT[row]}
