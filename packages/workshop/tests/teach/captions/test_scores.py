import pytest

from workshop.teach.captions import scores

WANTED = ["a", "small", "boot", "above", "a", "small", "bag"]


def test_each_run_counts_at_most_as_often_as_it_is_wanted() -> None:
    assert scores.clipped(["a"] * 5, WANTED, 1) == (2, 5)
    assert scores.clipped(["a", "small", "bag", "above", "a", "small", "boot"], WANTED, 2) == (5, 6)
    assert scores.clipped(["bag"], WANTED, 3) == (0, 0)


def test_bleu_is_the_one_of_papineni_and_others() -> None:
    assert scores.bleu([WANTED], [WANTED]) == 1
    # One word of seven, the second, is another one: 6/7, 4/6, 3/5 and 2/4 of the runs are wanted.
    changed = [["a", "large", *WANTED[2:]]]
    assert scores.bleu(changed, [WANTED]) == pytest.approx((6 / 7 * 4 / 6 * 3 / 5 * 2 / 4) ** 0.25)
    # Who says less pays for it: e to the power of 1 − 7/5.
    assert scores.bleu([WANTED[:5]], [WANTED]) == pytest.approx(2.718281828 ** (1 - 7 / 5))
    assert scores.bleu([["two"]], [WANTED]) == 0


def test_a_sentence_with_one_other_word_is_not_exact() -> None:
    assert scores.exact([WANTED, WANTED[:6]], [tuple(WANTED), WANTED]) == 0.5
