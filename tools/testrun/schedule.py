"""The graph at work: each job starts when what it needs has passed and there is a core for it."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import processes
from .events import Tally
from .parts import Job

SKIPPED = 77
"""The exit status of a job that cannot run on this machine; its last line says why."""
TICK = 0.05
UNPRINTABLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


@dataclass
class Result:
    """How a job ended."""

    job: Job
    verdict: str
    """passed, failed, skipped, or not run (which counts as failed)."""
    seconds: float
    why: str
    tally: Tally
    spent: float = 0
    """Processor seconds, without those of machines in containers, which are no children of their job."""

    @property
    def bad(self) -> bool:
        """Whether the run fails by it."""
        return self.verdict in ("failed", "not run")


@dataclass
class Running:
    """A job at work."""

    job: Job
    pid: int
    started: float
    log: Path
    tally: Tally

    @property
    def seconds(self) -> float:
        """For how long it has been at work."""
        return time.monotonic() - self.started


def lines_of(log: Path) -> list[str]:
    """Return the lines of a log that are not empty, without what would move a terminal's cursor."""
    lines = log.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n").split("\n")
    # Of a line that was written over and over, the last state counts.
    return [UNPRINTABLE.sub("", line.rpartition("\r")[2]) for line in lines if line.strip()]


def last_line(log: Path) -> str:
    """Return what a log says last, without the lines that pytest draws on both sides of it."""
    return next((line.strip("= \t") for line in reversed(lines_of(log)) if line.strip("= \t")), "")


