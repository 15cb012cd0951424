import pytest

from workshop.sync.decide import Action, Entry, Sides, decide, synced
from workshop.sync.merge import Version

from .bed import notebook


def version(*texts: str) -> Version:
    return Version(notebook(*texts))


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
