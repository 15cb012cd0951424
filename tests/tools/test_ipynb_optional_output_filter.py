"""The output filter clears outputs and counts, and leaves every other byte of a notebook alone.

Its protocol, its malformed input, its properties, git itself and its installation are tested in
``output_filter/``.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from output_filter.bed import ROOT, SCRIPT, STREAM, code, document, one_shot, output_filter, text

clean = output_filter.clean
WIDGETS = {"application/vnd.jupyter.widget-state+json": {"state": {"a": 1}, "version_major": 2}}


def test_outputs_and_counts_are_cleared() -> None:
    cells = [
        code("a", ran=1),
        {"cell_type": "markdown", "id": "m", "metadata": {}, "source": []},
        code("b", ran=22),
    ]
    wanted = text(code("a"), cells[1], code("b"))
    assert clean(text(*cells)) == wanted
    nbformat.validate(nbformat.reads(wanted.decode(), as_version=4))


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").rglob("*.ipynb")), ids=lambda path: path.stem)
def test_the_lessons_are_unchanged_when_they_ran(path: Path) -> None:
    stored = clean(path.read_bytes())
    notebook = json.loads(stored)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[STREAM], execution_count=7)
    ran = (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()
    assert b'"execution_count": 7' in ran
    assert clean(ran) == stored


def test_suppress_outputs_false_passes_byte_for_byte() -> None:
    data = text(code("a", ran=1), git={"suppress_outputs": False}, widgets=WIDGETS)
    assert clean(data) is data
    before = data.replace(b'"cells"', b'"cells" ')
    assert clean(before) is before


@pytest.mark.parametrize(
    "git",
    [{"suppress_outputs": True}, {"suppress_outputs": None}, {"suppress_outputs": 0}, {}, "false", [], None],
)
def test_only_false_keeps_outputs(git: Any) -> None:
    assert clean(text(code("a", ran=1), git=git)) == text(code("a"), git=git)


def test_a_cell_tagged_keep_output_stays_as_it_is() -> None:
    kept = code("a", ran=5, metadata={"tags": ["x", "keep_output"]})
    assert clean(text(kept, code("b", ran=6))) == text(kept, code("b"))
    late = {**{key: kept[key] for key in kept if key != "metadata"}, "metadata": kept["metadata"]}
    assert clean(text(late)) == text(late)


@pytest.mark.parametrize(
    "tags", ["keep_output", ["keep_outputs"], {"keep_output": 1}, [["keep_output"]], None]
)
def test_other_tags_keep_nothing(tags: Any) -> None:
    assert clean(text(code("a", ran=1, metadata={"tags": tags}))) == text(code("a", metadata={"tags": tags}))


@pytest.mark.parametrize("keys", [("widgets",), ("widgets", "z"), ("a", "widgets"), ("a", "widgets", "z")])
@pytest.mark.parametrize("indent", [None, 1])
def test_the_state_of_widgets_goes_with_its_outputs(keys: tuple[str, ...], indent: int | None) -> None:
    def written(**metadata: Any) -> bytes:
        return json.dumps(document(code("a"), **metadata), indent=indent).encode()

    metadata = {key: WIDGETS if key == "widgets" else {"x": 1} for key in keys}
    got = clean(written(**metadata))
    assert json.loads(got) == document(code("a"), **{key: metadata[key] for key in keys if key != "widgets"})
    if indent:
        assert got == written(**{key: metadata[key] for key in keys if key != "widgets"})
    assert clean(got) is got


def test_widgets_of_kept_outputs_and_other_metadata_stay() -> None:
    kept = text(code("a", ran=5, metadata={"tags": ["keep_output"]}), widgets=WIDGETS)
    assert clean(kept) is kept
    other = text(code("a"), widgets={"mine": 1})
    assert clean(other) is other


@pytest.mark.parametrize(
    "output",
    [
        b"9" * 5000,
        b"1e999999",
        b'"\\ud800"',
        b'"\\u0000"',
        b'{"a": 1, "a": 2}',
        b"[" * 300 + b"]" * 300,
        b'"' + b"iVBORw0KGgo" * 200_000 + b'"',
    ],
    ids=["huge-int", "huge-float", "surrogate", "nul", "duplicate", "deep", "megabytes"],
)
def test_odd_outputs_of_real_notebooks_are_cleared(output: bytes) -> None:
    data = text(code("a", ran=1)).replace(b'"text": [', b'"text": [' + output + b", ")
    done = one_shot(data)
    assert (done.returncode, done.stderr, done.stdout) == (0, b"", text(code("a")))


def test_textconv_shows_what_git_stores_and_never_warns(tmp_path: Path) -> None:
    path = tmp_path / "a b.ipynb"
    for data, wanted in ((text(code("a", ran=1)), text(code("a"))), (b"{", b"{"), (b"", b"")):
        path.write_bytes(data)
        done = one_shot(b"", "textconv", str(path))
        assert (done.returncode, done.stdout, done.stderr) == (0, wanted, b"")
    gone = one_shot(b"", "textconv", str(tmp_path / "gone.ipynb"))
    assert gone.returncode == 1
    assert gone.stderr.count(b"\n") == 1 and b"No such file" in gone.stderr


@pytest.mark.parametrize(
    "words",
    [["--bogus"], ["bogus"], ["--install", "--status"], ["clean", "a", "b"], ["textconv"], ["--global"]],
)
def test_wrong_usage_ends_with_2(words: list[str]) -> None:
    done = one_shot(b"", *words)
    assert done.returncode == 2
    assert b"usage:" in done.stderr and b"Traceback" not in done.stderr


def test_it_is_one_file_for_python_3_9_with_the_standard_library_only() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 9))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        )
    }
    assert "json" in imported
    assert imported <= set(sys.stdlib_module_names)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Match)]


def test_it_runs_without_site_packages_and_environment(tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere.py"
    copy.write_bytes(SCRIPT.read_bytes())
    command = [sys.executable, "-I", "-S", "-W", "error", copy, "clean"]
    done = subprocess.run(command, input=text(code("a", ran=1)), capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (text(code("a")), b"")
