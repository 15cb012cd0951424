from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

pytest.importorskip("theano", reason="Theano is not in this environment")

from imagenet.painted import noise
from workshop.imagenet.style import sheet
from workshop.imagenet.style.losses import CHOICES
from workshop.imagenet.style.sheet import RECIPES, Recipe


def test_every_recipe_has_words_of_its_own_and_fits_the_network() -> None:
    assert len({recipe.words for recipe in RECIPES}) == len(RECIPES)
    for recipe in RECIPES:
        assert 0 <= recipe.content < len(CHOICES["efficientnet-lite0"].content)
        assert len(recipe.sides) == len(recipe.steps)


def test_a_broken_off_run_goes_on_and_the_sheet_comes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    painted: list[str] = []

    def make(recipe: Recipe, _: Any) -> Image.Image:
        painted.append(recipe.words)
        return noise(len(painted))

    monkeypatch.setattr(sheet, "make", make)
    monkeypatch.setattr(sheet, "Losses", lambda network, average: None)
    monkeypatch.setattr(sheet.imagenet, "open_network", lambda name: None)
    out, scratch = tmp_path / "sheet.webp", tmp_path / "scratch"
    monkeypatch.setattr(
        sys, "argv", ["sheet", "--out", str(out), "--scratch", str(scratch), "--minutes", "0"]
    )
    sheet.main()
    assert "run it again" in capsys.readouterr().out
    assert not out.exists()
    scratch.mkdir(exist_ok=True)
    noise(9).save(scratch / "a-tenth-of-the-style.png")
    sys.argv[-1] = "9"
    sheet.main()
    assert sorted(painted) == sorted({recipe.words for recipe in RECIPES} - {"a tenth of the style"})
    with Image.open(out) as picture:
        assert picture.size == (4 * 260 - 4, 3 * (176 + 18))
