import pytest

from workshop.sync.decide import Action, Sides, decide
from workshop.sync.files import beside_name
from workshop.sync.merge import Version
from workshop.sync.state import REMEMBERED, Entry, synced

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
