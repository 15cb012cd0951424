"""The output filter keeps what running leaves in a notebook out of git, and changes nothing else of it."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools/ipynb_optional_output_filter.py"
ATTRIBUTES = "*.ipynb filter=dropoutput_ipynb\n"
_spec = importlib.util.spec_from_file_location("ipynb_optional_output_filter", SCRIPT)
assert _spec is not None and _spec.loader is not None
output_filter = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(output_filter)
clean = output_filter.clean

Document = dict[str, Any]
STREAM = {"output_type": "stream", "name": "stdout", "text": ["ran\n"]}
WIDGETS = {"application/vnd.jupyter.widget-state+json": {"state": {"a": 1}, "version_major": 2}}


def document(*tags: str, ran: bool = True, **metadata: Any) -> Document:
    """Return a notebook with a code cell, which has these tags, and a text."""
    cell = {"cell_type": "code", "id": "a", "metadata": {"tags": list(tags)}, "source": ["print('é')"]}
    run: Document = (
        {"execution_count": 3, "outputs": [STREAM]} if ran else {"execution_count": None, "outputs": []}
    )
    text = {"cell_type": "markdown", "id": "b", "metadata": {}, "source": []}
    return {"cells": [cell | run, text], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def written(notebook: Document) -> bytes:
    """Return a notebook's file as Jupyter writes it."""
    return (nbformat.writes(nbformat.from_dict(notebook)) + "\n").encode()


def without_outputs(notebook: Document) -> Document:
    """Return the notebook as if it had never run."""
    counts = ("execution_count", "prompt_number")
    empty = {"outputs": [], **dict.fromkeys(counts)}
    cells = [{key: empty.get(key, value) for key, value in cell.items()} for cell in notebook["cells"]]
    metadata = {key: value for key, value in notebook["metadata"].items() if key != "widgets"}
    return notebook | {"cells": cells, "metadata": metadata}


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words
values = st.recursive(
    scalars, lambda each: st.lists(each, max_size=3) | st.dictionaries(words, each, max_size=3), max_leaves=8
)
cells = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "raw"]), "metadata": st.dictionaries(words, values, max_size=3)},
    optional={
        "id": words,
        "source": st.lists(words, max_size=3),
        "outputs": st.lists(values, max_size=3),
        "execution_count": st.none() | st.integers(0, 99),
    },
)
notebooks = st.fixed_dictionaries(
    {
        "cells": st.lists(cells, max_size=4),
        "metadata": st.dictionaries(words, values, max_size=3),
        "nbformat": st.just(4),
        "nbformat_minor": st.just(5),
    }
)
many = settings(max_examples=60, deadline=None)


@many
@given(notebooks, st.booleans())
def test_only_outputs_and_counts_go_and_twice_is_once(notebook: Document, ascii_only: bool) -> None:
    once = clean(json.dumps(notebook, ensure_ascii=ascii_only).encode())
    assert json.loads(once) == without_outputs(notebook)
    assert clean(once) == once


@many
@given(st.lists(st.tuples(st.text(max_size=30), st.none() | st.integers(0, 99)), max_size=5))
def test_what_jupyter_saved_differs_by_outputs_only(drawn: list[tuple[str, int | None]]) -> None:
    ran, stored = nbformat.v4.new_notebook(), nbformat.v4.new_notebook()
    for number, (source, count) in enumerate(drawn):
        output = nbformat.v4.new_output("execute_result", {"text/plain": source}, execution_count=count)
        outputs = [output] if count is not None else []
        cell = nbformat.v4.new_code_cell(source, id=f"c{number}", execution_count=count, outputs=outputs)
        ran.cells.append(cell)
        stored.cells.append(nbformat.v4.new_code_cell(source, id=f"c{number}"))
    try:
        before, after = written(ran), written(stored)
    except UnicodeEncodeError:  # half of a character, which no file can hold
        return
    assert clean(before) == after
    assert clean(after) == after


