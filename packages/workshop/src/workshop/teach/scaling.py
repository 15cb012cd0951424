"""Character models of several sizes, trained on more or less text: loss against size and data.

The lesson *Smaller and faster* repeats two of the runs that are recorded in ``recorded/scaling.json``; all
are made by ``packages/workshop/tests/teach/reference/scaling.py``. For PyTorch's kernel.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from workshop.teach import plays
from workshop.teach.charmodel.alphabet import Alphabet
from workshop.teach.languagemodel import LanguageModel, Shape, nats

LAYERS, CONTEXT, BATCH, STEPS, HELD_OUT = 2, 64, 32, 1200, 30_000
WIDTHS = (16, 32, 64)
LARGER = 128
"""What the line through the others is tested on."""
TEXTS = (30_000, 300_000)
"""Characters to learn from, for a model of width 32: the fewer, the more often each is read."""


def size(width: int) -> int:
    """Return the weights of the blocks' matrices; embeddings are not counted (Kaplan and others, 2020)."""
    return 12 * LAYERS * width**2


def _some_of(text: str, characters: int | None) -> str:
    """Return pieces of 1,000 characters from all over a text, so that each play has its part."""
    if characters is None:
        return text
    starts = range(0, len(text) - 1000, len(text) * 1000 // characters)
    return "".join(text[start : start + 1000] for start in starts)[:characters]


def run(
    width: int,
    seed: int = 1,
    *,
    characters: int | None = None,
    steps: int = STEPS,
    follow: Callable[[float], None] | None = None,
) -> dict[str, Any]:
    """Train one model on so many ``characters`` of the plays (all by default), and return what it came to.

    Its loss is in nats a character, on text that is held out. ``follow`` gets the loss of each step.
    """
    started = time.process_time()
    shakespeare = plays.corpus()
    alphabet = Alphabet.of([shakespeare.train, shakespeare.ends])
    known = torch.from_numpy(alphabet.encode(_some_of(shakespeare.train, characters)))
    held_out = torch.from_numpy(alphabet.encode(shakespeare.ends[:HELD_OUT]))
    torch.manual_seed(seed)
    model = LanguageModel(Shape(len(alphabet), width, LAYERS, width // 16, CONTEXT))
    # Narrow models bear a larger learning rate.
    rate = 0.04 / width**0.5
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.95), weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.1)
    for _ in range(steps):
        start = torch.randint(len(known) - CONTEXT, (BATCH, 1))
        window = known[start + torch.arange(CONTEXT + 1)].long()
        loss = F.cross_entropy(model(window[:, :-1]).flatten(0, 1), window[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if follow:
            follow(loss.item())
    total, counted = nats(model, held_out)
    return {
        "loss": total / counted,
        "width": width,
        "size": size(width),
        "characters": len(known),
        "steps": steps,
        "cpu_seconds": time.process_time() - started,
    }
