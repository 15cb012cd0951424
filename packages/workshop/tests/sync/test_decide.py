import pytest

from workshop.sync.decide import REMEMBERED, Action, Entry, Sides, decide, synced
from workshop.sync.files import beside_name
from workshop.sync.merge import Version

from .bed import notebook


def version(*texts: str) -> Version:
    return Version(notebook(*texts))


def test_names_beside() -> None:
    assert beside_name("10-mlp.ipynb", "upstream-abc") == "10-mlp.upstream-abc.ipynb"
    assert beside_name("a/b/c.ipynb", "upstream-abc", part=1) == "a/b.upstream-abc/c.ipynb"
    assert beside_name("a/b.c/d", "upstream-abc", number=2) == "a/b.c/d.upstream-abc-2"


def test_an_entry_remembers_what_earlier_deliveries_meant() -> None:
    entry = synced(version("0"))
    for number in range(1, REMEMBERED + 5):
        entry = synced(version(str(number)), entry)
    assert len(entry.earlier) == REMEMBERED
    assert entry.earlier[-1] == version(str(REMEMBERED + 3)).meaning
    assert entry.meaning not in entry.earlier


def test_a_merge_that_comes_to_an_earlier_version_is_no_restored_snapshot() -> None:
    first, second, third = version("a"), version("b", "a"), version("a", "a")
    entry = synced(second, synced(first))
    decision = decide(Sides("x.ipynb", entry, second, version("b"), third))
    assert decision.action == Action.MERGED and decision.write is not None and decision.entry is not None
    assert decision.write.meaning == first.meaning
    assert decide(Sides("x.ipynb", decision.entry, third, decision.write, third)).action == Action.NOTHING


@pytest.mark.parametrize("mine", [None, version("a")])
def test_what_was_never_delivered_is_not_taken_away(mine: Version | None) -> None:
    decision = decide(Sides("x.ipynb", Entry("", "", "offered"), None, mine, None))
    assert (decision.action, decision.entry) == (Action.NOTHING, None)


ONE, TWO, CHANGED, BOTH = version("a", "b"), version("a 2", "b"), version("a", "mine"), version("a mine", "b")
RAN = Version(notebook("a", "b", outputs=True))
CUT_OFF, INVALID = Version(ONE.data[:-20]), Version(b'{"cells": 1}')
BEFORE, AFTER = synced(ONE), synced(TWO, synced(ONE))
NEVER_SYNCED = Entry("")
A_LINK, READ_ONLY = {"in_the_way": "it is a link"}, {"protected": "your file is read-only"}


@pytest.mark.parametrize(
    ("last", "base", "mine", "offered", "action"),
    [
        pytest.param(NEVER_SYNCED, None, None, ONE, "updated", id="it is new"),
        pytest.param(NEVER_SYNCED, None, ONE, ONE, "nothing", id="both have it"),
        pytest.param(NEVER_SYNCED, None, TWO, ONE, "beside", id="another file has the name"),
        pytest.param(BEFORE, ONE, ONE, ONE, "nothing", id="nothing new, untouched"),
        pytest.param(BEFORE, ONE, CHANGED, ONE, "nothing", id="nothing new, changed"),
        pytest.param(BEFORE, ONE, RAN, ONE, "nothing", id="nothing new, ran"),
        pytest.param(BEFORE, ONE, None, ONE, "restored", id="nothing new, deleted"),
        pytest.param(BEFORE, ONE, None, TWO, "restored", id="news, deleted"),
        pytest.param(BEFORE, ONE, CUT_OFF, ONE, "beside", id="nothing new, cut off"),
        pytest.param(AFTER, TWO, ONE, TWO, "updated", id="a snapshot was restored"),
        pytest.param(BEFORE, ONE, ONE, TWO, "updated", id="news, untouched"),
        pytest.param(BEFORE, ONE, RAN, TWO, "updated", id="news, ran"),
        pytest.param(BEFORE, ONE, CHANGED, TWO, "merged", id="news, another cell changed"),
        pytest.param(BEFORE, ONE, BOTH, TWO, "beside", id="news, the same cell changed"),
        pytest.param(BEFORE, None, CHANGED, TWO, "beside", id="news, what was synced is lost"),
        pytest.param(BEFORE, ONE, INVALID, TWO, "beside", id="news, mine is no notebook"),
        pytest.param(BEFORE, ONE, TWO, TWO, "nothing", id="news, the same change"),
        pytest.param(BEFORE, ONE, ONE, INVALID, "refused", id="the news are no notebook"),
        pytest.param(BEFORE, ONE, ONE, None, "backed-up", id="no longer there, untouched"),
        pytest.param(BEFORE, ONE, RAN, None, "backed-up", id="no longer there, ran"),
        pytest.param(BEFORE, ONE, CHANGED, None, "kept", id="no longer there, changed"),
    ],
)
def test_each_row_of_the_table(
    last: Entry, base: Version | None, mine: Version | None, offered: Version | None, action: str
) -> None:
    assert decide(Sides("x.ipynb", last, base, mine, offered)).action == action


@pytest.mark.parametrize(
    ("hindrance", "mine", "offered", "action"),
    [
        (A_LINK, None, TWO, "beside"),
        (A_LINK, None, None, "nothing"),
        (READ_ONLY, ONE, TWO, "beside"),
        (READ_ONLY, CHANGED, TWO, "beside"),
        (READ_ONLY, ONE, None, "kept"),
        (READ_ONLY, ONE, ONE, "nothing"),
    ],
)
def test_what_must_not_be_replaced(
    hindrance: dict[str, str], mine: Version | None, offered: Version | None, action: str
) -> None:
    assert decide(Sides("x.ipynb", BEFORE, ONE, mine, offered, **hindrance)).action == action


def test_a_version_is_put_beside_once() -> None:
    first = decide(Sides("x.ipynb", BEFORE, ONE, BOTH, TWO))
    assert first.entry is not None and first.write is TWO
    assert decide(Sides("x.ipynb", first.entry, ONE, BOTH, TWO)).action == Action.NOTHING
