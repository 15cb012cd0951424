"""The project's own tests as one check of an OVA."""

from __future__ import annotations

from organiser.appliance.verify import behaviour


def test_each_failed_test_is_a_fault() -> None:
    said = "..F\nFAILED tests/a.py::test_b - AssertionError\nERROR tests/c.py::test_d\n1 failed\n"
    assert behaviour.faults(1, said) == (
        "FAILED tests/a.py::test_b - AssertionError",
        "ERROR tests/c.py::test_d",
    )
    assert behaviour.faults(0, "3 passed\n") == ()


def test_tests_that_cannot_run_are_no_pass() -> None:
    assert "could not run" in behaviour.faults(4, "usage: pytest\n")[0]
