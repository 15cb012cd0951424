"""What a learner did survives us: answers to the lessons as they were are kept and found in those of now.

``lessons-before.json`` has, by revisions that were out, the cells of each lesson with exercises, and the
exercises' texts; where the history is at hand, the whole notebooks are taken from it. ``record_lessons.py``
adds the revision that is out, at each release.
"""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest

from workshop.sync.apply import Outcome
from workshop.sync.merge import exercise_of

from .bed import Bed, book, cell, git

ROOT = Path(__file__).resolve().parents[4]
RECORDS: dict[str, dict[str, list[dict[str, Any]]]] = json.loads(
    Path(__file__).with_name("lessons-before.json").read_text(encoding="utf-8")
)
"""The first one is from before the exercises and their checks were rewritten, when some lessons were one; the
last one is what is out now."""
FIRST, *_, LAST = RECORDS
LESSONS = [(revision, lesson) for revision, lessons in RECORDS.items() for lesson in lessons]
ASKS_ANEW = {"basics-fibonacci", "basics-descent"}
"""Exercises of the first that ask for something else now: an answer to one stays in a notebook of its own."""
RENAMED = {
    "anomaly-auc",
    "anomaly-cheapest",
    "anomaly-forgiving",
    "anomaly-rebuilt",
    "backprop-backward",
    "backprop-order",
    "backprop-shares",
    "backprop-trying",
    "bubble-ahead",
    "bubble-target",
    "caption-clipped",
    "cnn-cover",
    "commerce-nearest",
    "deep-join",
    "diffusion-guided",
    "diffusion-variety",
    "efficientnet-alike",
    "found-scored",
    "found-share",
    "found-step",
    "gan-kinds",
    "gan-losses",
    "gan-places",
    "gan-slope",
    "gan-smaller",
    "gan-turned",
    "googlenet-silent",
    "inventing-drawn",
    "inventing-nats",
    "mlp-adam",
    "names-macro",
    "names-pool",
    "names-push",
    "names-runs",
    "policy-advantage",
    "policy-slope",
    "pong-entropy",
    "shakespeare-temperature",
    "trust-gap",
    "trust-silence",
}
"""Likewise, of any version before: their functions or arguments have the field's names now."""
GONE = {f"attention-{name}" for name in ("attend", "back", "layer", "look-up", "shortcut")}
"""Exercises that the lesson had in TensorFlow: in PyTorch it asks for others, and answers stay likewise."""
ANSWER = "\n# my own answer"


@functools.cache
def has_history() -> bool:
    try:
        return all(git(ROOT, "cat-file", "-t", f"{each}^{{commit}}") == "commit" for each in RECORDS)
    except (OSError, subprocess.CalledProcessError):
        return False


@functools.cache
def before(revision: str, lesson: str) -> bytes:
    """Return a lesson as it was, whole, or its cells with the exercises' texts."""
    if has_history():
        return git(ROOT, "show", f"{revision}:notebooks/{lesson}").encode()
    return recorded(revision, lesson)


def recorded(revision: str, lesson: str) -> bytes:
    return book(
        *(
            cell(
                each.get("source", f"what was {each['id']}"),
                each["id"],
                kind=each["type"],
                **({"tags": each["tags"]} if "tags" in each else {}),
            )
            for each in RECORDS[revision][lesson]
        )
    )


def exercises(data: bytes) -> dict[str, str]:
    """Return the text of each exercise's cell."""
    cells = json.loads(data)["cells"]
    return {name: "".join(each["source"]) for each in cells if (name := exercise_of(each))}


