"""Names as counts of the runs of letters that they have."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer


def counted(names: Sequence[str], columns: int, longest: int = 5) -> sparse.csr_matrix:
    """Return which runs of 1 to ``longest`` letters each name has, float32 (names, columns).

    A run's column comes from a hash of its letters, so no list of runs has to be kept; a few share one
    (Weinberger and others, 2009, https://arxiv.org/abs/0902.2206). The squares of a row add up to 1.
    """
    return _counter(columns, longest).transform(names)


@functools.cache
def _counter(columns: int, longest: int) -> HashingVectorizer:
    return HashingVectorizer(
        analyzer="char", ngram_range=(1, longest), n_features=columns, alternate_sign=False,
        preprocessor=with_edges, dtype=np.float32,
    )  # fmt: skip


def with_edges(name: str) -> str:
    """Return a name with a space on both sides, so that first and last letters are told apart."""
    return f" {name} "
