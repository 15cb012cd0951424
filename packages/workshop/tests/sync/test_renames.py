import itertools
import random
from pathlib import Path
from string import ascii_letters

import pytest

from workshop.sync import apply

from .bed import Bed, book, cell


def lesson(about: str, first: str = "", ran: str = "") -> bytes:
    """Return a notebook of one lesson; ``first`` is what somebody made of its first cell."""
    words = [
        "".join(letters)
        for letters in zip(*[iter(random.Random(about).choices(ascii_letters, k=160))] * 40, strict=True)
    ]
    texts = [first or f"# {about}", *words]
    return book(*(cell(text, f"{about}-{number}", ran=ran) for number, text in enumerate(texts)))


def put(bed: Bed, folder: dict[str, bytes]) -> None:
    """Let the organiser's folder hold this and nothing else."""
    for file in (bed.upstream / "notebooks").glob("*"):
        file.unlink()
    bed.publish(**{name.replace(".", "_"): data for name, data in folder.items()})


@pytest.fixture
def two(bed: Bed) -> Bed:
    put(bed, {"l1.ipynb": lesson("one"), "l2.ipynb": lesson("two")})
    bed.sync()
    return bed


@pytest.mark.parametrize("kind", ["clash", "read only", "a name of mine", "open", "deleted"])
def test_where_one_of_them_cannot_move_none_does_and_nothing_is_lost(two: Bed, kind: str) -> None:
    mine = {"l1.ipynb": lesson("one", "mine of one"), "l2.ipynb": lesson("two", "mine of two")}
    for name, data in mine.items():
        two.edit(name, data)
    second = lesson("two")
    if kind == "clash":
        second = lesson("two", "theirs of two")
    elif kind == "read only":
        (two.mine / "l2.ipynb").chmod(0o444)
    elif kind == "a name of mine":
        mine["l3.ipynb"] = b"mine"
        two.edit("l3.ipynb", b"mine")
    elif kind == "open":
        two.open_notebooks = lambda _into: {"l2.ipynb": "it is open"}
    else:
        del mine["l2.ipynb"]
        two.edit("l2.ipynb", None)
    put(two, {"l2.ipynb": lesson("one"), "l3.ipynb": second})
    two.sync()
    there = two.snapshot()
    assert {name: there[name] for name in mine} == mine


@pytest.mark.parametrize("seed", range(60))
def test_edits_follow_whatever_became_of_the_names(bed: Bed, seed: int) -> None:
    dice = random.Random(seed)
    names = [f"l{number}.ipynb" for number in range(7)]
    before = dict(zip(names[:5], ("ab", "cd", "ef", "gh", "ij"), strict=True))
    put(bed, {name: lesson(about) for name, about in before.items()})
    bed.sync()
    edited = set(dice.sample(names[:5], dice.randint(1, 5)))
    for name in edited:
        bed.edit(name, lesson(before[name], f"mine of {before[name]}"))
    stay = dice.sample(list(before.values()), dice.randint(3, 5)) + ["kl"] * dice.randint(0, 1)
    after = dict(zip(dice.sample(names, len(stay)), stay, strict=True))
    put(bed, {name: lesson(about) for name, about in after.items()})
    was = bed.snapshot()
    told = set(bed.actions())
    there = bed.snapshot()
    assert {name for name in there if there[name] != was.get(name)} <= told
    mine = {about: f"mine of {about}" for name, about in before.items() if name in edited}
    texts = {name: [text for text, _ in bed.cells(name)] for name in there}
    for about, text in mine.items():
        assert any(text in each for each in texts.values()), (seed, about, after)
    # Where each edited file has a place, no copy comes beside, and each lesson has its name.
    if set(mine) <= set(after.values()):
        assert {name: each for name, each in there.items() if name in after} == {
            name: lesson(about, mine.get(about, "")) for name, about in after.items()
        }, (seed, before, after, edited)
        assert set(there) == set(after), (seed, sorted(there))
    assert bed.actions() == {}


@pytest.mark.parametrize("moment", range(8))
def test_killed_at_any_moment_the_next_run_completes(
    two: Bed, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    class Killed(BaseException):
        """As SIGKILL would: nobody catches it."""

    two.edit("l1.ipynb", lesson("one", "mine of one"))
    two.edit("l2.ipynb", lesson("two", "mine of two"))
    wanted = {"l2.ipynb": lesson("one", "mine of one"), "l3.ipynb": lesson("two", "mine of two")}
    put(two, {"l2.ipynb": lesson("one"), "l3.ipynb": lesson("two")})
    count = itertools.count()

    def dying(function):  # type: ignore[no-untyped-def]
        def call(*given):  # type: ignore[no-untyped-def]
            if next(count) == moment:
                raise Killed
            return function(*given)

        return call

    with monkeypatch.context() as patch:
        for name in ("write_atomically", "remove"):
            patch.setattr(apply, name, dying(getattr(apply, name)))
        try:
            two.sync()
        except Killed:
            pass
        else:
            assert moment > 4, "each write and each removal is such a moment"
    two.sync()
    assert two.snapshot() == wanted
    assert two.actions() == {}


def test_what_fails_among_several_names_is_taken_back(two: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = {"l1.ipynb": lesson("one", "mine of one"), "l2.ipynb": lesson("two", "mine of two")}
    for name, data in mine.items():
        two.edit(name, data)
    put(two, {"l2.ipynb": lesson("one"), "l3.ipynb": lesson("two")})
    write = apply.write_atomically

    def locked(place: Path, data: bytes) -> None:
        if place == two.mine / "l2.ipynb":
            raise PermissionError(13, "Permission denied")
        write(place, data)

    with monkeypatch.context() as patch:
        patch.setattr(apply, "write_atomically", locked)
        assert two.actions() == {"l3.ipynb": "refused"}
    assert two.snapshot() == mine
    assert two.actions() == {"l2.ipynb": "merged", "l3.ipynb": "merged"}
