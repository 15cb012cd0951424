"""The lesson *Shakespeare* goes through with the networks that it suggests, at small size."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")
pytest.importorskip("matplotlib", reason="matplotlib is not in this environment")

from workshop.teach import checkpoints, plays
from workshop.teach.charmodel import files
from workshop.teach.charmodel.alphabet import Alphabet
from workshop.teach.charmodel.network import Form, Network

NOTEBOOKS = Path(__file__).resolve().parents[4] / "notebooks"
FORM = "Form(len(alphabet), 256 if FULL else 64)"
SPOKEN = """First Citizen:
Though I have a kind network, 'tis new and neural; I'll begin it.

MACBETH:
So foul and fair a day I have not seen: MACBETH, nor you.

"""
CORPUS = plays.Corpus(SPOKEN * 60, SPOKEN * 8, SPOKEN * 30)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a participant's networks; the corpus and the shipped network are small."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setattr(plays, "corpus", lambda: CORPUS)
    monkeypatch.setattr(checkpoints, "folder", lambda: tmp_path)
    monkeypatch.setattr(checkpoints, "SHIPPED", tmp_path / "shipped")
    alphabet = Alphabet.of([SPOKEN])
    shipped = Network(Form(len(alphabet), 5))
    files.save(tmp_path / "shipped" / "shakespeare.npz", shipped, alphabet, {"ends_nats": 3.0})
    return tmp_path


def run(*changes: tuple[str, str]) -> dict[str, Any]:
    """Run the solved lesson in its fast profile with changes to its cells; return its names."""
    notebook = json.loads((NOTEBOOKS / "6-text" / "10-shakespeare.ipynb").read_text(encoding="utf-8"))
    names: dict[str, Any] = {"display": lambda shown: repr(shown), "__name__": "lesson"}
    made = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        code = _solved(cell)
        for old, new in (('PROFILE = "full"', 'PROFILE = "fast"'), *changes):
            made += old in code
            code = code.replace(old, new)
        exec(compile(code, cell["id"], "exec"), names)
    assert made == 1 + len(changes), "the lesson's cells are no longer as this test has them"
    return names


def _solved(cell: dict[str, Any]) -> str:
    for tag in cell["metadata"].get("tags", []):
        if tag.startswith("exercise:"):
            solution = NOTEBOOKS / "solutions" / f"{tag.partition(':')[2]}.py"
            return solution.read_text(encoding="utf-8")
    return "".join(cell["source"])


@pytest.mark.slow  # A minute of compiling.
def test_two_layers_of_lstm_go_through(own: Path) -> None:
    names = run((FORM, 'Form(len(alphabet), 8, "lstm", layers=2)'))
    assert (names["network"].form.cell, names["network"].form.layers) == ("lstm", 2)
    assert names["shipped"].form == Form(len(names["alphabet"]), 5)
    assert names["own"] < math.log(len(names["alphabet"]))
    assert [path.name for path in own.glob("*.npz")] == ["shakespeare-lstm-2x8.npz"]


def test_without_an_own_network_of_this_size_the_lesson_continues_with_the_shipped_one(own: Path) -> None:
    """Whatever its size; that one's own of the form is taken before it, charmodel/test_files.py says."""
    form = Form(len(Alphabet.of([SPOKEN])), 8, "lstm")
    files.keep("shakespeare", Network(form), Alphabet.of([SPOKEN]))
    names = run(("REJOIN = False", "REJOIN = True"), (FORM, "Form(len(alphabet), 8)"))
    assert names["network"].form == Form(form.characters, 5)
