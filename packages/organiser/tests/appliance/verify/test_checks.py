"""Checks run in order, and a gate ends the stage."""

from __future__ import annotations

from collections.abc import Iterator

from organiser.appliance.verify.checks import Stage


def test_a_gate_with_a_fault_is_the_last() -> None:
    stage: Stage[int] = Stage()

    @stage.check("small", "because", gate=True)
    def _small(number: int) -> Iterator[str]:
        if number > 9:
            yield "too large"

    @stage.check("even", "why not")
    def _even(number: int) -> Iterator[str]:
        if number % 2:
            yield "odd"
            yield "not even"

    assert [(each.name, each.why, each.faults) for each in stage.run(11)] == [
        ("small", "because", ("too large",))
    ]
    assert [(each.name, each.faults) for each in stage.run(3)] == [
        ("small", ()),
        ("even", ("odd", "not even")),
    ]
