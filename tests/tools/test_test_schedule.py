"""How long a run still takes, and what of it the ledger keeps."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tools.testrun.events import Tally
from tools.testrun.ledger import Ledger
from tools.testrun.parts import Job
from tools.testrun.schedule import Result, Running, Schedule

LONG, SHORT = Job("part", "long", cores=1), Job("part", "short", cores=1)
LAST = Job("part", "last", cores=2, after=("part.long",))


def schedule(root: Path, expected: dict[str, float]) -> Schedule:
    jobs = {str(job): job for job in (LONG, SHORT, LAST) if str(job) in expected}
    return Schedule(jobs, root, {}, 2, expected)


def start(run: Schedule, job: Job, ago: float) -> None:
    log = run.root / "log"
    run.running[len(run.running)] = Running(job, 1, time.monotonic() - ago, log, Tally(log))


def end(run: Schedule, job: Job) -> None:
    run.results[str(job)] = Result(job, "passed", 1, "", Tally(run.root / "events"))


def test_what_is_left_is_the_longest_path_or_all_work_shared(tmp_path: Path) -> None:
    run = schedule(tmp_path, {"part.long": 60, "part.short": 10, "part.last": 20})
    assert run.seconds_left() == 80, "one waits for the other"
    run = schedule(tmp_path, {"part.long": 60, "part.short": 200, "part.last": 20})
    assert run.seconds_left() == 200
    run = schedule(tmp_path, {"part.long": 100, "part.short": 100, "part.last": 20})
    assert run.seconds_left() == 120
    run = schedule(tmp_path, {"part.long": 100, "part.short": 100})
    start(run, LONG, 30)
    assert run.seconds_left() == 100
    end(run, SHORT)
    assert run.seconds_left() == pytest.approx(70, abs=5)


def test_what_takes_longer_than_it_should_counts_for_nothing(tmp_path: Path) -> None:
    run = schedule(tmp_path, {"part.long": 0.5, "part.short": 0.25})
    start(run, LONG, 500)
    assert run.seconds_left() == 0.25
    end(run, LONG)
    end(run, SHORT)
    assert run.seconds_left() == 0


@pytest.mark.parametrize("depth", ["normal", "full"])
@pytest.mark.parametrize("verdict", ["passed", "failed", "skipped", "not run"])
def test_only_full_jobs_that_passed_are_kept(depth: str, verdict: str, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/a").touch()
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    for words in (["init", "-q"], ["add", "tests"], [*who, "commit", "-qm", "a"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    ledger, job = Ledger(tmp_path), Job("part", "job", depth=depth, depends=("tests/a",))
    said = ledger.enter([Result(job, verdict, 7.6, "", Tally(tmp_path / "events"))])
    if (depth, verdict) == ("full", "passed"):
        assert ledger.entries["part.job"]["seconds"] == 8
        assert Ledger(tmp_path).entries == ledger.entries and "commit it" in said[0]
        assert not ledger.state(job).stale
    else:
        assert (ledger.entries, said) == ({}, []) and not (tmp_path / "tests/full-runs.json").exists()
