"""The benchmark's notebooks are notebooks that ran, of the size that was asked for, each another."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from random import Random

import nbformat
from PIL import Image

from benchmarks.filter.notebooks import make_notebook, write_notebooks


def test_a_notebook_is_valid_and_has_outputs_of_every_kind() -> None:
    notebook = nbformat.reads(make_notebook(Random(1), 100_000).decode(), as_version=4)
    nbformat.validate(notebook)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert {output.output_type for output in outputs} == {"display_data", "stream", "execute_result"}
    pictures = [output.data["image/png"] for output in outputs if output.output_type == "display_data"]
    for picture in pictures:
        Image.open(io.BytesIO(base64.b64decode(picture))).verify()
    assert any("<td>" in output.data.get("text/html", "") for output in outputs if "data" in output)


def test_sizes_are_about_right_and_no_two_files_are_the_same(tmp_path: Path) -> None:
    total = write_notebooks(tmp_path, 12, 400_000)
    files = sorted(tmp_path.rglob("*.ipynb"))
    assert len(files) == 12
    assert total == sum(path.stat().st_size for path in files)
    assert 0.9 < total / (12 * 400_000) < 1.1
    assert len({path.read_bytes() for path in files}) == 12


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_notebooks(tmp_path / name, 2, 50_000, seed=seed)
    a, b, c = ([path.read_bytes() for path in sorted((tmp_path / name).rglob("*.ipynb"))] for name in "abc")
    assert a == b
    assert a != c
