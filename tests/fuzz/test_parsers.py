"""What somebody else sends is read or refused: no parser of ours raises anything but its own errors.

Each starts from a valid document, which hypothesis changes. CI makes a few changes of each;
``tools/testbed/release.bash fuzz`` goes on for an hour.
"""

from __future__ import annotations

import copy
import functools
import io
import json
import os
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from lessonkit.report import collect
from organiser.hub.reports import solved_in
from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings, load_settings
from workshop.courses.course import read_course, require_sound
from workshop.site.votes.ballots import Ballots
from workshop.site.votes.questions import Question
from workshop.site.votes.room import Page, Room
from workshop.sync.merge import ConflictError, NotANotebookError, dump, merge, read_notebook
from workshop.sync.pack import pack, take_up
from workshop.sync.trust import KeyList
from workshop.sync.updates import load_updates

MINUTES = float(os.environ.get("WORKSHOP_FUZZ_MINUTES", "0"))
"""For each parser; 0: a few changes, the same in each run."""

NOTEBOOK: dict[str, Any] = {
    "cells": [
        {"cell_type": "markdown", "id": "one", "metadata": {}, "source": "# Title\n"},
        {
            "cell_type": "code", "id": "two", "metadata": {"tags": ["check"]}, "execution_count": 1,
            "source": ["# %load ../solutions/basics-descent.py\n", "x = 1"],
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": ["1\n"]},
                {
                    "output_type": "display_data", "metadata": {},
                    "data": {
                        "text/plain": "ok",
                        "application/vnd.lessonkit.answer+json": {"answer": "right", "exercise": "a"},
                    },
                },
            ],
        },
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}  # fmt: skip
COURSE = b"""
name = "statistics"
title = "Statistics"
licence = "MIT"
notebooks = "notebooks"
catalogue = "data.yml"

[kernel.statistics]
display = "Statistics"
requirements = "requirements.txt"
lock = "lock.txt"

[[plan]]
name = "evening"
title = "An evening"
minutes = 30

[[plan.item]]
lesson = "one"
minutes = 20

[[plan.item]]
title = "Break"
minutes = 10
"""
CATALOGUE = b"""
datasets:
  - name: heights
    purpose: Heights of trees
    licence: CC0-1.0
    credit: A forester
    files:
      - name: heights.csv
        sha256: aa00000000000000000000000000000000000000000000000000000000000000
        bytes: 12
    sources:
      - kind: url
        url: https://example.org/{file}
"""
LOCK = b"ipykernel==7.0.0 \\\n    --hash=sha256:" + b"0" * 64 + b"\n"
MACHINE = b"""
prefix = "/opt/workshop"
notebooks = "/home/workshop/notebooks"
jupyter_port = 8080
bind_address = "127.0.0.1"
offline = false
left_out = "pytorch"
"""
UPDATES = b'url = "https://example.org/workshop.git"\nbranch = "main"\nsubdir = "notebooks"\n'
KEYS = (
    b'# valid-until: 2030-01-01\no namespaces="git" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI' + b"A" * 43 + b"\n"
)
VOTE = {"voter": "a" * 32, "question": "first", "choice": 1}
QUESTIONS = {"first": Question("first", "Which?", ("one", "two"))}

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1e308,
        float("nan"),
        2**70,
        "",
        "../../etc/passwd",
        "\0",
        "\ud800",
        "a" * 5000,
        [],
        {},
        [[]],
    ]
)
TOKENS = [
    b"",
    b"\0",
    b"\xff\xfe",
    b"../",
    b"/etc/passwd",
    b"\n",
    b'"',
    b"'''",
    b"[",
    b"]]",
    b"{",
    b"=",
    b"\\u0000",
]
TOKENS += [
    b"99999999999999999999",
    b"1e999",
    b"inf",
    b"1979-05-27",
    b"&a [*a]",
    b"!!python/none",
    b"\xe2\x80\xae",
]
"""Pieces at which parsers have stumbled."""


