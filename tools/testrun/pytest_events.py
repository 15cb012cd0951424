"""A plugin of pytest: what happens, as it happens, in lines of JSON that the runner reads.

WORKSHOP_TEST_EVENTS names the file. Under pytest-xdist the controller alone writes. It stands alone, for it
is loaded into environments that have pytest and little else.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

SEED = re.compile(r"WORKSHOP_TEST_SEED=(\w+)")


def pytest_configure(config: pytest.Config) -> None:
    """Write events, if somebody wants them and this process sees all of them."""
    name = os.environ.get("WORKSHOP_TEST_EVENTS")
    if name and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Events(Path(name)), "workshop-events")


class Events:
    """Hears of each test and writes it down."""

    def __init__(self, file: Path) -> None:
        """Write to the end of a file."""
        self.file = file
        self.collected = False
        self.seconds: dict[str, float] = {}
        self.ended: dict[str, dict[str, Any]] = {}

    def write(self, event: str, **what: Any) -> None:
        """Write one line, which is complete when the runner sees its end."""
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"event": event, **what}) + "\n")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell how many tests there are; xdist's controller collects none itself."""
        if session.items:
            self.write("collected", number=len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Tell how many tests the first worker of xdist found; the others find the same."""
        if not self.collected:
            self.collected = True
            self.write("collected", number=len(ids))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self.write("begun", test=nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test is over after its teardown; its worst phase counts."""
        test = report.nodeid
        self.seconds[test] = self.seconds.get(test, 0) + getattr(report, "duration", 0)
        verdict = judge(report)
        # A test without a body that passed or failed was skipped by its set-up.
        if verdict["event"] != "passed" or test not in self.ended:
            self.ended[test] = verdict
        # A worker of xdist that crashed reports no phase ("???").
        if report.when not in ("setup", "call"):
            verdict = self.ended.pop(test)
            self.write(**verdict, test=test, seconds=round(self.seconds.pop(test), 3))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read fails; one that skips itself is skipped as a whole."""
        if report.outcome != "passed":
            self.write(**judge(report), test=report.nodeid, seconds=0)


def judge(report: pytest.TestReport | pytest.CollectReport) -> dict[str, Any]:
    """Return the verdict of one report, with its reason, and with the seed that a failure names."""
    if report.outcome == "passed" or (report.outcome == "skipped" and hasattr(report, "wasxfail")):
        return {"event": "passed"}
    if report.outcome == "skipped":
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        return {"event": "skipped", "why": why.removeprefix("Skipped: ")}
    crash = getattr(report.longrepr, "reprcrash", None)
    why = crash.message if crash else report.longreprtext.strip().rpartition("\n")[2]
    text = report.longreprtext + "".join(text for _, text in report.sections)
    seed = SEED.findall(text)
    return {"event": "failed", "why": why.partition("\n")[0]} | ({"seed": seed[-1]} if seed else {})
