"""The command line of the test command."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

from . import changed, figures, parts, processes, slowness, summary
from .display import Display
from .ledger import Ledger
from .parts import Choice, Part, UsageError
from .schedule import Result, Schedule

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache/test"
CONTAINERS = Path("/var/lib/containers")
LARGE_PAGES = {"PYTHONMALLOC": "malloc", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""Have Python's objects lie in large pages of memory where Linux gives them to those who ask.

To look a small one up costs a virtual machine most when others use its host, and tests walk through more
objects than a processor keeps at hand. Python's own allocator does not ask, the C library's does. A
kernel of Theano decides by itself (machine/kernel.py).
"""
HELP = """\
The test command: what is promised is tested; what cannot run on this machine is skipped, with its reason.

usage: tools/test.bash                    every part, at normal depth
       tools/test.bash --changed          lint and unit tests of what the working tree touches: a minute
       tools/test.bash PART…              these parts, their full jobs too, and what they need
       tools/test.bash PART.JOB…          single jobs, and what they need
       tools/test.bash PART TEST…         only these tests: paths, or pytest's node ids
       tools/test.bash --list             the parts with their jobs, depths and budgets

WORKSHOP_FULL=1                   full jobs too; 0: not even those of the parts that are named
WORKSHOP_TEST_ALSO="PART.JOB…"    these full jobs, too, when every part runs
WORKSHOP_TEST_REQUIRED="PART…"    these fail instead of being skipped ("all": every part that is built)
WORKSHOP_TEST_MINUTES=N           what has not ended N minutes after the start is ended, and has failed
WORKSHOP_TEST_SLOWNESS=X          limits and budgets grow by X; measured at the start when it is not set
WORKSHOP_TEST_SEED=N              the seed of random tests, as a failure names it
WORKSHOP_TEST_NEWS=SECONDS        how often a run without a terminal says what is at work (60)
WORKSHOP_FEDORA_IMAGE=NAME        roles on a real Fedora image instead of the Fedora-like one

Exit status: 0 all passed or skipped, 1 something failed, 2 wrong usage or another run is at work, 130 Ctrl-C.
"""


Plan = Callable[[float], tuple[Mapping[str, Part], Choice, str]]
"""Returns, for a machine's slowness, the table, what of it to run, and a line on that."""


class Signals:
    """Counts the signals that ask the run to stop."""

    def __init__(self) -> None:
        """Listen from now on."""
        self.count, self.first = 0, 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        self.first = self.first or number


def main(words: Sequence[str]) -> int:
    """Carry out one command line."""
    try:
        if words and words[0] in ("-h", "--help"):
            print(HELP, end="")
            return 0
        table = parts.load(ROOT)
        if words and words[0] == "--list":
            print(*listing(table), sep="\n")
            return 0
        if words and words[0] == "--changed":
            if len(words) > 1:
                raise UsageError(f"--changed finds out itself what to run; leave '{words[1]}' out")
            return carry_out(lambda machine: changed.plan(ROOT, table, CACHE, machine))
        if words and words[0].startswith("-"):
            raise UsageError(f"there is no option '{words[0]}'; see tools/test.bash --help")
        full = {"1": True, "0": False}.get(os.environ.get("WORKSHOP_FULL", ""))
        also = os.environ.get("WORKSHOP_TEST_ALSO", "").split()
        choice = parts.choose(table, words, full, ROOT, also)
        return carry_out(lambda _: (table, choice, ""))
    except UsageError as error:
        print(f"test.bash: {error}", file=sys.stderr)
        return 2


def listing(table: Mapping[str, Part]) -> list[str]:
    """Return a line for each part and each of its jobs."""
    lines = []
    for part in table.values():
        lines.append(f"{part.name:<12} {part.depth:<7} {part.budget:>5.0f} s  {part.about}")
        lines += [f"  {job.name:<10} {job.depth}" for job in part.jobs.values()]
    return lines


def carry_out(plan: Plan) -> int:
    """Run what a plan chooses, alone on this machine; return the exit status."""
    lock = processes.take_lock()
    try:
        return Run().carry_out(plan)
    finally:
        os.close(lock)


