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


def v3(*cells: dict[str, Any]) -> bytes:
    """Return a notebook of nbformat 3 with two worksheets."""
    sheets = [{"cells": list(cells), "metadata": {}}, {"cells": list(cells), "metadata": {}}]
    notebook = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": sheets}
    return json.dumps(notebook, indent=1).encode()


RAN_V3 = {
    "cell_type": "code",
    "collapsed": False,
    "input": ["6 * 7"],
    "language": "python",
    "metadata": {},
    "outputs": [{"output_type": "pyout", "prompt_number": 3, "metadata": {}, "text": ["42"]}],
    "prompt_number": 3,
}


def test_outputs_and_counts_are_cleared() -> None:
    cells = [
        code("a", ran=1),
        {"cell_type": "markdown", "id": "m", "metadata": {}, "source": []},
        code("b", ran=22),
    ]
    wanted = text(code("a"), cells[1], code("b"))
    assert clean(text(*cells)) == wanted
    nbformat.validate(nbformat.reads(wanted.decode(), as_version=4))


def test_nbformat_3_is_cleared_in_every_worksheet_and_stays_valid() -> None:
    other = {"cell_type": "markdown", "metadata": {}, "source": ["é"]}
    got = clean(v3(RAN_V3, other))
    assert got == v3(RAN_V3 | {"outputs": [], "prompt_number": None}, other)
    nbformat.validate(json.loads(got), version=3)


def test_what_is_absent_stays_absent() -> None:
    bare = {"cell_type": "code", "metadata": {}, "source": "1"}
    assert clean(text(bare)) == text(bare)
    unrun = {key: value for key, value in RAN_V3.items() if key != "prompt_number"}
    assert clean(v3(unrun)) == v3(unrun | {"outputs": []})


def test_a_clean_notebook_is_the_same_object() -> None:
    data = text(code("a"), code("b"))
    assert clean(data) is data


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


@pytest.mark.parametrize(
    "spelling",
    [
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.rstrip(b"\n"),
        lambda data: data + b"\n \n\n",
        lambda data: b"\n\t " + data,
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b'"a": ', b'"a"\t:\t'),
        lambda data: data.replace(b"1.0", b"1.000e+00"),
        lambda data: data.replace("é".encode(), b"\\u00e9"),
        lambda data: data.replace("é".encode(), b"\\u00E9\\/\\ud800"),
        lambda data: json.dumps(json.loads(data)).encode(),
        lambda data: json.dumps(json.loads(data), separators=(",", ":"), ensure_ascii=False).encode(),
        lambda data: json.dumps(json.loads(data), indent="\t", sort_keys=False).encode(),
    ],
    ids=[
        "crlf",
        "end",
        "blank-end",
        "start",
        "bom",
        "blanks",
        "float",
        "u",
        "d800",
        "line",
        "compact",
        "tab",
    ],
)
def test_the_spelling_of_everything_else_stays(spelling: Any) -> None:
    cell = {"a": 1.0, "zz": "é✓𝄞", "source": "print('é')", "cell_type": "code"}
    ran = cell | {"outputs": "OUT", "execution_count": "COUNT", "metadata": {"b": [1.0, "é"]}}
    template = spelling(text(ran, ran, x={"z": 1, "y": "é"}))
    dirty = template.replace(b'"OUT"', b'[ {"a": [1, 2]},\r\n {} ]').replace(b'"COUNT"', b"12")
    wanted = template.replace(b'"OUT"', b"[]").replace(b'"COUNT"', b"null")
    assert dirty.count(b"12") == 2
    assert clean(dirty) == wanted
    assert clean(wanted) == wanted


def test_keys_may_come_in_any_order_and_spelling() -> None:
    data = (
        b'{"nbformat_minor": 5, "nbformat": 4, "cells": [{"outp\\u0075ts": [1], "metadata": {}, '
        b'"execution_count": 5, "cell_type": "code", "source": "\\"outputs\\": [1]"}], "metadata": {}}'
    )
    wanted = data.replace(b'ts": [1], ', b'ts": [], ').replace(b'5, "cell', b'null, "cell')
    assert clean(data) == wanted


def test_an_empty_list_of_outputs_keeps_its_blanks() -> None:
    data = text(code()).replace(b'"outputs": []', b'"outputs": [ \n ]')
    assert clean(data) is data


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


def test_outputs_of_any_kind_of_cell_are_cleared() -> None:
    markdown = {"cell_type": "markdown", "metadata": {}, "source": "", "outputs": [1], "execution_count": 2}
    assert clean(text(markdown)) == text(markdown | {"outputs": [], "execution_count": None})


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


def test_the_first_versions_of_the_words_work_too() -> None:
    data, wanted = text(code("a", ran=1)), text(code("a"))
    for words in ([], ["clean"], ["--clean"], ["clean", "a b.ipynb"]):
        assert one_shot(data, *words).stdout == wanted
    for words in (["smudge"], ["smudge", "a.ipynb"]):
        assert one_shot(data, *words).stdout == data


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


def test_help_tells_what_it_does() -> None:
    done = one_shot(b"", "--help")
    assert done.returncode == 0
    for word in (b"--install", b"keep_output", b"suppress_outputs"):
        assert word in done.stdout


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
