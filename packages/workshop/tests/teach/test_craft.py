"""Planted faults: what the lesson *Training craft* breaks, and leaves alone. Skipped without PyTorch."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from workshop.teach import craft  # noqa: E402

NOTEBOOKS = Path(__file__).resolve().parents[4] / "notebooks"


@pytest.fixture(scope="module")
def lesson() -> dict[str, Any]:
    """The names of the lesson's page, with our solutions: its setup, its tests and the flow chart."""
    import copy
    import math

    names: dict[str, Any] = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "copy": copy}
    names |= {"math": math, "craft": craft}
    for path in sorted((NOTEBOOKS / "solutions").glob("craft-*.py")):
        exec(path.read_text(encoding="utf-8"), names)
    cells = json.loads((NOTEBOOKS / "1-mnist/37-training-craft.ipynb").read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if cell["id"] in ("setup", "own-gradient", "tests"):
            tree = ast.parse("".join(cell["source"]))
            tree.body = [each for each in tree.body if not isinstance(each, ast.Expr)]
            exec(compile(tree, cell["id"], "exec"), names)
    return names


@pytest.mark.parametrize("seed", range(20, 26))
def test_sound_trainings_are_sound(lesson: dict[str, Any], seed: int) -> None:
    assert lesson["diagnose"](craft.small(lesson["Setup"], seed), lesson["TESTS"])[0] == "sound"


@pytest.mark.parametrize("fault", craft.SHOWN | craft.OTHERS)
def test_each_fault_ends_in_its_box(lesson: dict[str, Any], fault: str) -> None:
    for seed in range(20, 24):
        broken = craft.small(lesson["Setup"], seed, fault)
        assert lesson["diagnose"](broken, lesson["TESTS"])[0] == (craft.SHOWN | craft.OTHERS)[fault][0]


def test_planting_leaves_the_sound_setup_alone(lesson: dict[str, Any]) -> None:
    sound = craft.small(lesson["Setup"], 1)
    before = craft.weights_of(sound), sound.known[0].sum().item(), sound.known[1].tolist()
    for fault in craft.SHOWN | craft.OTHERS:
        craft.planted(sound, fault, 1)
    assert (craft.weights_of(sound), sound.known[0].sum().item(), sound.known[1].tolist()) == before
    assert all(each.requires_grad for each in sound.network.parameters())
    assert sound.step(*sound.batch(slice(32))) > 0


def test_the_order_of_the_cases_depends_on_the_seed(lesson: dict[str, Any]) -> None:
    sound = craft.small(lesson["Setup"], 1)
    orders = {tuple(craft.cases(sound, seed)[1].values()) for seed in range(8)}
    assert len(orders) > 1 and all(set(each) == set(craft.SHOWN) for each in orders)