def answer(data: bytes, chosen: Collection[str]) -> bytes:
    """Return the notebook with something written into the cells of some exercises, and run."""
    document = json.loads(data)
    for each in document["cells"]:
        if exercise_of(each) in chosen:
            each["source"] = "".join(each["source"]) + ANSWER
            each["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "mine"}]
            each["execution_count"] = 7
    return json.dumps(document, indent=1).encode()


Synced = Callable[[str], tuple[Bed, dict[str, Outcome]]]


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Synced:
    """Return what gives a participant who answered all exercises of a version before, and has that of now.

    Made once for each version: as a parameter of its own it would be made anew for each test.
    """

    @functools.cache
    def learner(revision: str) -> tuple[Bed, dict[str, Outcome]]:
        folder = tmp_path_factory.mktemp("learner")
        bed = Bed(folder / "upstream", folder / "mine", folder / "state")
        notebooks = {lesson: before(revision, lesson) for lesson in RECORDS[revision]}
        for lesson, was in notebooks.items():
            bed.write(bed.upstream / "notebooks" / lesson, was)
        bed.sync()
        for lesson, was in notebooks.items():
            bed.edit(lesson, answer(was, exercises(was).keys() - asked_anew(revision)))
        shutil.rmtree(bed.upstream)
        for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
            name = path.relative_to(ROOT / "notebooks")
            if not any(part.startswith(".") for part in name.parts):
                bed.write(bed.upstream / "notebooks" / name, path.read_bytes())
        return bed, {outcome.path: outcome for outcome in bed.sync().files}

    return learner


def asked_anew(revision: str) -> set[str]:
    """Return the exercises of a revision that ask for something else by now."""
    later = RENAMED | GONE
    return later | ASKS_ANEW if revision == FIRST else later


@pytest.mark.parametrize(("revision", "lesson"), LESSONS)
def test_every_answer_of_the_version_before_is_found_in_the_version_of_now(
    synced: Synced, revision: str, lesson: str
) -> None:
    """Where this fails: give an exercise that asks for something else another name, or list it above."""
    bed, outcomes = synced(revision)
    answers = {
        name: text + ANSWER
        for name, text in exercises(before(revision, lesson)).items()
        if name not in asked_anew(revision)
    }
    holder, mine = next(
        (path, cells)
        for path in (lesson, *outcomes)
        if (bed.mine / path).suffix == ".ipynb" and (bed.mine / path).is_file()
        for cells in [exercises(bed.read(path))]
        if answers.keys() <= cells.keys()
    )
    assert {name: mine[name] for name in answers} == answers
    # All the rest is the lesson of now.
    kept = {"".join(each["source"]) for each in json.loads(bed.read(holder))["cells"]}
    now = json.loads((ROOT / "notebooks" / holder).read_bytes())["cells"]
    assert {"".join(each["source"]) for each in now if exercise_of(each) not in answers} <= kept
    if revision == FIRST:  # of the later ones, not every lesson has changed
        assert outcomes[holder].action == "merged", outcomes[holder].reason
        assert all(name in outcomes[holder].reason for name in answers)


NEW: set[str] = {
    "1-mnist/35-pytorch.ipynb",
    "1-mnist/37-training-craft.ipynb",
    "3-commerce/20-fine-tuning.ipynb",
    "5-bubble-breaker/15-colours-and-memory.ipynb",
    "6-text/50-tokens.ipynb",
    "6-text/60-language-model.ipynb",
    "6-text/65-smaller-and-faster.ipynb",
    "6-text/70-following-instructions.ipynb",
    "6-text/75-making-things-up.ipynb",
    "8-since/20-is-it-good.ipynb",
    "9-tools/10-blas.ipynb",
}
"""Lessons whose exercises nobody has had yet: not in what is out now, or there without any."""


def test_every_lesson_with_exercises_is_in_the_version_that_is_out_or_new() -> None:
    """Where this fails: ``record_lessons.py`` once the version is out; until then the list above."""
    there = {
        str(path.relative_to(ROOT / "notebooks"))
        for path in (ROOT / "notebooks").rglob("*.ipynb")
        if not any(part.startswith(".") for part in path.parts) and exercises(path.read_bytes())
    }
    assert there - RECORDS[LAST].keys() == NEW


@pytest.mark.parametrize("name", sorted(ASKS_ANEW | RENAMED | GONE))
def test_an_answer_to_what_is_no_longer_asked_for_is_kept_and_the_reason_said(bed: Bed, name: str) -> None:
    """In the new version where the cell is gone; else in the old one, with the new one beside it."""
    revision, lesson = next(
        (revision, lesson)
        for revision, lesson in (LESSONS if name in ASKS_ANEW else reversed(LESSONS))
        if name in exercises(recorded(revision, lesson))
    )
    was, now = before(revision, lesson), (ROOT / "notebooks" / lesson).read_bytes()
    mine = answer(was, [name])
    bed.publish(a_ipynb=was)
    bed.sync()
    bed.edit("a.ipynb", mine)
    bed.publish(a_ipynb=now)
    (outcome,) = bed.sync().files
    assert name in outcome.reason
    assert exercises(bed.read("a.ipynb"))[name] == exercises(mine)[name]
    if outcome.action == "beside":
        assert f"you answered the exercise {name}" in outcome.reason
        assert (bed.read("a.ipynb"), bed.beside()) == (mine, now)
    else:
        assert outcome.action == "merged" and name not in exercises(now)


def stub(text: str, name: str = "mean", id: str = "e") -> dict[str, Any]:
    return cell(text, id, tags=[f"exercise:{name}"])


OLD = "def mean(values):\n    return 0"
MINE = "def mean(values):\n    return sum(values) / len(values)"
TEXT = cell("text", "t", kind="markdown")


@pytest.mark.parametrize(
    "new",
    [
        stub("def mean(values):\n    return ..."),
        stub('def mean(values):\n    """All alike."""\n    return ...', id="renamed"),
    ],
)
def test_a_stub_that_asks_for_the_same_takes_the_answer(bed: Bed, new: dict[str, Any]) -> None:
    actions = bed.both_change(
        book(TEXT, stub(OLD)), book(TEXT, stub(MINE)), book(cell("new", "t", kind="markdown"), new)
    )
    assert actions == {"a.ipynb": "merged"}
    assert [text for text, _ in bed.cells()] == ["new", MINE]


@pytest.mark.parametrize(
    "new",
    [
        stub("def mean(values, weights):\n    return ..."),
        stub("def median(values):\n    return ..."),
        stub("def mean(values):\n    return ...\ndef variance(values):\n    return ..."),
        stub("def mean(values:"),
        stub("def mean(values):\n    return ...", name="another"),
        cell("def mean(values):\n    return ...", "e"),
    ],
)
def test_a_stub_that_asks_for_something_else_comes_beside_the_answer(bed: Bed, new: dict[str, Any]) -> None:
    mine = book(TEXT, stub(MINE))
    assert bed.both_change(book(TEXT, stub(OLD)), mine, book(TEXT, new)) == {"a.ipynb": "beside"}
    assert bed.read("a.ipynb") == mine


def test_an_exercise_that_moved_to_another_place_or_lesson_keeps_its_answer(bed: Bed) -> None:
    moved = stub("def mean(values):\n    return ...", id="elsewhere")
    base, mine = book(TEXT, stub(OLD), cell("end", "z")), book(TEXT, stub(MINE), cell("end", "z"))
    assert bed.both_change(base, mine, book(moved, TEXT, cell("end", "z"))) == {"a.ipynb": "merged"}
    assert [text for text, _ in bed.cells()] == [MINE, "text", "end"]
    bed.publish(a_ipynb=book(TEXT, cell("end", "z")), b_ipynb=book(moved))
    assert bed.actions() == {"a.ipynb": "kept", "b.ipynb": "updated"}
    assert MINE in [text for text, _ in bed.cells()]