@dataclass
class Schedule:
    """One run of a graph of jobs."""

    jobs: Mapping[str, Job]
    root: Path
    environment: Mapping[str, str]
    cores: int
    expected: Mapping[str, float]
    """How many seconds each job should take."""
    required: frozenset[str] = frozenset()
    """Parts and jobs that fail instead of being skipped; "all" means every one."""
    deadline: float = float("inf")
    free_disk: Callable[[], float] = lambda: float("inf")
    """How many GB are free where jobs write."""
    stopped: Callable[[], int] = lambda: 0
    """How often somebody wanted this to stop."""
    on_start: Callable[[Running], None] = lambda running: None
    on_end: Callable[[Result], None] = lambda result: None
    on_tick: Callable[[], None] = lambda: None
    running: dict[int, Running] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self) -> None:
        """Run all jobs; their results are in ``results`` then, whatever happens."""
        while len(self.results) < len(self.jobs):
            if self.stopped():
                self._end_all("the run was ended")
            elif time.monotonic() > self.deadline:
                self._end_all("ended for want of time")
            self._give_up_what_cannot_run()
            self._start_what_fits()
            time.sleep(TICK)
            self._take_ended(processes.reap())
            for running in self.running.values():
                running.tally.read()
            self.on_tick()

    def folder(self) -> Path:
        """Return where logs are."""
        return self.root / ".cache/test"

    def remaining(self, name: str) -> float:
        """Return the seconds of the longest path that begins with a job."""
        running = next((at.seconds for at in self.running.values() if str(at.job) == name), 0)
        after = (self.remaining(other) for other, job in self.jobs.items() if name in job.after)
        return max(self.expected[name] - running, 0) + max(after, default=0)

    def seconds_left(self) -> float:
        """Return how long the rest will take: the longest path, or all the work shared by all cores."""
        left = [name for name in self.jobs if name not in self.results]
        at = {str(running.job): running.seconds for running in self.running.values()}
        work = (max(self.expected[name] - at.get(name, 0), 0) * self._slots(self.jobs[name]) for name in left)
        return max([sum(work) / self.cores, *(self.remaining(name) for name in left)])

    def _slots(self, job: Job) -> float:
        """Return how many cores a job occupies here; on a small machine a large job takes all there are."""
        return min(job.cores, self.cores)

    def _has_room(self, job: Job) -> bool:
        """Tell whether the disk has room for a job, whatever those at work still write."""
        return not job.disk or self.free_disk() >= job.disk + sum(at.job.disk for at in self.running.values())

    def _free(self) -> float:
        return self.cores - sum(self._slots(at.job) for at in self.running.values())

    def _waiting(self) -> list[Job]:
        known = self.results.keys() | {str(at.job) for at in self.running.values()}
        return [job for name, job in self.jobs.items() if name not in known]

    def _start_what_fits(self) -> None:
        """Start the jobs of the longest paths first.

        One that finds too few cores keeps them from those behind it, unless they will have ended by the time
        that it can start; else a job of all cores would wait for ever.
        """
        ready = [
            job
            for job in self._waiting()
            if all(other in self.results and self.results[other].verdict == "passed" for other in job.after)
        ]
        opens = float("inf")
        for job in sorted(ready, key=lambda job: -self.remaining(str(job))):
            held = {thing for at in self.running.values() for thing in at.job.holds}
            if held & set(job.holds):
                continue
            if not self._has_room(job):
                if not any(at.job.disk for at in self.running.values()):
                    self._not_run(
                        job, f"needs {job.disk:.0f} GB of disk, {self.free_disk():.1f} are free: make room"
                    )
                continue
            slots = self._slots(job)
            if slots > self._free():
                opens = min(opens, self._opens(slots))
            elif not slots or self.expected[str(job)] <= opens:
                self._start(job)

    def _opens(self, slots: float) -> float:
        """Return in how many seconds so many cores should be free."""
        free, seconds = self._free(), 0.0
        for at in sorted(self.running.values(), key=self._rest):
            if free >= slots:
                break
            free += self._slots(at.job)
            seconds = self._rest(at)
        return seconds

    def _rest(self, at: Running) -> float:
        """Return the seconds that a job should still take; one that is late, half as long again."""
        rest = self.expected[str(at.job)] - at.seconds
        return rest if rest > 0 else at.seconds / 2

    def _start(self, job: Job) -> None:
        log, events = (self.folder() / f"{job}.{kind}" for kind in ("log", "events"))
        events.unlink(missing_ok=True)
        # By its name a job tells what it makes on this machine from what the jobs beside it make.
        environment = {**self.environment, "WORKSHOP_TEST_EVENTS": str(events), "WORKSHOP_TEST_JOB": str(job)}
        with log.open("wb") as output:
            # Not through a pipe: that ends only when the last process that a job left has let it go.
            process = subprocess.Popen(
                ["bash", f"tools/test-parts/{job.part}.bash", job.name],
                cwd=self.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._processes.append(process)
        self.running[process.pid] = Running(job, process.pid, time.monotonic(), log, Tally(events))
        self.on_start(self.running[process.pid])

    def _take_ended(self, ended: Mapping[int, processes.Ended], late: str = "") -> None:
        """Judge those of the processes that ended which are jobs; the others were adopted."""
        for process in self._processes:
            if process.pid in ended:
                # It was collected already; Popen must not wait for it again.
                process.returncode = ended[process.pid].code
        for pid in ended.keys() & self.running.keys():
            running = self.running.pop(pid)
            running.tally.read()
            verdict, why = self._judge(running, ended[pid].code, late)
            self._add(Result(running.job, verdict, running.seconds, why, running.tally, ended[pid].spent))

    def _judge(self, running: Running, code: int, late: str) -> tuple[str, str]:
        why = last_line(running.log)
        if late:
            at = next(reversed(running.tally.begun), "") or why
            return "failed", f"{late}, after: {at}"
        if code == 0:
            return "passed", ""
        if code == SKIPPED:
            return self._skipped(running.job, why)
        return "failed", f"killed by signal {-code}, after: {why}" if code < 0 else why

    def _skipped(self, job: Job, why: str) -> tuple[str, str]:
        """Judge a job that cannot run here: what is required must, unless nobody has built it yet."""
        every = "all" in self.required and not why.startswith("not built yet")
        if every or self.required & {job.part, str(job)}:
            return "failed", f"must not be skipped: {why}"
        return "skipped", why

    def _give_up_what_cannot_run(self) -> None:
        """Give up the jobs that wait for one which failed or was skipped."""
        for job in self._waiting():
            needs = [self.results[other] for other in job.after if other in self.results]
            if bad := next((need for need in needs if need.bad), None):
                self._not_run(job, f"{bad.job} {'failed' if bad.verdict == 'failed' else 'did not run'}")
            elif missing := next((need for need in needs if need.verdict == "skipped"), None):
                verdict, why = self._skipped(job, f"needs {missing.job}: {missing.why}")
                self._add(Result(job, verdict, 0, why, Tally(Path())))

    def _not_run(self, job: Job, why: str) -> None:
        self._add(Result(job, "not run", 0, why, Tally(Path())))

    def _add(self, result: Result) -> None:
        self.results[str(result.job)] = result
        self.on_end(result)

    def _end_all(self, why: str) -> None:
        """End what runs, and call off the rest."""
        if self.running:
            before = self.stopped()
            ended = processes.end_jobs(list(self.running), lambda: self.stopped() > before)
            killed = {pid: processes.Ended(-9, 0) for pid in self.running if pid not in ended}
            processes.kill_descendants()
            self._take_ended(ended | killed, late=why)
        for job in self._waiting():
            self._not_run(job, why)
