"""The oracle counts who merges and who gives up, and sees a merge that says something else."""

import random
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.sync import nbdime_oracle
from benchmarks.sync.nbdime_oracle import Verdict, ask_oracle, cells, compare, random_three
from workshop.sync.merge import ConflictError, merge

ECHO = "import json, sys\nfor line in sys.stdin:\n    print(json.dumps(json.loads(line)[2]), flush=True)\n"
"""An oracle that always takes the organiser's side."""


def test_the_three_are_drawn_by_their_number_and_differ() -> None:
    drawn = [random_three(random.Random(f"1/{number}")) for number in range(20)]
    assert drawn == [random_three(random.Random(f"1/{number}")) for number in range(20)]
    assert sum(base != mine != theirs != base for base, mine, theirs in drawn) > 5


def test_the_same_merge_agrees_and_a_conflict_is_counted() -> None:
    verdict = Verdict()
    for number in range(60):
        three = random_three(random.Random(number))
        try:
            answer = merge(*three)
        except ConflictError:
            answer = None
        assert list(compare(three, answer, verdict)) == []
        assert list(compare(three, None, verdict)) == []
    assert verdict.agreed > 20 and verdict.both_gave_up > 0 and verdict.agreed == verdict.nbdime_gave_up
    assert verdict.pairs == 120 and verdict.we_gave_up == 0


def test_another_merge_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nbdime_oracle, "WORKER", ECHO)
    found = ask_oracle(Path(sys.executable), 60, seed=1)
    assert len(found.faults) > 5 and all(each.startswith("1/") for each in found.faults)
    assert found.pairs == 60

    def as_theirs(_base: Any, _mine: Any, theirs: Any) -> Any:
        return theirs

    monkeypatch.setattr(nbdime_oracle, "merge", as_theirs)
    assert ask_oracle(Path(sys.executable), 60, seed=1).faults == []


def test_another_order_within_a_side_is_a_fault() -> None:
    three = next(
        three
        for three in (random_three(random.Random(number)) for number in range(99))
        if len(cells(three[1], set())) > 2 and three[1] == three[2]
    )
    other = {**three[1], "cells": three[1]["cells"][::-1]}
    (fault,) = compare(three, other, Verdict())
    assert fault.startswith("order: ")
