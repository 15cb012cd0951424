from workshop.slides.figures.grids import EDGE, POOL_ME, correlate, gram_matrix, pooled


def test_the_edge_filter_answers_at_edges_only() -> None:
    assert correlate([[5] * 4] * 3, EDGE) == [[0, 0]]
    assert correlate([[0, 0, 1, 1]] * 3, EDGE) == [[3, 3]]


def test_pooling_keeps_the_largest() -> None:
    assert pooled(POOL_ME) == [[4, 2], [2, 8]]


def test_the_gram_matrix_is_symmetric_with_squares_in_its_diagonal() -> None:
    assert gram_matrix([[1, 2], [3, 0]]) == [[5, 3], [3, 9]]
