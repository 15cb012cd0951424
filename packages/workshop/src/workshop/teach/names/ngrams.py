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
    runs: Callable[[str, int], list[str]] | None = None,
) -> Pipeline:
    """Return a classifier that has learnt from ``people``; ask it ``predict_proba(names)``.

    ``runs`` returns all runs of 1 to so many letters of a name, edges included; without it, scikit-learn's
    own function does. Runs count that occur in two names at least; rare ones weigh more (tf-idf, the count by
    its logarithm), and every region has the same weight in all.
    """
    if runs is None:
        how: dict[str, Any] = {"analyzer": "char", "ngram_range": (1, longest), "preprocessor": with_edges}
    else:
        how = {"analyzer": lambda name: runs(name, longest)}
    counts = TfidfVectorizer(**how, min_df=2, sublinear_tf=True, dtype=np.float32)
    regression = LogisticRegression(C=strength, class_weight="balanced", max_iter=steps, tol=1e-3)
    pipeline: Pipeline = make_pipeline(counts, regression)
    return pipeline.fit(people.names, people.labels)


def strongest(model: Pipeline, region: int, count: int = 12) -> list[str]:
    """Return the runs of letters that speak most for a region; a space is shown as ``·``."""
    weights: npt.NDArray[Any] = model[-1].coef_[region]
    runs: Sequence[str] = model[0].get_feature_names_out()
    return [str(runs[place]).replace(" ", "·") for place in np.argsort(-weights)[:count]]
