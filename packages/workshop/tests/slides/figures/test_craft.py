"""Figures of training craft, fine-tuning and tokens."""

from __future__ import annotations

from workshop.site.figures import craft, tokens
from workshop.teach import bytepairs


def test_more_merges_cut_a_line_into_fewer_tokens() -> None:
    learned = bytepairs.train(tokens.LINE, tokens.BYTES + max(tokens.MERGES))
    cut = [tokens.pieces(learned[:count]) for count in tokens.MERGES]
    assert len(cut[0]) == len(tokens.LINE)
    assert [len(each) for each in cut] == sorted((len(each) for each in cut), reverse=True)
    assert {"".join(each).replace("␣", " ") for each in cut} == {tokens.LINE}


def test_each_test_of_the_flow_chart_names_its_fault() -> None:
    drawn = craft.flow_chart().svg("chart")
    for test, fault in craft.TESTS:
        assert test.split("\n")[0] in drawn
        assert fault.split("\n")[0] in drawn
