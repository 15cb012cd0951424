"""What people see while a run is at work: a few live lines on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from .parts import Job
from .schedule import UNPRINTABLE, Result, Running, Schedule, lines_of

COLOURS = {"red": 31, "green": 32, "yellow": 33, "grey": 90, "bold": 1}
OF_VERDICT = {"passed": "green", "failed": "red", "not run": "red", "skipped": "yellow"}
REDRAW_SECONDS = 0.25
NEWS_SECONDS = 60.0
KEPT = re.compile(r"-- |SKIPPED |=+ .*\b(passed|failed|error|skipped|deselected|no tests ran)\b.* in .*=$")
"""Of a job that passed, these lines are shown: its steps, pytest's last line, and reasons of skipping."""
STEP = re.compile(rb"^-- ([^\n:]+)$", re.MULTILINE)


def clock(seconds: float) -> str:
    """Return seconds as people say them."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


class Display:
    """Writes lines that stay, below which live lines are redrawn where the output is a terminal."""

    def __init__(self, output: TextIO = sys.stdout) -> None:
        """Look at what the output can do."""
        self.output = output
        self.terminal = output.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.colours = self.terminal and not os.environ.get("NO_COLOR")
        self.drawn = 0
        self.next_draw = 0.0
        self.news_seconds = float(os.environ.get("WORKSHOP_TEST_NEWS", NEWS_SECONDS))
        self.started = time.monotonic()
        self.next_news = self.started + self.news_seconds
        self.schedule: Schedule | None = None
        self.told: dict[Job, int] = {}
        """Of each job, how many failed tests have been named."""

    def paint(self, text: str, colour: str) -> str:
        """Return text in a colour, where there are colours."""
        return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if self.colours and colour else text

    def say(self, *lines: str) -> None:
        """Write lines that stay."""
        self._erase()
        for line in lines:
            self.output.write(line + "\n")
        self.output.flush()

    def follow(self, schedule: Schedule) -> None:
        """Show a run from now on."""
        self.schedule = schedule
        schedule.on_start, schedule.on_end, schedule.on_tick = self.job_begins, self.job_ended, self.tick

    def job_begins(self, running: Running) -> None:
        """Say that a job begins, and how long it should take."""
        assert self.schedule
        self.say(f"-- {running.job} begins (about {clock(self.schedule.expected[str(running.job)])})")

    def job_ended(self, result: Result) -> None:
        """Show how a job ended: all that one said which failed, the gist of one that passed."""
        assert self.schedule
        log = self.schedule.folder() / f"{result.job}.log"
        said = [] if result.verdict == "not run" or not log.exists() else lines_of(log)
        if not result.bad:
            said = [line for line in said if KEPT.match(line)]
        colour = OF_VERDICT[result.verdict]
        spent = f"{result.spent:.0f} processor seconds"
        heading = f"== {result.job}: {result.verdict}, {result.seconds:.0f} s, {spent}"
        why = f" ({result.why})" if result.why else ""
        self.say("", self.paint(heading, colour) + why, *(f"   {line}" for line in said))

    def tick(self) -> None:
        """Name each test that failed; bring the live lines up to date, or say each minute what runs."""
        assert self.schedule
        for running in self.schedule.running.values():
            failed = running.tally.failed
            for verdict in failed[self.told.get(running.job, 0) :]:
                self.say(self.paint(f"-- {running.job}: failed: {verdict.test}", "red"))
            self.told[running.job] = len(failed)
        now = time.monotonic()
        if self.terminal and now >= self.next_draw:
            self.next_draw = now + REDRAW_SECONDS
            self._draw([self._overview(), *self._at_work()])
        elif not self.terminal and now >= self.next_news and self.schedule.running:
            self.next_news = now + self.news_seconds
            self.say("; ".join([f"-- {self._overview()}", *self._at_work()]))

    def _overview(self) -> str:
        assert self.schedule
        results = self.schedule.results.values()
        bad = sum(result.bad for result in results)
        words = f"{len(results)} of {len(self.schedule.jobs)} jobs done" + (f", {bad} failed" if bad else "")
        left = clock(self.schedule.seconds_left())
        return f"{clock(time.monotonic() - self.started)}: {words}, about {left} left"

    def _at_work(self) -> list[str]:
        assert self.schedule
        return [self._progress(running) for running in self.schedule.running.values()]

    def _progress(self, running: Running) -> str:
        """Describe a job at work: how far it is, and at what."""
        assert self.schedule
        tally = running.tally
        expected = clock(self.schedule.expected[str(running.job)])
        words = [f"{running.job} {running.seconds:.0f} of about {expected}"]
        if tally.collected:
            words.append(f"{tally.ended} of {tally.collected} tests")
        if tally.failed:
            words.append(self.paint(f"{len(tally.failed)} failed", "red"))
        if at := next(reversed(tally.begun), "") or self._step(running.log):
            words.append(at)
        return ", ".join(words)

    @staticmethod
    def _step(log: Path) -> str:
        """Return the last step that a job has announced."""
        with log.open("rb") as file:
            file.seek(max(log.stat().st_size - 20_000, 0))
            steps = STEP.findall(file.read())
        return steps[-1].decode(errors="replace") if steps else ""

    def _draw(self, lines: Iterable[str]) -> None:
        """Draw the live lines in the place of those that were there."""
        size = shutil.get_terminal_size()
        lines = list(lines)[: max(size.lines - 1, 1)]
        text = "".join(f"{shorten(line, size.columns - 1)}\x1b[K\n" for line in lines)
        self._erase(flush=False)
        # The cursor hides while it would jump about.
        self.output.write(f"\x1b[?25l{text}")
        self.output.flush()
        self.drawn = len(lines)

    def _erase(self, flush: bool = True) -> None:
        """Take the live lines away and show the cursor again."""
        if self.drawn:
            self.output.write(f"\x1b[{self.drawn}A\x1b[J\x1b[?25h")
            self.drawn = 0
            if flush:
                self.output.flush()

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._erase()
        self.schedule = None


def shorten(line: str, width: int) -> str:
    """Cut a line to a width, not counting colours, in its middle: a test's name is at its end."""
    bare = UNPRINTABLE.sub("", line)
    if len(bare) <= width:
        return line
    half = max(width // 2 - 1, 1)
    return f"{bare[:half]}…{bare[-(width - half - 1) :]}"
