"""What the network has to beat: counts of letters that stand together, and logistic regression.

No network has to be built to tell names apart: 28,000 columns of "how often does 'ing ' occur here" and
one weight a column and region are a strong opponent, and take seconds (Cavnar and Trenkle, 1994, told
languages apart by such counts).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from workshop.teach.names.corpus import People
from workshop.teach.names.runs import with_edges

STRENGTH = 3.0
"""scikit-learn's C, the best of 1, 3 and 10 on the validation set of families."""


def learn(
    people: People,
    *,
    longest: int = 4,
    strength: float = STRENGTH,
    steps: int = 200,
    analyzer: Callable[[str, int], list[str]] | None = None,
) -> Pipeline:
    """Return a classifier that has learnt from ``people``; ask it ``predict_proba(names)``.

    ``analyzer`` returns a name's n-grams of 1 to so many letters, with a space at both ends; the default is
    scikit-learn's own function. N-grams must occur in at least two names; rare ones weigh more (tf-idf of the
    log count), and every region has the same total weight.
    """
    if analyzer is None:
        how: dict[str, Any] = {"analyzer": "char", "ngram_range": (1, longest), "preprocessor": with_edges}
    else:
        how = {"analyzer": lambda name: analyzer(name, longest)}
    counts = TfidfVectorizer(**how, min_df=2, sublinear_tf=True, dtype=np.float32)
    regression = LogisticRegression(C=strength, class_weight="balanced", max_iter=steps, tol=1e-3)
    pipeline: Pipeline = make_pipeline(counts, regression)
    return pipeline.fit(people.names, people.labels)


def strongest(model: Pipeline, region: int, count: int = 12) -> list[str]:
    """Return the n-grams with the largest weights for a region; a space is shown as ``·``."""
    weights: npt.NDArray[Any] = model[-1].coef_[region]
    names: Sequence[str] = model[0].get_feature_names_out()
    return [str(names[column]).replace(" ", "·") for column in np.argsort(-weights)[:count]]
