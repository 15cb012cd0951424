"""The doctor: every check of the machine, made side by side, as one report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.machine import blas, environments, hardware, services, where
from workshop.machine.lines import Line, State, green, red, yellow
from workshop.sync.updates import SILENCE_ADVICE, load_updates, silence

Check = Callable[[], Line]
COMING_UP = ("services", "port ")
"""How the names of those checks start that are red for a moment while services start."""
ASK_AGAIN = 0.5
"""Seconds."""


@dataclass(frozen=True)
class Report:
    """What the doctor found."""

    lines: list[Line]
    addresses: dict[str, str]
    """Where a browser finds the servers; empty where nothing was set up, or they do not run."""
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether no line is red."""
        return all(line.state is not State.RED for line in self.lines)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON knows it."""
        return {
            "ok": self.ok,
            "lines": [_as_dict(line) for line in self.lines],
            "addresses": self.addresses,
            "seconds": round(self.seconds, 2),
        }


def _as_dict(line: Line) -> dict[str, Any]:
    """Return a line as JSON knows it; its share only while something is being made."""
    return {key: value for key, value in asdict(line).items() if value is not None}


def checks(settings: Settings, thorough: bool = False) -> list[tuple[str, Check]]:
    """Return the checks by name, in the order in which their lines are shown."""
    found: list[tuple[str, Check]] = [
        ("system", hardware.system),
        ("where", partial(where.where, settings)),
        ("memory", hardware.memory),
        ("disk", partial(hardware.disk, settings)),
        ("cores", hardware.cores),
        ("clock", hardware.clock),
    ]
    if settings.lessons:
        found += [("BLAS", partial(blas.blas, settings))]
    if settings.prefix is None:
        found += [("Python 3.11", partial(environments.python, settings))]
    else:
        found += [
            (f"environment {name}", partial(environments.environment, settings, name, thorough))
            for name in environments.WANTED
            if name not in settings.left_out.split() or name in settings.lacking.split()
        ]
        found += [
            ("kernels", partial(environments.kernels, settings)),
            *([("compile cache", partial(environments.compile_cache, settings))] if settings.lessons else []),
            ("services", partial(services.alive, settings)),
            ("updates", partial(updates, settings)),
        ]
    found += [("notebooks", partial(environments.notebooks, settings))]
    if settings.lessons:
        found += [("data", partial(environments.data, settings))]
    if services.are_wanted(settings):
        found += [
            (f"port {each.port}", partial(services.port, settings, each))
            for each in services.services(settings)
        ]
    return found


def updates(settings: Settings) -> Line:
    """Warn when the organiser's newest revision, or list of keys, is old: newer ones may be held back."""
    if why := silence(settings):
        return yellow("updates", why, SILENCE_ADVICE)
    return green("updates", load_updates(settings).url or "no address; workshop update source set gives one")


def diagnose(
    settings: Settings, thorough: bool = False, only: Sequence[str] = (), wait: float = 0.0
) -> Report:
    """Make all checks at once; one that breaks becomes a red line of its own.

    thorough: also import Theano, TensorFlow and PyTorch, which may take half a minute.
    only: make just the checks whose names start with one of these words.
    wait: seconds in which what was just started may still come up; until then red services are asked again.
    """
    started = time.monotonic()
    todo = [each for each in checks(settings, thorough) if not only or each[0].startswith(tuple(only))]

    def made(name: str, check: Check) -> Line:
        line = _guarded(name, check)
        while (
            line.state is State.RED
            and name.startswith(COMING_UP)
            and time.monotonic() + ASK_AGAIN < started + wait
        ):
            time.sleep(ASK_AGAIN)
            line = _guarded(name, check)
        return line

    with ThreadPoolExecutor(max_workers=len(todo)) as pool:
        lines = list(pool.map(lambda each: made(*each), todo))
    found = services.addresses(settings) if settings.prefix and services.are_wanted(settings) else {}
    return Report(lines, found, time.monotonic() - started)


def _guarded(name: str, check: Check) -> Line:
    """Make one check; whatever it stumbles over is a finding about the machine."""
    try:
        return check()
    except WorkshopError as error:
        return red(name, str(error), "fix it, then run the doctor again")
    except Exception as error:
        return red(
            name, f"the check itself failed: {type(error).__name__}: {error}", "please report this line"
        )
