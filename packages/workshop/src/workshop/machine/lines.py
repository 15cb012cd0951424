"""One line of the doctor's report: green, yellow or red, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a check ended."""

    GREEN = "green"
    """As it should be."""
    YELLOW = "yellow"
    """The workshop works, but something will be slow, missing or made by set-up."""
    RED = "red"
    """The workshop does not work until this is fixed."""


@dataclass(frozen=True)
class Line:
    """What one check found."""

    check: str
    state: State
    text: str
    advice: str = ""
    """What to do; never empty on a red line."""
    share: float | None = None
    """How much of something that is still being made is done, 0 to 1."""


def green(check: str, text: str) -> Line:
    """Return a line that needs nothing done."""
    return Line(check, State.GREEN, text)


def making(check: str, text: str, share: float) -> Line:
    """Return a line about what is still being made, and needs nothing done."""
    return Line(check, State.GREEN, text, share=min(1.0, max(0.0, share)))


def yellow(check: str, text: str, advice: str = "") -> Line:
    """Return a line that is worth knowing."""
    return Line(check, State.YELLOW, text, advice)


def red(check: str, text: str, advice: str) -> Line:
    """Return a line that stops the workshop, with what to do about it."""
    return Line(check, State.RED, text, advice)
