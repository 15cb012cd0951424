"""The language model in the browser computes what PyTorch does; a damaged file is refused."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workshop.core.errors import WorkshopError
from workshop.site.weights import SHIPPED, language_model_script
from workshop.teach.encyclopaedia import World

DEMO = Path(__file__).resolve().parents[4] / "js-demos" / "language-model"
SMALL = Path(__file__).with_name("language-model")
"""A model with random weights, and PyTorch's logits: see tests/teach/reference/language_model.py."""
TOLERANCE = 1e-4
"""Of logits; the model on the page computes with 64 bits, and its GELU is exact to 1.5e-7."""

RUN = """
globalThis.window = globalThis;
const fs = require("fs");
const [folder, data, text] = process.argv.slice(1);
const run = (path) => (0, eval)(fs.readFileSync(path, "utf8"));
for (const name of ["unpack", "bytepairs", "model", "writer"]) run(`${folder}/${name}.js`);
run(data);
Tokens.unpack(window.workshopLanguageModel).then((unpacked) => {
  const pairs = new Tokens.BytePairs(unpacked.merges);
  const model = new Tokens.Model(unpacked);
  const tokens = pairs.encode(text);
  const logits = tokens.map((token) => [...model.step(token).logits]);
  const writer = new Tokens.Writer(model, pairs, () => 0.5);
  writer.begin(text);
  while (!writer.ready) writer.read();
  const at = tokens.length >> 1;
  const again = [...writer.records[tokens.length - 1].logits];
  const shares = writer.attention(at, 1, 2);
  writer.cut(at);
  writer.write(0, 1, tokens[at + 1]);
  writer.read();
  const after = [...writer.records[at + 1].logits];
  for (let i = 0; i < 3 * model.context; i++) {
    if (writer.ready) writer.write(1, 5);
    writer.read();
  }
  while (!writer.ready) writer.read();
  const last = [...writer.records[writer.tokens.length - 1].logits];
  model.length = 0;
  const fresh = writer.tokens.slice(writer.first).map((token) => model.step(token)).pop();
  console.log(JSON.stringify({
    tokens, logits, again, after, text: pairs.decode(tokens),
    attended: [shares.length, shares.reduce((a, b) => a + b)],
    seen: model.length, context: model.context, forgotten: writer.first, last, fresh: [...fresh.logits],
    drawn: [...Tokens.probabilities(new Float32Array([2, 0, 1, -1]), 0.5, 2)],
    first: [...Tokens.probabilities(new Float32Array([0, 3, 1]), 0, 3)],
  }));
}, () => console.log(JSON.stringify("damaged")));
"""


def in_node(script: bytes, folder: Path, text: str = "") -> Any:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node; install Node.js to run the demo's scripts")
    (folder / "data.js").write_bytes(script)
    done = subprocess.run(
        [node, "--eval", RUN, str(DEMO), str(folder / "data.js"), text],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_the_demo_computes_pytorchs_logits_token_by_token(tmp_path: Path) -> None:
    wanted = json.loads((SMALL / "pytorch.json").read_text(encoding="utf-8"))
    got = in_node(language_model_script(SMALL, head=8), tmp_path, wanted["text"])
    assert got["tokens"] == wanted["tokens"] and got["text"] == wanted["text"]
    for at, logits in wanted["logits"].items():
        np.testing.assert_allclose(got["logits"][int(at)], logits, atol=TOLERANCE)
    np.testing.assert_allclose(got["again"], got["logits"][-1], atol=TOLERANCE)
    at = len(got["tokens"]) // 2
    np.testing.assert_allclose(got["after"], got["logits"][at + 1], atol=TOLERANCE)
    assert got["attended"] == [at + 1, pytest.approx(1, abs=1e-5)]
    np.testing.assert_allclose(got["last"], got["fresh"], atol=TOLERANCE)
    assert got["forgotten"] > 0 and got["context"] // 2 <= got["seen"] <= got["context"]


def test_temperature_and_top_k_are_those_of_the_lesson(tmp_path: Path) -> None:
    got = in_node(language_model_script(SMALL, head=8), tmp_path, "low")
    likelier = 1 / (1 + np.exp(-2))
    assert got["drawn"] == pytest.approx([likelier, 0, 1 - likelier, 0])
    assert got["first"] == [0, 1, 0]


@pytest.mark.parametrize("fault", ["a bit is wrong", "cut off"])
def test_a_damaged_script_is_refused(tmp_path: Path, fault: str) -> None:
    script = language_model_script(SMALL, head=8)
    middle = len(script) // 2
    letter = b"B" if script[middle : middle + 1] == b"A" else b"A"
    damaged = {
        "a bit is wrong": script[:middle] + letter + script[middle + 1 :],
        "cut off": script[:middle] + b'"};',
    }
    assert in_node(damaged[fault], tmp_path) == "damaged"


def test_a_faulty_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="holds no language model"):
        language_model_script(tmp_path)
    shutil.copy(SMALL / "merges.json", tmp_path)
    for content in (b"", b"no archive"):
        (tmp_path / "model.npz").write_bytes(content)
        with pytest.raises(WorkshopError, match="restore the checkout"):
            language_model_script(tmp_path)


def test_the_shipped_model_is_small_enough_for_a_page() -> None:
    assert {path.name for path in SHIPPED.iterdir()} == {"model.npz", "merges.json", "card.md"}
    assert len(language_model_script()) < 10_000_000


def test_what_the_page_says_of_people_is_true() -> None:
    tries = (DEMO / "tries.js").read_text(encoding="utf-8")
    world = World(1)
    years = {person.name: person.facts["year"] for person in world.people}
    strangers = {person.name for person in world.strangers}
    known, unknown = re.findall(r'begin: "(\w+ \w+) was born in"', tries)
    assert f"says {years[known]}." in tries
    assert unknown in strangers
