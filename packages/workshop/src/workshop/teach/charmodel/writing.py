"""Letting a network write: draw a character from its answer, give it to the network to read, and so on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workshop.teach.charmodel.alphabet import Alphabet, Ids

if TYPE_CHECKING:
    from workshop.teach.charmodel.network import Network


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


def letters(
    network: Network,
    alphabet: Alphabet,
    start: str = "\n",
    *,
    rows: int = 1,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 1,
    condition: Ids | None = None,
) -> Iterator[Ids]:
    """Yield one character after the other without end, int32 (rows,): ``rows`` texts are written at once.

    All begin by reading ``start``, which has at least one character. The same seed, the same texts.
    """
    if not start:
        raise ValueError("the network has to read at least one character before it writes")
    rng, state = np.random.default_rng(seed), network.start(rows)
    logits: npt.NDArray[Any] = np.zeros(0)
    for number in alphabet.encode(start):
        logits, state = network.next(np.full(rows, number, np.int32), state, condition)
    while True:
        drawn = draw(chances(logits, temperature, top_k), rng)
        yield drawn
        logits, state = network.next(drawn, state, condition)


def write(
    network: Network,
    alphabet: Alphabet,
    start: str = "\n",
    length: int = 500,
    *,
    end: str | None = None,
    rows: int = 1,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 1,
    condition: Ids | None = None,
) -> list[str]:
    """Return ``rows`` texts of at most ``length`` characters, without ``start`` and without ``end``.

    With ``end``, a text ends before that character; otherwise it has ``length``. Parameters as in
    ``letters``.
    """
    last = None if end is None else int(alphabet.encode(end)[0])
    written, over = [], np.zeros(rows, bool)
    pen = letters(
        network,
        alphabet,
        start,
        rows=rows,
        temperature=temperature,
        top_k=top_k,
        seed=seed,
        condition=condition,
    )
    for _ in range(length):
        written.append(next(pen))
        over |= written[-1] == last
        if over.all():
            break
    texts = [alphabet.decode(column) for column in np.array(written, np.int32).reshape(-1, rows).T]
    return texts if end is None else [text.split(end)[0] for text in texts]
