"""What a check is, and how a list of them is run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
Find = Callable[[T], Iterable[str]]
"""Yields a line for each fault."""


@dataclass(frozen=True)
class Check(Generic[T]):
    """One rule."""

    name: str
    why: str
    find: Find[T]
    gate: bool
    """Whether a fault here makes the checks after it meaningless."""


@dataclass(frozen=True)
class Result:
    """What one check found; no faults means that it passed."""

    name: str
    why: str
    faults: tuple[str, ...]


@dataclass
class Stage(Generic[T]):
    """Checks in the order in which they run."""

    checks: list[Check[T]] = field(default_factory=list)

    def check(self, name: str, why: str, *, gate: bool = False) -> Callable[[Find[T]], Find[T]]:
        """Return a decorator that adds a function as a check."""

        def add(find: Find[T]) -> Find[T]:
            self.checks.append(Check(name, why, find, gate))
            return find

        return add

    def run(self, subject: T) -> Iterable[Result]:
        """Yield each check's result; nothing comes after a gate with a fault."""
        for check in self.checks:
            result = Result(check.name, check.why, tuple(check.find(subject)))
            yield result
            if result.faults and check.gate:
                return