class Run:
    """One run, which nothing outlives."""

    def __init__(self) -> None:
        """Get ready: from now on Ctrl-C is heard, and what a killed run left is gone."""
        self.started = time.monotonic()
        self.display, self.signals, self.ledger = Display(), Signals(), Ledger(ROOT)
        CACHE.mkdir(parents=True, exist_ok=True)
        processes.adopt_orphans()
        self._clean_up_after_a_killed_run()

    def carry_out(self, plan: Plan) -> int:
        """Run, show the end, and leave nothing behind."""
        try:
            machine = slowness.measure()
            self.display.say(slowness.describe(machine))
            table, choice, said = plan(machine := max(machine, 1))
            if said:
                self.display.say(said)
            schedule = self._schedule(table, choice, machine)
            self.display.follow(schedule)
            before = processes.spent()
            schedule.run()
        finally:
            # First of all, for the output may be what failed.
            left = self._leave_nothing()
            self.display.close()
        if left:
            self.display.say(f"left behind by jobs, and ended: {', '.join(left[:5])}")
        seconds, spent = time.monotonic() - self.started, processes.spent() - before
        if (during := slowness.overall(machine, seconds)) != machine:
            self.display.say(slowness.describe(during, "this machine over the whole run"))
            machine = during
        results = list(schedule.results.values())
        self._remember(results, choice, machine)
        # Some tests of a job are not the job, whether they were named here or by pytest's own variable.
        if not choice.tests and not os.environ.get("PYTEST_ADDOPTS"):
            for line in self.ledger.enter(results):
                self.display.say(line)
        status = self._status(results, choice)
        rows = summary.rows(table, results, machine)
        took = summary.took(seconds, spent, schedule.cores)
        summary.show(self.display, table, rows, choice.left_out, self.ledger, took)
        return status

    def _status(self, results: Sequence[Result], choice: Choice) -> int:
        if self.signals.first:
            return 128 + self.signals.first
        if choice.tests and not any(result.bad or result.tally.ended for result in results):
            self.display.say("no job that was chosen has such a test")
            return 1
        return int(any(result.bad for result in results))

    def _schedule(self, table: Mapping[str, Part], choice: Choice, machine: float) -> Schedule:
        minutes = float(os.environ.get("WORKSHOP_TEST_MINUTES", "inf"))
        times = figures.read(CACHE / "times.json")
        # Settings of this machine's Python change what is tested: PYTHONUNBUFFERED hides a missing flush.
        here = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment = {
            **LARGE_PAGES,
            **here,
            processes.MARK: str(ROOT),
            "WORKSHOP_TEST_SLOWNESS": f"{machine:.2f}",
            "WORKSHOP_TEST_ONLY": "\n".join(choice.tests),
        }
        return Schedule(
            jobs=choice.jobs,
            root=ROOT,
            environment=environment,
            cores=slowness.cores(),
            expected={
                name: machine
                * (times.get(name) or job.seconds or table[job.part].budget / len(table[job.part].jobs))
                for name, job in choice.jobs.items()
            },
            required=frozenset(os.environ.get("WORKSHOP_TEST_REQUIRED", "").split()),
            deadline=self.started + minutes * 60,
            free_disk=lambda: min(slowness.free_disk(folder) for folder in (ROOT, CONTAINERS)),
            stopped=lambda: self.signals.count,
        )

    def _clean_up_after_a_killed_run(self) -> None:
        """End what a runner left that was killed itself; from now on, this one may leave something."""
        traces = CACHE / "running"
        if traces.exists():
            number = processes.kill_marked(str(ROOT))
            self._clean()
            self.display.say(f"cleaned up after a run that was killed ({number} processes)")
        # What was mounted before stays mounted.
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8")
        traces.write_text("".join(f"{line.split()[1]}\n" for line in mounts.splitlines()), encoding="utf-8")

    def _leave_nothing(self) -> list[str]:
        """End all that is still there: processes, containers, mounts; return the processes' names."""
        left = processes.kill_descendants()
        self._clean()
        (CACHE / "running").unlink(missing_ok=True)
        return sorted(set(left))

    @staticmethod
    def _clean() -> None:
        """Run the clean-up script, apart from the terminal's Ctrl-C; it must not hold up the end for ever."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(
                ["bash", "tools/testbed/clean.bash"],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                timeout=120,
                check=False,
            )
        processes.kill_descendants()

    def _remember(self, results: Sequence[Result], choice: Choice, machine: float) -> None:
        """Keep how long jobs and tests took, for the next run's order and forecasts."""
        passed = [result for result in results if result.verdict == "passed"]
        if not choice.tests:
            times = {str(result.job): result.seconds for result in passed}
            figures.add(CACHE / "times.json", times, machine)
        tests = [test for result in results for test in (*result.tally.passed, *result.tally.failed)]
        figures.add(CACHE / "durations.json", {test.test: test.seconds for test in tests}, machine)


if __name__ == "__main__":
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it has gone. Python would flush again at the end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)
