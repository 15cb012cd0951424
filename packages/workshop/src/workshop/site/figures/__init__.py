"""The figures of the slides: each one is drawn by code, from the method itself or from measured runs."""

from __future__ import annotations

from collections.abc import Callable

from workshop.site.figures import curves, games, grids, ideas, learning, making, networks, records, shown
from workshop.site.figures.drawing import Drawing

FIGURES: dict[str, Callable[[], Drawing]] = {
    "neuron": networks.neuron,
    "dense": networks.dense,
    "inception": networks.inception,
    "residual": networks.residual,
    "recurrent": networks.recurrent,
    "transfer": networks.transfer,
    "style": networks.style,
    "bends": curves.bends,
    "descent": curves.descent,
    "temperature": curves.temperature,
    "convolution": grids.convolution,
    "pooling": grids.pooling,
    "gram": grids.gram,
    "loop": games.loop,
    "bubbles": games.bubbles,
    "look-ahead": games.look_ahead,
    "dense-or-convolutions": learning.dense_or_convolutions,
    "by-heart": learning.by_heart,
    "squeeze": making.squeeze,
    "judged": making.judged,
    "imagenet-errors": records.imagenet_errors,
    "loss": ideas.loss,
    "backward": ideas.backward,
    "graph": ideas.graph,
    "folds": ideas.folds,
    "threads": ideas.threads,
    "cell": ideas.cell,
    "upgrade": ideas.upgrade,
    "watching": ideas.watching,
    "keep": ideas.keep,
    "verse": shown.verse,
    "names": shown.names,
    "alike": shown.alike,
    "ladder": shown.ladder,
    "players": shown.players,
    "memory": shown.memory,
    "trust": shown.trust,
}
"""The figures by the name that a section uses: ``![words for those who do not see it](figure:NAME)``."""
