"""Start the machine for a verdict: by the project's own tests where they can run, else port by port.

Which of the two it was belongs to the verdict: a port that answers proves much less.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from organiser.appliance.boot import BOOT_SECONDS
from organiser.appliance.verify import behaviour, booting
from organiser.appliance.verify.checks import Result

TESTS = "tests"
PORTS = "ports"
SENTENCES = {
    TESTS: "boot: judged by the project's tests of a machine",
    PORTS: "boot: only asked whether every forwarded port answers",
}


@dataclass(frozen=True)
class Level:
    """How much was asked of the machine that was started."""

    level: str
    """``tests`` or ``ports``."""
    why: str = ""
    """Why it was not more, and how to have it."""

    @property
    def sentence(self) -> str:
        """What the command says of it."""
        return SENTENCES[self.level] + (f", for {self.why}" if self.why else "")

    def as_document(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def choose(log: Path | None) -> Level:
    """Return how much can be asked here; a log is only kept of what is asked port by port."""
    if log:
        return Level(PORTS, "a log was wanted; for all tests leave --log out")
    missing = behaviour.missing()
    return Level(PORTS, f"{missing}; {behaviour.HOW}") if missing else Level(TESTS)


def start(ova: Path, level: Level, *, log: Path | None, seconds: float = BOOT_SECONDS) -> Result:
    """Start an OVA under qemu and judge it.

    log: a folder that gets the machine's log. seconds: until every port answers, where those are asked.
    """
    if level.level == TESTS:
        return behaviour.behaviour_result(ova)
    return booting.boot_result(ova, partial(booting.answers, seconds=seconds), folder=log)
