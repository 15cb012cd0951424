"""The shipped language model is loaded as it was trained; small models learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from workshop.teach import languagemodel, plays, scaling  # noqa: E402


def test_the_shipped_model_expects_english() -> None:
    model, encoder = languagemodel.load()
    assert model.shape == languagemodel.Shape()
    tokens = encoder.encode("In the evening she played the")
    probabilities = model(torch.tensor([tokens]))[0, -1].softmax(dim=-1)
    likely = encoder.decode([int(probabilities.argmax())])
    assert likely.startswith(" ") and likely.strip().isalpha()


def test_a_saved_model_is_the_same_when_loaded(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = languagemodel.LanguageModel(languagemodel.Shape(262, 64, 2, 2, 16))
    halves = {name: each.numpy().astype(np.float16) for name, each in model.state_dict().items()}
    np.savez(tmp_path / "model.npz", **halves)
    (tmp_path / "merges.json").write_text("[[97, 98]]")
    again, encoder = languagemodel.load(tmp_path)
    assert again.shape == model.shape
    assert encoder.encode("ab") == [256]
    tokens = torch.tensor([[1, 2, 3]])
    assert torch.allclose(again(tokens), model(tokens), atol=1e-2)


def test_a_small_model_learns_and_a_seed_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = plays.Corpus("to be or not to be, " * 200, "to be or not to be, " * 20, "")
    monkeypatch.setattr(plays, "corpus", lambda: corpus)
    seen: list[float] = []
    one = scaling.run(16, 1, steps=30, follow=seen.append)
    assert len(seen) == 30 and one["loss"] < 0.8 * seen[0]
    assert one["size"] == 12 * 2 * 16**2
    assert scaling.run(16, 1, steps=30)["loss"] == one["loss"] != scaling.run(16, 2, steps=30)["loss"]
    assert scaling.run(16, 1, steps=2, characters=500)["characters"] == 500
