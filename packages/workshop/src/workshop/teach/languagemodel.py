"""The transformer of the lesson *A language model*: pre-norm blocks, and one matrix for input and output.

It is the model of *Attention*, with PyTorch's own ``scaled_dot_product_attention``. For PyTorch's kernel.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 -- as PyTorch's own documentation names it

from workshop.teach import bytepairs

SHIPPED = Path(__file__).with_name("shipped") / "language-model"
"""What ``tools/train-language-model.py`` has made: ``model.npz``, ``merges.json`` and its card."""


@dataclass(frozen=True)
class Shape:
    """How large a model is."""

    vocabulary: int = 2048
    width: int = 192
    layers: int = 6
    heads: int = 6
    context: int = 256

    def as_dict(self) -> dict[str, int]:
        """Return the numbers by name."""
        return asdict(self)


class Block(nn.Module):  # type: ignore[misc]
    """Attention and an MLP, each of which adds to the residual stream."""

    def __init__(self, shape: Shape) -> None:
        """Make the layers of one block."""
        super().__init__()
        self.heads = shape.heads
        self.norm_1, self.norm_2 = nn.LayerNorm(shape.width), nn.LayerNorm(shape.width)
        self.attended = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.projection = nn.Linear(shape.width, shape.width, bias=False)
        self.mlp = nn.Sequential(
            nn.Linear(shape.width, 4 * shape.width), nn.GELU(), nn.Linear(4 * shape.width, shape.width)
        )

    def forward(self, x: Any) -> Any:
        """(batch, n, width) → the same."""
        parts = self.attended(self.norm_1(x)).chunk(3, dim=-1)
        query, key, value = (each.unflatten(-1, (self.heads, -1)).transpose(1, 2) for each in parts)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.projection(mixed.transpose(1, 2).flatten(2))
        return x + self.mlp(self.norm_2(x))


class LanguageModel(nn.Module):  # type: ignore[misc]
    """Tokens → logits of the next token, at each position."""

    def __init__(self, shape: Shape) -> None:
        """Make a model with random weights."""
        super().__init__()
        self.shape = shape
        self.tokens = nn.Embedding(shape.vocabulary, shape.width)
        self.positions = nn.Embedding(shape.context, shape.width)
        self.blocks = nn.Sequential(*(Block(shape) for _ in range(shape.layers)))
        self.norm = nn.LayerNorm(shape.width)
        for name, weights in self.named_parameters():
            if weights.dim() == 2:
                # As in GPT-2: 2 · layers outputs are summed in the residual stream, so each begins smaller.
                last = name.endswith(("projection.weight", "mlp.2.weight"))
                nn.init.normal_(weights, std=0.02 / (2 * shape.layers) ** 0.5 if last else 0.02)

    def forward(self, tokens: Any) -> Any:
        """(batch, n) → (batch, n, vocabulary)."""
        positions = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.tokens(tokens) + self.positions(positions)
        return F.linear(self.norm(self.blocks(x)), self.tokens.weight)


def load(folder: Path = SHIPPED) -> tuple[LanguageModel, bytepairs.Encoder]:
    """Return the shipped model, ready to predict, and its tokens."""
    with np.load(folder / "model.npz", allow_pickle=False) as content:
        weights = {name: torch.from_numpy(content[name].astype(np.float32)) for name in content.files}
    vocabulary, width = weights["tokens.weight"].shape
    layers = len({name.split(".")[1] for name in weights if name.startswith("blocks.")})
    context = len(weights["positions.weight"])
    model = LanguageModel(Shape(vocabulary, width, layers, width // 32, context))
    model.load_state_dict(weights)
    return model.eval().requires_grad_(False), bytepairs.Encoder(bytepairs.load(folder / "merges.json"))


@torch.no_grad()  # type: ignore[untyped-decorator]
def nats(model: Any, tokens: Any) -> tuple[float, int]:
    """Return the summed loss of tokens in nats, and how many are counted.

    Windows overlap by half, and only the second half of each counts: each is predicted from at least half
    a context.
    """
    context = model.shape.context
    half = context // 2
    total, counted = 0.0, 0
    for some in tokens.unfold(0, context + 1, half).split(8):
        logits = model(some[:, :-1].long())[:, half:]
        wanted = some[:, half + 1 :].long()
        total += F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), reduction="sum").item()
        counted += wanted.numel()
    return total, counted


@torch.no_grad()  # type: ignore[untyped-decorator]
def complete(model: Any, tokens: list[int], count: int, until: int | None = None) -> list[int]:
    """Continue tokens by the most probable one, ``count`` times or until ``until`` was written."""
    tokens = list(tokens)
    for _ in range(count):
        logits = model(torch.tensor([tokens[-model.shape.context :]]))[0, -1]
        tokens.append(int(logits.argmax()))
        if tokens[-1] == until:
            break
    return tokens
