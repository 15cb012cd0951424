"""What PyTorch says, for the test of the demo that runs the language model in the browser.

Run it in the environment ``pytorch``::

    python packages/workshop/tests/teach/reference/language_model.py

It writes a small model with random weights, its tokens, and PyTorch's logits of a text, into
``packages/workshop/tests/website/language-model``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from workshop.teach import bytepairs
from workshop.teach.languagemodel import LanguageModel, Shape

FOLDER = Path(__file__).parents[2] / "website" / "language-model"
TEXT = "low lower\nNaïve — the lowest, 12 of 東京: x_1  ½!"
SHAPE = Shape(vocabulary=262, width=16, layers=2, heads=2, context=64)


def main() -> None:
    """Write the files."""
    torch.manual_seed(1)
    merges = bytepairs.train("low low lower lowest the lowest then", SHAPE.vocabulary)
    bytepairs.save(merges, FOLDER / "merges.json")
    model = LanguageModel(SHAPE)
    with torch.no_grad():
        for weights in model.parameters():
            # Not as small as before training: logits must differ where a part is wrong.
            weights.add_(torch.randn_like(weights) * 0.3)
        halves = {name: each.numpy().astype(np.float16) for name, each in model.state_dict().items()}
        np.savez_compressed(FOLDER / "model.npz", **halves)
        model.load_state_dict({name: torch.tensor(each).float() for name, each in halves.items()})
        tokens = bytepairs.Encoder(merges).encode(TEXT)
        logits = model(torch.tensor([tokens]))[0]
    told = {"text": TEXT, "tokens": tokens, "logits": [[round(x, 5) for x in row] for row in logits.tolist()]}
    # The first, a middle and the last position are enough.
    told["logits"] = {str(at): told["logits"][at] for at in (0, len(tokens) // 2, len(tokens) - 1)}
    (FOLDER / "pytorch.json").write_text(json.dumps(told) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
