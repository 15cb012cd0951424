"""What a check is, and how a list of them is run."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar

from organiser.appliance.verify.printing import shortened

T = TypeVar("T")
Find = Callable[[T], Iterable[str]]
"""Yields a line for each fault."""
UNREADABLE = (
    ValueError, LookupError, TypeError, ArithmeticError, EOFError, struct.error, zlib.error, RecursionError,
    MemoryError,
)  # fmt: skip
"""How reading ends what was damaged, or made, so that it cannot be read. No such file is sound."""
MOST_FAULTS = 50
"""Lines of one check; a file that was made to have more has no use for them."""


@dataclass(frozen=True)
class Check(Generic[T]):
    """One rule."""

    name: str
    why: str
    find: Find[T]
    gate: bool
    """Whether a fault here makes the checks after it meaningless."""

    def result(self, subject: T) -> Result:
        """Return what the check finds; where the subject is too damaged for it, that is what it found."""
        faults: list[str] = []
        try:
            for fault in islice(self.find(subject), MOST_FAULTS + 1):
                faults.append(shortened(fault) if len(faults) < MOST_FAULTS else "and more of these")
        except UNREADABLE as error:
            faults.append(shortened(unreadable(error)))
        return Result(self.name, self.why, tuple(faults))


@dataclass(frozen=True)
class Result:
    """What one check found; no faults means that it passed. Faults are plain lines (see ``printing``)."""

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
            result = check.result(subject)
            yield result
            if result.faults and check.gate:
                return

    def refused(self, error: BaseException) -> Result:
        """Return that what all the checks look at could not even be read; it is the first one's fault."""
        first: Check[Any] = self.checks[0]
        return Result(first.name, first.why, (shortened(unreadable(error)),))


def unreadable(error: BaseException) -> str:
    """Return in one line why something could not be read."""
    if isinstance(error, MemoryError):
        return "it cannot be read: it needs more memory than this computer has for it"
    if isinstance(error, RecursionError):
        return "it cannot be read: it is nested as nothing of ours is"
    said = str(error).splitlines()
    return f"it cannot be read: {said[0] if said else type(error).__name__}"
