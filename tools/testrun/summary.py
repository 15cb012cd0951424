"""The end of a run: a row for each part, what was skipped, and each failure with the command to repeat it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .display import OF_VERDICT, Display
from .ledger import Ledger
from .parts import Job, Part, owner
from .schedule import Result

COMMAND = "tools/test.bash"
HEADING = "part       result   seconds budget  passed failed skipped  why"


@dataclass
class Row:
    """A part in the table."""

    part: Part
    results: Sequence[Result]
    slowness: float

    @property
    def verdict(self) -> str:
        """One word for the whole part: skipped only when nothing of it could run."""
        verdicts = {result.verdict for result in self.results}
        if verdicts & {"failed", "not run"}:
            return "failed"
        return "passed" if "passed" in verdicts else "skipped"

    @property
    def seconds(self) -> float:
        """What its jobs took together."""
        return sum(result.seconds for result in self.results)

    @property
    def over_budget(self) -> bool:
        """Whether it grew; full jobs in a part of normal depth have no part in the budget."""
        counted = sum(result.seconds for result in self.results if result.job.depth == self.part.depth)
        return counted > self.part.budget * self.slowness

    def why(self) -> str:
        """Say why it is not simply passed."""
        bad = [result for result in self.results if result.bad]
        others = [result for result in self.results if result.verdict == "skipped"]
        reasons = [f"{result.job.name}: {result.why}"[:100] for result in bad or others]
        if len(reasons) > 2:
            reasons[1:] = [f"{len(reasons) - 1} more jobs"]
        return "; ".join([*reasons, "over budget"] if self.over_budget else reasons)

    def counts(self) -> tuple[int, int, int]:
        """Return how many of its tests passed, failed and were skipped."""
        tallies = [result.tally for result in self.results]
        passed, failed, skipped = (
            sum(len(tests) for tests in kind)
            for kind in (
                (tally.passed for tally in tallies),
                (tally.failed for tally in tallies),
                (tally.skipped for tally in tallies),
            )
        )
        return passed, failed, skipped


def rows(parts: Mapping[str, Part], results: Sequence[Result], slowness: float) -> list[Row]:
    """Gather results by part, in the order of the table."""
    return [
        Row(part, own, slowness)
        for part in parts.values()
        if (own := [result for result in results if result.job.part == part.name])
    ]


def show(
    display: Display,
    parts: Mapping[str, Part],
    table: Sequence[Row],
    left_out: Sequence[Job],
    ledger: Ledger,
    took: str,
) -> None:
    """Write the end of a run.

    Args:
        display: Where to.
        parts: All there are.
        table: Those that ran.
        left_out: Full jobs that did not.
        ledger: When those last passed.
        took: How long it took.
    """
    results = [result for row in table for result in row.results]
    display.say(*skips(results))
    display.say("", HEADING, *(_line(display, row) for row in table))
    for job in left_out:
        state = ledger.state(job)
        line = f"{job!s:<19} full, not run: {state.words}"
        display.say(display.paint(line, "yellow" if state.stale else "grey"))
    how_many = {word: sum(row.verdict == word for row in table) for word in ("passed", "failed", "skipped")}
    counts = ", ".join(f"{number} {word}" for word, number in how_many.items())
    # Last, for a log that is shortened keeps its end.
    display.say(*failures(display, parts, results))
    display.say("", took, "all that was said is in .cache/test/PART.JOB.log", f"parts: {counts}")


def took(seconds: float, spent: float, cores: int) -> str:
    """Say how long a run took, and how much of that the cores were at work for it.

    Beside other work on the machine the processor seconds tell more than the clock.
    """
    share = spent / max(seconds * cores, 1)
    return f"took {seconds:.0f} s; {spent:.0f} processor seconds, {share:.0%} of {cores} cores"


def _line(display: Display, row: Row) -> str:
    passed, failed, skipped = row.counts()
    verdict = display.paint(f"{row.verdict:<8}", OF_VERDICT[row.verdict])
    seconds = display.paint(f"{row.seconds:>5.0f} s", "yellow" if row.over_budget else "")
    budget = f"{row.part.budget * row.slowness:>4.0f} s"
    line = f"{row.part.name:<10} {verdict} {seconds} {budget}  {passed:>6} {failed:>6} {skipped:>7}  "
    return (line + display.paint(row.why(), "yellow" if row.verdict == "passed" else "")).rstrip()


def skips(results: Sequence[Result]) -> Iterator[str]:
    """Yield every reason for which something was skipped, once, with what it kept from running."""
    reasons: dict[str, list[str]] = {}
    for result in results:
        if result.verdict == "skipped":
            reasons.setdefault(result.why, []).append(str(result.job))
        for verdict in result.tally.skipped:
            reasons.setdefault(verdict.why, []).append(verdict.test)
    if reasons:
        yield from ("", "skipped:")
    for why, names in sorted(reasons.items()):
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield f"  {why}: {names[0]}{more}"


def failures(display: Display, parts: Mapping[str, Part], results: Sequence[Result]) -> Iterator[str]:
    """Yield each failure with the command that runs it again."""
    bad = [result for result in results if result.bad]
    if bad:
        yield from ("", display.paint("failed:", "red"))
    for result in bad:
        if not result.tally.failed:
            yield f"  {result.job}: {result.why}"
            if result.verdict == "failed":
                yield f"    {COMMAND} {'--changed' if result.job.part == 'changed' else result.job}"
        for verdict in result.tally.failed:
            seed = f"WORKSHOP_TEST_SEED={verdict.seed} " if verdict.seed else ""
            # The part whose test it is, where another one ran it.
            part = result.job.part if result.job.tests else owner(parts, verdict.test) or result.job.part
            yield f"  {result.job}: {verdict.test}: {verdict.why}"
            yield f"    {seed}{COMMAND} {part} {shlex.quote(verdict.test)}"