@st.composite
def changed_bytes(draw: st.DrawFn, valid: bytes) -> bytes:
    """Return a document in which pieces are cut out, doubled, moved or put in."""
    made = valid
    for _ in range(draw(st.integers(1, 4))):
        first, last = sorted(draw(st.lists(st.integers(0, len(made)), min_size=2, max_size=2)))
        piece = draw(st.sampled_from(TOKENS) | st.binary(max_size=8))
        how = draw(st.sampled_from(["cut", "double", "put in", "replace", "end"]))
        if how == "cut":
            made = made[:first] + made[last:]
        elif how == "double":
            made = made[:last] + made[first:]
        elif how == "end":
            made = made[:last]
        else:
            made = (
                made[:first]
                + piece
                + made[first if how == "put in" else min(first + len(piece), len(made)) :]
            )
    return made


@st.composite
def changed_document(draw: st.DrawFn, valid: Any) -> Any:
    """Return a document of lists and dictionaries in which some values are others, or are gone."""
    made = copy.deepcopy(valid)
    for _ in range(draw(st.integers(1, 4))):
        node = made
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(node[key], dict | list) and node[key] and draw(st.booleans()):
                node = node[key]
                continue
            if draw(st.booleans()):
                # A copy: a later change may be inside it.
                node[key] = copy.deepcopy(draw(ODD))
            else:
                del node[key]
            break
    return made


def as_json(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    """Return what writes documents down; what JSON cannot say is left to Python's dialect of it."""
    return strategy.map(lambda document: json.dumps(document).encode())


def notebooks() -> st.SearchStrategy[bytes]:
    """Return changed notebooks, as documents and as bytes."""
    return as_json(changed_document(NOTEBOOK)) | changed_bytes(json.dumps(NOTEBOOK, indent=1).encode())


def for_each(strategy: st.SearchStrategy[Any]) -> Callable[[Callable[[Any], None]], Callable[[], None]]:
    """Let a test run with a few examples, or, where ``WORKSHOP_FUZZ_MINUTES`` says so, for a time."""

    def decorate(test: Callable[[Any], None]) -> Callable[[], None]:
        def try_examples(first: int, count: int) -> None:
            changes = settings(
                max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck)
            )
            seed(first)(changes(given(strategy)(test)))()

        @functools.wraps(test)
        def run() -> None:
            end = time.monotonic() + 60 * MINUTES
            try_examples(0, 40)
            while time.monotonic() < end:
                try_examples(time.time_ns(), 500)

        del run.__wrapped__  # pytest would look for a fixture called as its argument
        return run

    return decorate


def lay_out(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files into a folder; return it."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


COURSE_FILES = {
    "course.toml": COURSE,
    "notebooks/one.ipynb": json.dumps(NOTEBOOK).replace("python3", "statistics").encode(),
    "lock.txt": LOCK,
    "data.yml": CATALOGUE,
}


def test_the_documents_that_are_changed_are_valid(tmp_path: Path) -> None:
    assert read_notebook(json.dumps(NOTEBOOK).encode()) == NOTEBOOK
    assert list(solved_in(NOTEBOOK)) == ["a"]
    more = {"requirements.txt": b"ipykernel\n", "workshop.toml": MACHINE, "ann.zip": packed()}
    lay_out(tmp_path, COURSE_FILES | more)
    require_sound(read_course(tmp_path))
    assert load_settings(tmp_path / "workshop.toml").left_out == "pytorch"
    assert len(collect([tmp_path / "ann.zip"])[0]) == 1
    assert len(KeyList.of(KEYS.decode()).keys) == 1


@for_each(notebooks())
def test_notebooks_are_read_or_refused(data: bytes) -> None:
    try:
        document = read_notebook(data)
    except NotANotebookError:
        return
    assert read_notebook(dump(document)) == document


@for_each(st.tuples(notebooks(), notebooks()))
def test_notebooks_merge_or_conflict(pair: tuple[bytes, bytes]) -> None:
    try:
        mine, theirs = (read_notebook(data) for data in pair)
        merge(NOTEBOOK, mine, theirs)
    except (NotANotebookError, ConflictError):
        pass


@for_each(changed_document(NOTEBOOK))
def test_the_speakers_count_reads_any_notebook(document: Any) -> None:
    assert all(isinstance(name, str) for name in solved_in(document))


@functools.cache
def packed() -> bytes:
    """Return a folder as its participant downloads it."""
    with tempfile.TemporaryDirectory() as name:
        folder, state, out = Path(name, "notebooks"), Path(name, "state"), io.BytesIO()
        (folder / "0-basics").mkdir(parents=True)
        state.mkdir()
        (folder / "0-basics/one.ipynb").write_text(json.dumps(NOTEBOOK))
        pack(folder, state, out)
    return out.getvalue()


@st.composite
def zips(draw: st.DrawFn) -> bytes:
    """Return a changed archive: its bytes, or its files and their names."""
    if draw(st.booleans()):
        return draw(changed_bytes(packed()))
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packed())) as before,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for info in before.infolist():
            content = before.read(info)
            name = info.filename
            if draw(st.booleans()):
                content = draw(changed_bytes(content))
            if draw(st.integers(0, 3)) == 0:
                name = draw(
                    st.sampled_from(
                        ["notebooks/../../out", "/out", "notebooks/a\\..\\out", "notebooks/.x", name]
                    )
                )
            after.writestr(name, content)
    return made.getvalue()