@many
@given(st.binary(max_size=200) | st.integers(0, 400).map(lambda length: written(document())[:length]))
def test_what_is_no_notebook_passes_unchanged(data: bytes) -> None:
    assert output_filter.cleaned(data, "a.ipynb") == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b'{"cells": null}',
        b'{"cells": [null]}',
        b'{"cells": [], "metadata": []}',
        b"[" * 100_000,
        written(document()).replace(b' "metadata"', b'<<<<<<< HEAD\n "metadata"', 1),
        written(document()).decode().encode("latin-1"),
        written(document()).decode().encode("utf-16"),
    ],
    ids=lambda data: data[:20],
)
def test_it_is_said_in_one_line(data: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    assert output_filter.cleaned(data, "a\nb.ipynb") == data
    told = capfd.readouterr().err
    assert told.startswith(r"dropoutput_ipynb: 'a\nb.ipynb' is stored as it is, because it is no notebook: ")
    assert told.count("\n") == 1


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").rglob("*.ipynb")), ids=lambda path: path.stem)
def test_the_lessons_are_stored_as_jupyter_writes_them(path: Path) -> None:
    data = path.read_bytes()
    notebook = nbformat.reads(data.decode(), as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert data == written(notebook)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[STREAM], execution_count=7)
    assert clean(written(notebook)) == data


def test_suppress_outputs_false_passes_byte_for_byte() -> None:
    data = json.dumps(document(git={"suppress_outputs": False}, widgets=WIDGETS)).encode()
    assert clean(data) == data


@pytest.mark.parametrize("git", [{"suppress_outputs": True}, {"suppress_outputs": None}, {}])
def test_only_false_keeps_outputs(git: Document) -> None:
    assert clean(written(document(git=git))) == written(document(git=git, ran=False))


def test_a_cell_tagged_keep_output_keeps_it_and_the_widgets() -> None:
    kept = document("x", "keep_output", widgets=WIDGETS)
    kept["cells"].append(document()["cells"][0] | {"id": "c"})
    wanted = document("x", "keep_output", widgets=WIDGETS)
    wanted["cells"].append(document(ran=False)["cells"][0] | {"id": "c"})
    assert clean(written(kept)) == written(wanted)
    assert clean(written(document("x", widgets=WIDGETS))) == written(document("x", ran=False))


def test_it_needs_the_standard_library_of_python_3_9_only() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 9))
    nodes = list(ast.walk(tree))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert "json" in imported
    assert imported <= set(sys.stdlib_module_names)


