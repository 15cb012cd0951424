"""Letting a network write: probabilities of its logits, and a draw by them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.teach.charmodel.alphabet import Ids


def chances(
    logits: npt.NDArray[Any], temperature: float = 1.0, top_k: int | None = None
) -> npt.NDArray[np.float64]:
    """Return the probabilities of the characters, float64 (…, characters), of answers before the softmax.

    They are proportional to exp(logit / ``temperature``): below 1 the likely becomes likelier; at 0 the
    likeliest is certain. With ``top_k`` only the k likeliest may come (Fan and others, 2018).
    """
    if temperature < 0:
        raise ValueError(f"a temperature is not below 0, as {temperature} is")
    if top_k is not None and top_k < 1:
        raise ValueError("top_k: at least one character has to be possible")
    values = np.asarray(logits, np.float64)
    if temperature == 0:
        top_k, temperature = 1, 1.0
    values = (values - values.max(axis=-1, keepdims=True)) / temperature
    odds = np.exp(values)
    if top_k is not None and top_k < values.shape[-1]:
        # By rank, not by value: of equals, the first ones.
        rank = np.argsort(np.argsort(-values, axis=-1, kind="stable"), axis=-1)
        odds[rank >= top_k] = 0
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True))


def draw(probabilities: npt.NDArray[np.float64], rng: np.random.Generator) -> Ids:
    """Draw one number a row from (rows, characters); return int32 (rows,)."""
    edges = probabilities.cumsum(axis=1)
    dice = rng.random((len(edges), 1)) * edges[:, -1:]
    return np.asarray((dice >= edges).sum(axis=1), np.int32)