@for_each(zips())
def test_a_packed_folder_is_taken_up_or_refused_and_nothing_leaves_the_folder(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "into").mkdir()
        (root / "upload.zip").write_bytes(data)
        try:
            take_up(root / "upload.zip", root / "into", root / "state", False, lambda _: {})
        except WorkshopError as error:
            assert "\n" not in str(error)
        assert {each.name for each in root.iterdir()} <= {"into", "state", "upload.zip"}


@for_each(zips())
def test_hand_ins_are_collected_or_listed_as_faults(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "ann.zip")
        file.write_bytes(data)
        found, faults = collect([file])
        assert all("\n" not in fault for fault in faults)
        assert all(each.person == "ann" for each in found)


@for_each(changed_document(VOTE))
def test_a_vote_is_counted_or_refused(sent: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        ballots = Ballots(Path(name, "votes.jsonl"), QUESTIONS, per_address=3)
        try:
            ballots.show("first")
            page = Path(name, "page")
            page.mkdir()
            room = Room(ballots, QUESTIONS, Page.__new__(Page), "127.0.0.1", [], 3)
            told = room.answer(sent, "192.0.2.1")
            assert json.loads(json.dumps(told)) is not None
            assert sum(ballots.counts("first")) <= 1
        finally:
            ballots.end()


@for_each(
    changed_bytes(
        b'{"began": 1e9, "key": "k", "salt": "00"}\n{"open": "first"}\n' + json.dumps(VOTE).encode()
    )
)
def test_votes_that_a_killed_process_left_are_taken_up_or_begun_anew(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "votes.jsonl")
        file.write_bytes(content)
        Ballots(file, QUESTIONS, per_address=3, clock=lambda: 1e9 + 1).end()


@for_each(changed_bytes(MACHINE))
def test_settings_are_read_or_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "workshop.toml")
        file.write_bytes(data)
        try:
            assert isinstance(load_settings(file), Settings)
        except WorkshopError as error:
            assert "\n" not in str(error)


@for_each(changed_bytes(UPDATES))
def test_the_address_of_updates_is_read_or_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "etc").mkdir()
        (Path(name) / "etc/updates.toml").write_bytes(data)
        try:
            load_updates(Settings(prefix=Path(name)))
        except WorkshopError as error:
            assert "\n" not in str(error)


COURSES = {name: st.just(valid) | changed_bytes(valid) for name, valid in COURSE_FILES.items()}


@for_each(st.fixed_dictionaries(COURSES))
def test_a_course_is_sound_or_refused(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = lay_out(Path(name), files | {"requirements.txt": b"ipykernel\n"})
        try:
            require_sound(read_course(folder))
        except WorkshopError as error:
            assert "\n" not in str(error)


@for_each(changed_bytes(KEYS))
def test_a_list_of_keys_is_read_or_refused(data: bytes) -> None:
    try:
        KeyList.of(data.decode(errors="replace"))
    except WorkshopError as error:
        assert "\n" not in str(error)