# ---------------------------------------------------------------- git


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which git knows nobody's settings."""
    (tmp_path / "home").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "XDG_"))}
    who = {f"GIT_{role}_{what}": "tester" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return kept | who | {"HOME": str(tmp_path / "home"), "GIT_CONFIG_NOSYSTEM": "1"}


class Repository:
    """A repository of the test's own."""

    def __init__(self, path: Path, environment: dict[str, str]) -> None:
        """Make the folder; ``git("init")`` makes the repository."""
        self.path, self.environment = path, environment
        path.mkdir()

    def run(self, *words: str | Path, ok: bool = True) -> subprocess.CompletedProcess[bytes]:
        """Run a command in it."""
        done = subprocess.run(words, cwd=self.path, env=self.environment, capture_output=True, check=False)
        assert not ok or done.returncode == 0, done.stderr
        return done

    def git(self, *words: str | Path) -> bytes:
        """Return what git prints."""
        return self.run("git", *words).stdout


@pytest.fixture
def repository(tmp_path: Path, environment: dict[str, str]) -> Repository:
    """A repository with the filter."""
    made = Repository(tmp_path / "a re'po %f", environment)
    made.git("init", "--quiet")
    made.run(sys.executable, SCRIPT, "--install")
    (made.path / ".gitattributes").write_text(ATTRIBUTES)
    return made


def test_one_process_cleans_all_notebooks_of_an_add(repository: Repository) -> None:
    log = repository.path.parent / "calls"
    run = repository.git("config", "filter.dropoutput_ipynb.process").decode().strip()
    repository.git("config", "filter.dropoutput_ipynb.process", f"echo >>'{log}'; {run}")
    ran = document()
    ran["cells"][0]["outputs"] = [STREAM | {"text": ["é" * 200_000]}]
    ran["cells"][1]["source"] = ["ö" * 100_000]  # more than one packet holds
    stored = written(without_outputs(ran))
    names = [*(f"n{number}.ipynb" for number in range(20)), "é %f.ipynb", "-x.ipynb", 'it\'s "q" $HOME.ipynb']
    for name in names:
        (repository.path / name).write_bytes(written(ran))
    (repository.path / "broken.ipynb").write_bytes(b'{"cells": [')
    (repository.path / "empty.ipynb").write_bytes(b"")
    done = repository.run("git", "add", ".")
    assert log.read_text() == "\n"
    assert [line.split(b"'")[1] for line in done.stderr.splitlines()] == [b"broken.ipynb", b"empty.ipynb"]
    for name in names:
        assert repository.git("cat-file", "blob", f":{name}") == stored
        assert (repository.path / name).read_bytes() == written(ran)
    assert repository.git("cat-file", "blob", ":broken.ipynb") == b'{"cells": ['
    assert repository.git("diff") == b""
    (repository.path / "n1.ipynb").unlink()
    repository.git("checkout", "--", ".")
    assert (repository.path / "n1.ipynb").read_bytes() == stored


def test_worktrees_and_a_moved_clone_are_filtered(
    repository: Repository, environment: dict[str, str]
) -> None:
    repository.git("add", ".")
    repository.git("commit", "--quiet", "--message", "attributes")
    tree = repository.path.parent / "tree"
    repository.git("worktree", "add", "--quiet", tree)
    (tree / "a.ipynb").write_bytes(written(document()))
    repository.git("-C", tree, "add", ".")
    assert repository.git("-C", tree, "cat-file", "blob", ":a.ipynb") == written(document(ran=False))
    repository.path = repository.path.rename(repository.path.parent / "moved")
    (repository.path / "b.ipynb").write_bytes(written(document()))
    repository.git("add", ".")
    assert repository.git("cat-file", "blob", ":b.ipynb") == written(document(ran=False))


def test_a_filter_that_cannot_start_stops_the_add(repository: Repository) -> None:
    repository.git("config", "filter.dropoutput_ipynb.process", "/no/such/python")
    (repository.path / "a.ipynb").write_bytes(written(document()))
    assert repository.run("git", "add", ".", ok=False).returncode == 128
    repository.run(sys.executable, SCRIPT, "--install")
    repository.git("add", ".")
    assert repository.git("cat-file", "blob", ":a.ipynb") == written(document(ran=False))


def test_installing_again_replaces_what_an_earlier_version_set(repository: Repository) -> None:
    before = (repository.path / ".git/config").read_bytes()
    repository.git("config", "diff.dropoutput_ipynb.textconv", "no such command")
    repository.git("config", "filter.dropoutput_ipynb.smudge", "no such command")
    repository.run(sys.executable, SCRIPT, "--install")
    assert (repository.path / ".git/config").read_bytes() == before


def test_a_clone_without_the_filter_just_works(repository: Repository) -> None:
    repository.git("config", "--remove-section", "filter.dropoutput_ipynb")
    (repository.path / "a.ipynb").write_bytes(written(document()))
    repository.git("add", ".")
    assert repository.git("cat-file", "blob", ":a.ipynb") == written(document())


# ---------------------------------------------------------------- this repository


def test_the_attributes_reach_no_participant(tmp_path: Path) -> None:
    assert ATTRIBUTES in (ROOT / ".gitattributes").read_text(encoding="utf-8")
    for folder in ("source", "source/notebooks", "source/notebooks/1-a"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / ".gitattributes").write_text(ATTRIBUTES)
    (tmp_path / "source/notebooks/1-a/a.ipynb").write_bytes(written(document(ran=False)))
    places = [f"--from={tmp_path / 'source'}", f"--into={tmp_path / 'mine'}", f"--state={tmp_path / 'state'}"]
    command = [sys.executable, "-m", "workshop", "sync", "--allow-unsigned", *places]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert (tmp_path / "mine/1-a/a.ipynb").is_file()
    assert list((tmp_path / "mine").rglob(".gitattributes")) == []
