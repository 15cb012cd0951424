"""Whatever the notebook: only outputs and counts change, and doing it twice is doing it once.

The oracle knows nothing of spans: a notebook is written with marks where outputs and counts belong, then the
marks are replaced in the text, once by what ran and once by what git is to store.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import nbformat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from output_filter.bed import code, output_filter, text

clean = output_filter.clean
OUTPUTS, COUNT = "@@outputs@@", "@@count@@"
RESERVED = {"outputs", "execution_count", "prompt_number", "metadata", "cells", "worksheets", "nbformat"}

words = st.text(st.characters(exclude_characters="@"), max_size=12)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words
values = st.recursive(
    scalars, lambda each: st.lists(each, max_size=3) | st.dictionaries(words, each, max_size=3), max_leaves=8
)
extras = st.dictionaries(words.filter(lambda word: word not in RESERVED), values, max_size=3)


@dataclass
class Case:
    """A notebook's file before and after."""

    ran: bytes
    stored: bytes


@st.composite
def cells(draw: st.DrawFn, count: str) -> dict[str, Any]:
    """Draw a cell whose outputs and count are marks, with its keys in any order."""
    kept = draw(st.booleans())
    tags = draw(st.lists(words, max_size=2)) + ["keep_output"] * kept
    cell = draw(extras) | {"cell_type": draw(st.sampled_from(["code", "raw"])), "metadata": {"tags": tags}}
    mark = "kept" if kept else "dropped"
    if draw(st.booleans()):
        cell["outputs"] = f"{OUTPUTS}{mark}"
    if draw(st.booleans()):
        cell[count] = f"{COUNT}{mark}"
    return dict(draw(st.permutations(list(cell.items()))))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a notebook of nbformat 3 or 4 in any spelling."""
    number = draw(st.sampled_from([3, 4]))
    drawn = st.lists(cells("prompt_number" if number == 3 else "execution_count"), max_size=4)
    whole = draw(st.booleans())
    git = {"git": {"suppress_outputs": False}} if whole else {}
    notebook = draw(extras) | {"nbformat": number, "metadata": draw(extras) | git}
    if number == 3:
        notebook["worksheets"] = [{"cells": each} for each in draw(st.lists(drawn, max_size=2))]
    else:
        notebook["cells"] = draw(drawn)
    notebook = dict(draw(st.permutations(list(notebook.items()))))
    written = json.dumps(
        notebook,
        indent=draw(st.sampled_from([None, 0, 1, 4, "\t"])),
        ensure_ascii=draw(st.booleans()),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\t", "  : ")])),
    )
    if draw(st.booleans()):
        written = written.replace("\n", "\r\n")
    written = (
        draw(st.sampled_from(["", "\ufeff", "\n "])) + written + draw(st.sampled_from(["", "\n", "\r\n\n"]))
    )
    outputs = json.dumps(
        draw(st.lists(values, min_size=1, max_size=3)), indent=draw(st.sampled_from([None, 3]))
    )
    count = str(draw(st.integers(0, 10**6)))
    # A lone surrogate has an escape in JSON and no bytes in UTF-8.
    written = re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", written)
    return Case(*(_filled(written, outputs, count, whole or ran).encode() for ran in (True, False)))


def _filled(written: str, outputs: str, count: str, ran: bool) -> str:
    """Put values where the marks are: what ran, or what git stores."""
    for mark, full, empty in ((OUTPUTS, outputs, "[]"), (COUNT, count, "null")):
        written = written.replace(f'"{mark}kept"', full).replace(f'"{mark}dropped"', full if ran else empty)
    return written


many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(cases())
def test_only_outputs_and_counts_differ_byte_for_byte(case: Case) -> None:
    assert b"@@" not in case.ran
    assert clean(case.ran) == case.stored


@many
@given(cases())
def test_twice_is_once_and_a_clean_notebook_is_untouched(case: Case) -> None:
    once = clean(case.ran)
    assert clean(once) is once


@many
@given(st.lists(st.tuples(st.text(max_size=30), st.none() | st.integers(0, 99)), max_size=5))
def test_what_nbformat_writes_stays_valid_and_means_the_same(drawn: list[tuple[str, int | None]]) -> None:
    made = nbformat.v4.new_notebook()
    for source, count in drawn:
        ran = count is not None
        output = nbformat.v4.new_output("execute_result", {"text/plain": source}, execution_count=count)
        outputs = [output] * ran
        made.cells.append(nbformat.v4.new_code_cell(source, execution_count=count, outputs=outputs))
        made.cells.append(nbformat.v4.new_markdown_cell(source))
    got = nbformat.reads(clean(nbformat.writes(made).encode("utf-8", "surrogatepass")).decode(), as_version=4)
    nbformat.validate(got)
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    assert got == made


@many
@given(st.data())
def test_damage_anywhere_never_loses_a_byte(data: st.DataObject) -> None:
    whole = text(code("a", ran=1), code("b", ran=2))
    at = data.draw(st.integers(0, len(whole)))
    until = data.draw(st.integers(at, min(len(whole), at + 6)))
    damaged = whole[:at] + data.draw(st.binary(max_size=4)) + whole[until:]
    try:
        got = clean(damaged)
    except output_filter.NotANotebookError:
        return
    before, after = json.loads(damaged.decode("utf-8-sig")), json.loads(got.decode("utf-8-sig"))
    for cell in before["cells"]:
        if "outputs" in cell:
            cell["outputs"] = []
        if "execution_count" in cell:
            cell["execution_count"] = None
    assert after == before


@many
@given(st.binary(max_size=200))
def test_any_bytes_are_a_notebook_or_are_refused(data: bytes) -> None:
    try:
        assert clean(data) == data
    except output_filter.NotANotebookError as error:
        assert "\n" not in str(error)
