"""How well a network guesses: nats per character."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workshop.teach.charmodel.alphabet import Ids
from workshop.teach.charmodel.streams import windows

if TYPE_CHECKING:
    from workshop.teach.charmodel.network import Network


def mean_nats(network: Network, ids: Ids, *, rows: int = 64, steps: int = 64) -> float:
    """Return the mean of −ln p(next character) over a text (Shannon, 1948): 0 is a prophet.

    The text is read at ``rows`` places at once. Each place begins without memory, which makes the
    result a little too large: fewer rows, less so.
    """
    total, count, state = 0.0, 0, None
    for batch in windows(ids, rows, steps):
        nats, state = network.nats(batch, state)
        total, count = total + float(nats.sum(dtype="float64")), count + nats.size
    return total / count
