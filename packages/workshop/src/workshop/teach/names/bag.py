"""Logistic regression on a name's n-grams and words, in PyTorch, for the lesson *Is it good, and for whom?*

Each sequence of up to so many letters, and each word, has a weight for each region; a name's score is their
sum. They share ``COLUMNS`` rows of one table, found by a hash (Weinberger and others, 2009, *Feature hashing
for large scale multitask learning*). For PyTorch's kernel; ``ngrams`` does the same with scikit-learn.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F  # noqa: N812 -- as PyTorch's own documentation names it

from workshop.teach.names import corpus
from workshop.teach.names.families import families_of
from workshop.teach.names.regions import REGIONS

COLUMNS = 2**16
RATE, BATCH = 0.01, 512
Array = npt.NDArray[Any]


def people(count: int, seed: int) -> tuple[Array, Array, Array]:
    """Return ``count`` people at random: their names, the numbers of their regions, their families' words."""
    agreed = corpus.single_region(corpus.regions_of_names())
    families = families_of(agreed)
    names = np.random.default_rng(seed).permutation(np.array(list(agreed)))[:count]
    labels = np.array([REGIONS.index(agreed[name]) for name in names])
    return names, labels, np.array([families[name] for name in names])


def columns(name: str, longest: int, words: bool) -> list[int]:
    """Return the rows of the table that a name uses, each once."""
    found = set()
    for word in (f" {each} " for each in name.split()):
        sizes = range(1, longest + 1)
        found |= {word[at : at + size] for size in sizes for at in range(len(word) - size + 1)}
        found |= {f"word {word}"} if words else set()
    return sorted({zlib.crc32(each.encode()) % COLUMNS for each in found})


class Bag:
    """A classifier that learns from names."""

    def __init__(self, longest: int = 4, *, words: bool = True) -> None:
        """Look at n-grams of up to ``longest`` letters, and at whole words if ``words``."""
        self.longest, self.words = longest, words
        self.table = torch.zeros(COLUMNS, len(REGIONS), requires_grad=True)

    def _rows(self, names: Sequence[str] | Array) -> list[Any]:
        return [torch.tensor(columns(name, self.longest, self.words)) for name in names]

    def _scores(self, rows: list[Any]) -> Any:
        starts = torch.tensor([0, *(len(each) for each in rows[:-1])]).cumsum(0)
        return F.embedding_bag(torch.cat(rows), self.table, starts, mode="sum")

    def learn(self, names: Sequence[str] | Array, labels: Array, epochs: int, seed: int) -> Bag:
        """Learn with Adam; return itself."""
        rows, wanted = self._rows(names), torch.from_numpy(labels).long()
        order = torch.Generator().manual_seed(seed)
        optimiser = torch.optim.Adam([self.table], RATE)
        for _ in range(epochs):
            for batch in torch.randperm(len(rows), generator=order).split(BATCH):
                loss = F.cross_entropy(self._scores([rows[place] for place in batch]), wanted[batch])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
        return self

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def scores(self, names: Sequence[str] | Array) -> Array:
        """Return (n, regions): a score for each region, before the softmax."""
        return np.asarray(self._scores(self._rows(names)).numpy(), np.float64)
